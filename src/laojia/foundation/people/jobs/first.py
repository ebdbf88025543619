"""The command that opens the door of a new county: its first security administrator, who gives all other posts."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from laojia.foundation.area.queries import only_county
from laojia.foundation.people import actions
from laojia.foundation.people.models import Post
from laojia.kernel import clock
from laojia.kernel.errors import Conflict
from laojia.policy.facts import CLOCK
from laojia.policy.roles import Role


@transaction.atomic
def first_admin(*, name: str, phone: str, username: str, now: datetime | None = None) -> str:
    """Name, phone and sign-in name of the first security administrator; the first password is in the answer, once.

    Refused as soon as anybody ever held that post: from then on posts are given on the page, by a person.
    """
    now = now or clock.now()
    county = only_county()
    if Post.objects.filter(role=Role.SECURITY_ADMIN).exists():
        raise Conflict(
            "has_admin",
            _("This county has a security administrator already."),
            _("Further posts and passwords are given by that person, at /posts/."),
        )
    person = actions.add_person(actor=CLOCK, now=now, name=name, phone=phone, area=county)
    actions.grant_post(actor=CLOCK, now=now, person_id=person.pk, role=Role.SECURITY_ADMIN, area=county)
    account, password = actions.open_account(actor=CLOCK, now=now, person_id=person.pk, username=username)
    return _("Sign-in name %(name)s, first password %(password)s: shown this once, changed at the first sign-in.") % {
        "name": account.username, "password": password,
    }  # fmt: skip
