"""Makes and fills the floor's tables, a process of its own with settings of its own; prints the cookie of its account."""

import sys
from datetime import UTC, datetime
from importlib import import_module

import django


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.contrib import auth
    from django.core.management import call_command
    from django.db import connection

    from bench.filling import fill_floor
    from bench.floor.models import Entry, Order

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Order)
        editor.create_model(Entry)
    fill_floor(int(sys.argv[1]), datetime.now(UTC))
    account = auth.get_user_model()._default_manager.create_user("floor", password=None)
    kept = import_module(settings.SESSION_ENGINE).SessionStore()
    kept[auth.SESSION_KEY] = str(account.pk)
    kept[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    kept[auth.HASH_SESSION_KEY] = account.get_session_auth_hash()
    kept.save()
    print(kept.session_key)


if __name__ == "__main__":
    main()
