"""People, accounts, posts, bodies, certificates, insurance, consent. Person ≠ account ≠ phone."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from laojia.foundation.area.models import Area, Station
from laojia.foundation.teams.models import Team
from laojia.kernel.fields import PlainOrder, SealedText
from laojia.policy.facts import Columns
from laojia.policy.personal import NONE, Held, Keep
from laojia.policy.roles import Channel, Role


class Person(models.Model):
    """A resident or volunteer, with or without an account. One phone may serve a family, so it is not unique."""

    SCOPE: ClassVar = Columns(kind="person", own=("id", "guardian_id"), area="area_path")
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(
            ("name", "phone", "phone_hash", "phone_end_hash", "area", "area_path", "address"),
            "to come to the right door and to call you",
            Keep.WHILE_NEEDED,
        ),
        Held(
            ("contact_name", "contact_phone"),
            "to call somebody when nobody opens the door",
            Keep.WHILE_NEEDED,
        ),
        Held(("birth_year",), "to ask a guardian for the young", Keep.WHILE_NEEDED),
        Held(
            ("volunteer_number", "own_work"),
            "the record of volunteering that the law asks for",
            Keep.RECORD_TEN_YEARS,
        ),
        Held(
            ("id_number", "id_number_hash"),
            "to enter a volunteer once in the national register, volunteers only",
            Keep.WHILE_NEEDED,
        ),
    )

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=40, blank=True)
    phone = SealedText(blank=True)
    phone_hash = models.CharField(max_length=64, blank=True, db_index=True)
    phone_end_hash = models.CharField(max_length=64, blank=True)  # keyed hash of the last four digits
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    area_path = PlainOrder(max_length=120, blank=True)
    address = models.CharField(max_length=120, blank=True)
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    guardian = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="wards")
    contact_name = models.CharField(max_length=40, blank=True)
    contact_phone = SealedText(blank=True)
    reads_messages = models.BooleanField(default=True)  # False: goes on the call list instead
    phone_wrong_at = models.DateTimeField(null=True, blank=True)  # somebody else answers this number
    shows_name = models.BooleanField(default=False)  # a volunteer's consent that residents see his full name
    volunteer_number = models.CharField(max_length=32, blank=True)
    id_number = SealedText(blank=True)  # of volunteers alone: nobody asks a resident for it
    id_number_hash = models.CharField(max_length=64, blank=True)
    own_work = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)
    # The same person, held twice: this row stays, so that old links, numbers and sign-ins lead to the kept one.
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="merged")
    compared_at = models.DateTimeField(
        null=True, blank=True
    )  # None: new or changed, to be looked at for a double

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="person_not_into_himself"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["area_path", "name"], name="person_area_name"),
            models.Index(fields=["phone_end_hash"], condition=~Q(phone_end_hash=""), name="person_phone_end"),
            models.Index(fields=["id"], condition=Q(compared_at=None), name="person_to_compare"),
            models.Index(fields=["id_number_hash"], condition=~Q(id_number_hash=""), name="person_id_number"),
            models.Index(
                fields=["volunteer_number"], condition=~Q(volunteer_number=""), name="person_volunteer_number"
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"


class AccountBook(BaseUserManager["Account"]):
    """Makes accounts; sign-in itself is allauth's."""

    def create_user(self, username: str | None = None, password: str | None = None, **fields: Any) -> Account:
        """An account for a phone or a staff sign-in name. The password may be None (code sign-in only)."""
        account = self.model(username=username or uuid.uuid4().hex, **fields)
        account.set_password(password)
        account.save()
        return account

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(username=username)


class Account(AbstractBaseUser):
    """A way to sign in: by phone and code, or by name, password and second factor."""

    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("phone", "phone_hash", "username", "password"), "to let only you in", Keep.WHILE_NEEDED),
    )
    SCOPE: ClassVar = Columns(kind="account", own=("person_id",))

    username = models.CharField(max_length=64, unique=True)
    person = models.OneToOneField(Person, models.PROTECT, null=True, blank=True, related_name="account")
    phone = SealedText(blank=True)
    phone_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    phone_verified = models.BooleanField(default=False)
    password_is_initial = models.BooleanField(
        default=False
    )  # given by the administrator, to be changed at once
    is_active = models.BooleanField(default=True)
    locked_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    date_joined = models.DateTimeField(
        default=timezone.now
    )  # the action says when; allauth makes none itself

    objects = AccountBook()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return f"account {self.pk}"


class Claim(models.Model):
    """A phone's account says "this is me": a family's number may hold several people, one account each person."""

    SCOPE: ClassVar = Columns(kind="claim", own=("person_id",))
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("account", "person"), "to know whom you are when you sign in", Keep.WHILE_NEEDED),
    )

    account = models.ForeignKey(Account, models.CASCADE, related_name="claims")
    person = models.ForeignKey(Person, models.CASCADE, related_name="claims")
    proof = models.CharField(max_length=12)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(proof__in=("name", "village", "first_order", "station", "post")),
                name="claim_proof",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at__isnull=True), name="claim_one_account"
            ),
        ]


class Unit(models.Model):
    """A body that asks or sends people: village committee, school, unit, estate."""

    SCOPE: ClassVar = Columns(kind="unit", area="area_path")
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE
    KINDS: ClassVar = ("village", "school", "unit", "estate", "hospital")

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=120)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=("village", "school", "unit", "estate", "hospital")), name="unit_kind"
            ),
            models.UniqueConstraint(fields=["name", "area"], name="unit_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """岗位: a role at an area, station, team or unit, from–to. Leaders and members of teams hold posts too."""

    SCOPE: ClassVar = Columns(kind="post", own=("person_id",), team=("team_id",))
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("person", "role"), "who may see and decide what", Keep.RECORD_TEN_YEARS),
    )

    person = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    station = models.ForeignKey(Station, models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="posts", db_index=False
    )
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="posts")
    zone_id = models.BigIntegerField(null=True, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["team", "role"], name="post_team_role")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    role__in=sorted(r.value for r in Role if r not in (Role.SYSTEM, Role.NUMBER_READER))
                ),
                name="post_role",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="post_period"
            ),
            models.CheckConstraint(
                condition=~Q(role__in=("team_leader", "volunteer")) | Q(team__isnull=False),
                name="post_team_named",
            ),
        ]


class Certificate(models.Model):
    """A professional qualification of a volunteer (条例 art. 16), checked for the day of the work."""

    SCOPE: ClassVar = Columns(kind="certificate", own=("person_id",))
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(
            ("kind", "number", "valid_to"),
            "professional work needs a valid certificate",
            Keep.RECORD_TEN_YEARS,
        ),
    )

    person = models.ForeignKey(Person, models.CASCADE, related_name="certificates")
    kind = models.CharField(max_length=40)
    number = SealedText(blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)


class Registration(models.Model):
    """A volunteer's entry in the register (民政部令67号 art. 5), beside what the person's own row holds.

    Only with his consent to the entry (art. 6), whose day stands here too.
    """

    SCOPE: ClassVar = Columns(kind="registration", own=("person_id",))
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(
            ("gender", "born_on", "skills", "categories", "consented_on"),
            "the register of volunteers that the law asks for",
            Keep.RECORD_TEN_YEARS,
        ),
    )

    person = models.OneToOneField(Person, models.CASCADE, related_name="registration")
    gender = models.CharField(max_length=1, blank=True)  # m, f or not said
    born_on = models.DateField(null=True, blank=True)
    skills = models.CharField(max_length=200, blank=True)
    categories = models.JSONField(default=list)  # what he likes to help with, words of the national list
    consented_on = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(gender__in=("", "m", "f")), name="registration_gender"),
        ]


class Insurance(models.Model):
    """A policy with period and insured persons (条例 art. 17). `covers_all` insures every member of the team."""

    SCOPE: ClassVar = Columns(kind="insurance", team=("team_id",))
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("insured",), "dangerous work needs insurance before it starts", Keep.RECORD_TEN_YEARS),
    )

    team = models.ForeignKey(Team, models.CASCADE, related_name="insurances")
    policy_number = models.CharField(max_length=60)
    insurer = models.CharField(max_length=60)
    valid_from = models.DateField()
    valid_to = models.DateField()
    covers_all = models.BooleanField(default=False)
    insured = models.ManyToManyField(Person, blank=True, related_name="insurances")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="insurance_period"),
        ]


class Consent(models.Model):
    """What a person agreed to, when, through which channel, spoken to whom. Facts are added, not changed."""

    SCOPE: ClassVar = Columns(kind="consent", own=("person_id",))
    PERSONAL: ClassVar[tuple[Held, ...]] = (
        Held(("person", "purpose"), "to show that you agreed", Keep.SHARED_THREE_YEARS),
    )
    PURPOSES: ClassVar = (
        "keep_my_data",
        "order_for_me",
        "show_my_name",
        "show_my_words",
        "volunteer_register",
    )

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=24)
    given = models.BooleanField()
    spoken = models.BooleanField(default=False)
    channel = models.CharField(max_length=8)
    heard_by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    purpose__in=(
                        "keep_my_data",
                        "order_for_me",
                        "show_my_name",
                        "show_my_words",
                        "volunteer_register",
                    )
                ),
                name="consent_purpose",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=[c.value for c in Channel]), name="consent_channel"
            ),
        ]
