"""Who can sign in to the demonstration, and how. Refused in production; a real county opens its accounts on the posts page."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _
from django.utils.translation import override

from laojia.conf.demonstration.folk import Folk
from laojia.foundation.area.queries import is_demonstration
from laojia.foundation.journal.actions import record
from laojia.foundation.people.actions import account_for_phone, claim_person
from laojia.foundation.people.models import Account, Claim, Person, Post
from laojia.kernel import crypto, env
from laojia.kernel.errors import BadInput, Conflict
from laojia.labels import ROLES
from laojia.policy.facts import CLOCK
from laojia.policy.roles import Role

PASSWORD = "Laojia-2026"  # noqa: S105  printed on purpose: the demonstration holds nobody real
# Sign-in name → (role, which one of them).
STAFF = {
    "paidan": (Role.DISPATCHER, 0), "paidan2": (Role.DISPATCHER, 1), "paidan3": (Role.DISPATCHER, 2),
    "zhanzhang": (Role.STATION_STAFF, 0), "biandan": (Role.MENU_EDITOR, 0), "jiefang": (Role.COMPLAINT_HOLDER, 0),
    "jiefang2": (Role.COMPLAINT_HOLDER, 1), "zhuanren": (Role.KEEPER, 0), "pianzhang": (Role.ZONE_LEADER, 0),
    "lingdao": (Role.COUNTY_LEADER, 0), "xitong": (Role.SYSTEM_ADMIN, 0), "anquan": (Role.SECURITY_ADMIN, 0),
    "shenji": (Role.AUDIT_ADMIN, 0),
}  # fmt: skip


# --- opening -------------------------------------------------------------------------------------------------------------


def open_doors(folk: Folk, now: datetime) -> None:
    """Names, one password and each its own second factor for colleagues; a claimed phone for one of each other role."""
    # The verb makes a first password for each, to be changed at once, and hashing is slow on purpose. Here one password
    # is printed for everybody, hashed once.
    password = make_password(PASSWORD)
    for name, (role, number) in STAFF.items():
        people = [*folk.station_staff.values()] if role is Role.STATION_STAFF else folk.others[role]
        account = Account.objects.create(username=name, person=people[number], password=password)
        Claim.objects.create(account=account, person=people[number], proof="post", at=now)
        record(account, "account.open", actor=CLOCK, now=now, fields=("password", "username"))
        TOTP.activate(account, _secret(name))
    for person in _with_phone(folk):
        _claim(person, now)


def _secret(name: str) -> str:
    """A second factor of this installation's own keys: another installation has another."""
    digest = bytes.fromhex(crypto.keyed_hash(f"demonstration/{name}"))
    return base64.b32encode(digest[:20]).decode().rstrip("=")


def _with_phone(folk: Folk) -> Iterator[Person]:
    """One resident with something under way, a volunteer, a leader who is being asked, a grid worker."""
    from laojia.steps.dispatch.models import Offer
    from laojia.steps.order.models import Order
    from laojia.steps.serve.models import RosterLine

    posted = set(Post.objects.values_list("person_id", flat=True))
    asked = Offer.objects.filter(state="open").order_by("-pk").values_list("team_id", flat=True).first()
    leader = folk.leaders[asked or folk.teams[0].pk][0]
    busy = Post.objects.exclude(role=Role.VOLUNTEER).values("person")
    lines = RosterLine.objects.filter(state__in=("yes", "asked"), occasion__state="confirmed").exclude(
        person__in=busy
    )
    line = lines.select_related("person").order_by("-pk").first()
    going = Order.objects.filter(state="arranged", asker__isnull=False, sealed=False).exclude(
        asker__in=posted
    )
    order = going.select_related("asker").order_by("-pk").first()
    yield order.asker if order is not None and order.asker is not None else folk.asking[0]
    yield line.person if line is not None else folk.members[folk.teams[0].pk][-1]
    yield leader
    yield next(iter(folk.grid_workers.values()))


def _claim(person: Person, now: datetime) -> None:
    """As after a first code and "this is me"."""
    account = account_for_phone(phone=person.phone or "", actor=CLOCK, now=now)
    if account.person_id is not None:
        return
    account.phone_verified = True
    account.save(update_fields=["phone_verified"])
    claim_person(actor=CLOCK, now=now, account=account, name=person.name)


# --- saying so -----------------------------------------------------------------------------------------------------------


def who_can_sign_in() -> list[str]:
    """Lines for the terminal; nothing in a real county."""
    if not is_demonstration() or env.mode() == "production":
        return []
    with override("zh-hans"):
        return [
            "可以这样登录（演示，全是编的人）：",
            "  用手机号和短信码（码在 /inbox/ 里看）：",
            *_phone_lines(),
            f"  用登录名、密码 {PASSWORD} 和六位数（laojia demo code 登录名）：",
            *_staff_lines(),
        ]


def _phone_lines() -> Iterator[str]:
    held = Claim.objects.filter(ended_at=None, account__phone_verified=True).select_related(
        "person", "account"
    )
    for claim in held.order_by("id")[:20]:
        roles = set(Post.objects.filter(person=claim.person).values_list("role", flat=True))
        wanted = (Role.TEAM_LEADER, Role.GRID_WORKER, Role.VOLUNTEER)
        role = next((one for one in wanted if one in roles), Role.RESIDENT)
        yield f"    {claim.account.phone}  {ROLES[role]}  {claim.person.name}"


def _staff_lines() -> Iterator[str]:
    accounts = {
        row.username: row for row in Account.objects.filter(username__in=STAFF).select_related("person")
    }
    for name, (role, _number) in STAFF.items():
        account = accounts.get(name)
        if account is not None and account.person is not None:
            yield f"    {name:<10} {_digits(account)}  {ROLES[role]}  {account.person.name}"


def code_of(name: str) -> str:
    """The six digits of this moment for a colleague's sign-in name. Raises Conflict outside a demonstration, BadInput."""
    if not is_demonstration() or env.mode() == "production":
        raise Conflict(
            "no_demonstration", _("This is no demonstration: nobody's second factor is shown here.")
        )
    account = (
        Account.objects.filter(username=name.strip().lower()).first()
        if name.strip().lower() in STAFF
        else None
    )
    if account is None:
        raise BadInput(
            "name", _("There is no colleague of this name. Names: %(list)s.") % {"list": ", ".join(STAFF)}
        )
    return _digits(account)


def _digits(account: Account) -> str:
    factor = Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).first()
    if factor is None:
        return "------"
    secret = get_adapter().decrypt(factor.data["secret"])
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))
