"""Makes and fills the floor's tables; a process of its own, because it has settings of its own."""

import sys
from datetime import UTC, datetime

import django


def main() -> None:
    django.setup()
    from django.db import connection

    from bench.filling import fill_floor
    from bench.floor.models import Entry, Order

    with connection.schema_editor() as editor:
        editor.create_model(Order)
        editor.create_model(Entry)
    fill_floor(int(sys.argv[1]), datetime.now(UTC))


if __name__ == "__main__":
    main()
