"""What a browser's cookie stands for, read in two statements: its memory, then the account with today's posts.

Django's own store and allauth's own backend; only the statements are kept, so that building them costs nothing.
"""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import CharField, DateTimeField

from laojia.foundation.people import queries
from laojia.foundation.people.models import Account
from laojia.kernel import clock
from laojia.kernel.kept import Given
from laojia.kernel.kept_lists import KeptList

_remembered = KeptList(
    lambda: Session.objects.filter(
        session_key=Given("key", CharField()), expire_date__gt=Given("now", DateTimeField())
    ).values_list("session_data")
)


class SessionStore(db.SessionStore):
    """The database's sessions."""

    def load(self) -> dict[str, Any]:
        found = _remembered.first(key=self.session_key, now=clock.now())
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found[0])


class Accounts(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """Signs in as allauth does; who is signed in already is read together with his posts of the day."""

    def get_user(self, user_id: Any) -> Account | None:
        account = queries.account_with_posts(user_id, clock.local_date(clock.now()))
        return account if account is not None and self.user_can_authenticate(account) else None
