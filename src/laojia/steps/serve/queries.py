"""Reads of serving: what a leader, a volunteer and a station see. Always scoped by the actor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet, Sum

from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import Certificate, Insurance, Person, Post
from laojia.kernel.clock import local_date
from laojia.policy.facts import Actor
from laojia.policy.roles import Role
from laojia.steps.dispatch.models import Invite, Offer, PoolEntry
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Attendance
from laojia.steps.serve.models import LawRecord, RosterLine, WalkInTally
from laojia.steps.serve.rules import Fit, Needs, roster_problems

TODAY_AT_MOST = 7


def members(team_id: int, day: date) -> list[Person]:
    """Who belongs to the team on the day, contacts first, each once."""
    posts = (
        Post.objects.filter(
            team_id=team_id,
            role__in=(Role.TEAM_LEADER, Role.VOLUNTEER),
            valid_from__lte=day,
            person__erased_at=None,
        )
        .filter(Q(valid_to=None) | Q(valid_to__gt=day))
        .select_related("person")
        .order_by("role", "id")
    )
    return list({post.person_id: post.person for post in posts}.values())


def fits(people: Iterable[Person], day: date) -> list[Fit]:
    """Certificates and insurance of each on the day, in three queries for any number of people."""
    people = list(people)
    ids = [p.pk for p in people]
    on_day = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))
    held: dict[int, set[str]] = defaultdict(set)
    for person_id, kind in Certificate.objects.filter(on_day, person_id__in=ids).values_list(
        "person_id", "kind"
    ):
        held[person_id].add(kind)
    period = Q(valid_from__lte=day, valid_to__gte=day)
    insured = set(Insurance.objects.filter(period, insured__in=ids).values_list("insured", flat=True))
    by_team = Insurance.objects.filter(period, covers_all=True).values("team")
    insured |= set(
        Post.objects.filter(person_id__in=ids, team__in=by_team).values_list("person_id", flat=True)
    )
    return [Fit(p.pk, frozenset(held[p.pk]), p.pk in insured, p.birth_year) for p in people]


def needs_of(occasion: Occasion) -> Needs:
    """What this occasion asks of its roster; a first visit to somebody who lives alone asks for two."""
    item = occasion.item_version
    first_alone = occasion.attendances.exclude(state="released").filter(
        order__needs_second_look=True, order__alone=True
    )
    return Needs(
        day=occasion.date or local_date(occasion.starts_at or occasion.created_at),
        qualification=tuple(item.qualification),
        insured=item.insured,
        two_people=item.two_people or first_alone.exists(),
        adults_only=item.adults_only,
    )


def missing_on_roster(occasion: Occasion) -> tuple[str, ...]:
    """What the roster still lacks, as codes."""
    needs = needs_of(occasion)
    coming = Person.objects.filter(
        roster_lines__occasion=occasion, roster_lines__state__in=("asked", "yes", "came")
    )
    return roster_problems(needs, fits(coming, needs.day))


def open_offers(actor: Actor) -> QuerySet[Offer]:
    """Offers waiting for the actor's team, the soonest due first."""
    rows = scoped(Offer.objects.filter(state="open"), actor, "offer.see")
    return rows.select_related("occasion__item_version__item", "team", "occasion__area").order_by(
        "answer_due_at", "id"
    )


def pool_for(actor: Actor) -> QuerySet[PoolEntry]:
    """What any fitting team may claim: kinds of the actor's teams only, protected ones never."""
    from laojia.foundation.teams.models import Team

    kinds = Team.objects.filter(pk__in=actor.team_ids).values("kind")
    rows = PoolEntry.objects.filter(closed_at=None, protected=False, team_kind__in=kinds)
    return rows.select_related("occasion__item_version", "occasion__area").order_by("step_due_at", "id")


def team_day(actor: Actor, now: datetime, limit: int = TODAY_AT_MOST) -> list[Occasion]:
    """今天就这几件事: what the team has fixed and what still wants its record, soonest first, at most seven."""
    until = now + timedelta(days=14)
    rows = scoped(Occasion.objects.filter(team_id__in=actor.team_ids), actor, "occasion.see")
    rows = rows.filter(Q(state="held") | Q(state__in=("confirmed", "postponed"), starts_at__lt=until))
    return list(rows.select_related("item_version", "area", "team").order_by("starts_at", "id")[:limit])


def attendances_of(occasion: Occasion) -> list[Attendance]:
    """Who is expected or came, in the order they were seated. The caller may see the occasion."""
    rows = occasion.attendances.exclude(state="released")
    return list(rows.select_related("order__person", "order__asker", "order__unit").order_by("id"))


def roster_of(occasion: Occasion) -> list[RosterLine]:
    """The roster, those who come first. The caller may see the occasion."""
    return list(occasion.roster.select_related("person", "replaces__person").order_by("-state", "id"))


def my_lines(actor: Actor, *, past: bool = False) -> list[RosterLine]:
    """A volunteer's own appointments: those to come, or what has been given (newest first)."""
    rows = RosterLine.objects.filter(person_id=actor.person_id or 0).select_related(
        "occasion__item_version", "occasion__area", "occasion__team"
    )
    if past:
        return list(rows.filter(state="came").order_by("-occasion__starts_at", "-id")[:200])
    rows = rows.filter(
        state__in=("asked", "yes", "waitlisted"), occasion__state__in=("confirmed", "postponed")
    )
    return list(rows.order_by("occasion__starts_at", "id"))


def my_minutes(actor: Actor) -> int:
    """All minutes ever attested to a volunteer; practice never counts. The list of them shows the newest only."""
    rows = RosterLine.objects.filter(
        person_id=actor.person_id or 0, state="came", own_work=False, occasion__practice=False
    )
    return rows.aggregate(sum=Sum("minutes"))["sum"] or 0


def calls_i_can_join(actor: Actor, now: datetime, limit: int = 20) -> list[Occasion]:
    """招募 occasions that the actor has not joined; a full one can be waited for."""
    rows = Occasion.objects.filter(
        state="confirmed", public=True, starts_at__gt=now, volunteer_places__gt=0
    ).exclude(roster__in=RosterLine.objects.filter(person_id=actor.person_id or 0).exclude(state="no"))
    return list(rows.select_related("item_version", "area", "team").order_by("starts_at", "id")[:limit])


def open_invites(actor: Actor, now: datetime) -> list[Invite]:
    """Other teams ask ours to come along, and call-ups; those answered with yes stay until they are over."""
    rows = scoped(Invite.objects.filter(team_id__in=actor.team_ids), actor, "invite.see").filter(
        state__in=("open", "accepted"), occasion__state__in=("draft", "offered", "confirmed", "postponed")
    )
    return list(
        rows.select_related("occasion__item_version", "occasion__area", "occasion__team", "team")
        .filter(Q(occasion__ends_at=None) | Q(occasion__ends_at__gt=now))
        .order_by("-occasion__emergency", "occasion__starts_at", "id")[:TODAY_AT_MOST]
    )


def open_records(actor: Actor) -> QuerySet[LawRecord]:
    """Records of law still to be completed, the soonest due first."""
    rows = LawRecord.objects.filter(recorded_at=None)
    visible = scoped(Occasion.objects.all(), actor, "occasion.see").values("pk")
    return (
        rows.filter(occasion__in=visible)
        .select_related("occasion__item_version", "occasion__team")
        .order_by("due_at")
    )


def disputed(actor: Actor) -> QuerySet[Attendance]:
    """Where the team and the person say different things: the station or centre settles it."""
    rows = scoped(Attendance.objects.filter(disputed=True), actor, "attendance.see")
    return rows.select_related("order__item_version", "occasion__team").order_by("id")


def unanswered_doors(actor: Actor) -> QuerySet[Attendance]:
    """Doors nobody answered and whose two hours still run."""
    rows = scoped(
        Attendance.objects.filter(state="not_home", not_home_since__isnull=False), actor, "attendance.see"
    )
    return rows.select_related("order__person", "order__item_version", "occasion__team").order_by(
        "not_home_since"
    )


def tally_of(point_ids: Sequence[int], day: date) -> list[WalkInTally]:
    """Heads counted at the points on a day, corrections included."""
    return list(
        WalkInTally.objects.filter(point_id__in=point_ids, date=day)
        .select_related("item", "point")
        .order_by("id")
    )
