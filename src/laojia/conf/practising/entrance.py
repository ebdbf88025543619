"""Who can sign in to the training copy: one made-up colleague for each post, with a password and digits anybody may know."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from laojia.foundation.area.queries import is_practice, only_county
from laojia.foundation.journal.actions import record
from laojia.foundation.people.models import Account, Claim, Person, Post
from laojia.kernel import crypto
from laojia.kernel.clock import local_date
from laojia.kernel.errors import BadInput, Conflict
from laojia.labels import ROLES
from laojia.policy.facts import CLOCK
from laojia.policy.roles import Role

PASSWORD = "Lianxi-2026"  # noqa: S105  printed on purpose: the copy holds nobody real
DESKS = {
    "paidan": Role.DISPATCHER, "zhanzhang": Role.STATION_STAFF, "biandan": Role.MENU_EDITOR,
    "jiefang": Role.COMPLAINT_HOLDER, "zhuanren": Role.KEEPER, "pianzhang": Role.ZONE_LEADER,
    "lingdao": Role.COUNTY_LEADER, "xitong": Role.SYSTEM_ADMIN, "anquan": Role.SECURITY_ADMIN,
    "shenji": Role.AUDIT_ADMIN,
}  # fmt: skip
PHONES = (Role.TEAM_LEADER, Role.VOLUNTEER, Role.GRID_WORKER)


@transaction.atomic
def open_doors(now: datetime) -> None:
    """An account for each kind of post; where the county has nobody at one yet, a made-up person takes it."""
    password, county = make_password(PASSWORD), only_county()
    for name, role in DESKS.items():
        person = _holding(role, now)
        if person is None:
            person = Person.objects.create(
                name=f"练习{ROLES[role]}", area=county, area_path=county.path, created_at=now
            )
            Post.objects.create(person=person, role=role, area=county, valid_from=local_date(now))
        account = Account.objects.create(username=name, person=person, password=password)
        Claim.objects.create(account=account, person=person, proof="post", at=now)
        record(account, "account.open", actor=CLOCK, now=now, fields=("password", "username"))
        TOTP.activate(account, _secret(name))
    for role in PHONES:
        held = _holding(role, now)
        if held is not None and held.phone:
            account = Account.objects.create_user(
                person=held, phone=held.phone, phone_hash=held.phone_hash, phone_verified=True
            )
            Claim.objects.create(account=account, person=held, proof="post", at=now)


def _holding(role: Role, now: datetime) -> Person | None:
    today = local_date(now)
    free = Person.objects.filter(erased_at=None, account__isnull=True)
    held = Post.objects.filter(Q(valid_to=None) | Q(valid_to__gt=today), role=role, valid_from__lte=today)
    held = held.filter(person__in=free.values("pk"))
    if role in PHONES:
        held = held.exclude(person__phone_hash="").exclude(
            person__phone_hash__in=Account.objects.exclude(phone_hash=None).values("phone_hash")
        )
    post = held.order_by("person_id").select_related("person").first()
    return post.person if post is not None else None


def _secret(name: str) -> str:
    digest = bytes.fromhex(crypto.keyed_hash(f"practice/{name}"))
    return base64.b32encode(digest[:20]).decode().rstrip("=")


def who_can_sign_in() -> list[str]:
    """Lines for the terminal; nothing outside a training copy."""
    if not is_practice():
        return []
    with override("zh-hans"):
        return [
            "练习可以这样登录（姓名和号码全是编的，不发消息，不算数）：",
            "  用手机号和短信码（码在 /inbox/ 里看）：",
            *(f"    {phone}  {ROLES[role]}" for phone, role in _phone_lines()),
            f"  用登录名、密码 {PASSWORD} 和六位数（laojia practice code 登录名）：",
            *(f"    {name:<10} {ROLES[role]}" for name, role in DESKS.items()),
        ]


def _phone_lines() -> Iterator[tuple[str, Role]]:
    for account in Account.objects.filter(phone_verified=True).select_related("person").order_by("pk"):
        held = set(Post.objects.filter(person=account.person).values_list("role", flat=True))
        yield account.phone or "", next((role for role in PHONES if role in held), Role.RESIDENT)


def code_of(name: str) -> str:
    """The six digits of this moment for a sign-in name. Raises Conflict outside a training copy, BadInput."""
    if not is_practice():
        raise Conflict("no_practice", _("This is no training copy: nobody's second factor is shown here."))
    account = Account.objects.filter(username=name.strip().lower(), username__in=DESKS).first()
    factor = (
        Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).first() if account else None
    )
    if factor is None:
        raise BadInput(
            "name", _("There is no colleague of this name. Names: %(list)s.") % {"list": ", ".join(DESKS)}
        )
    secret = get_adapter().decrypt(factor.data["secret"])
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))
