"""Reads of reviewing: reviews, complaints, incidents, whom to call, and figures that give nobody away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet

from laojia.foundation.area.models import Area
from laojia.foundation.journal.queries import scoped
from laojia.kernel.clock import CHINA, local, local_date
from laojia.policy.facts import Actor
from laojia.steps.menu.models import ItemVersion
from laojia.steps.order.models import OPEN_AT_DESK, Attendance, Order
from laojia.steps.order.queries import late
from laojia.steps.review.models import Complaint, Incident, Review, TeamStop
from laojia.steps.review.rules import hide_small, share

FRESH_SECONDS = 900  # public figures are reckoned at most once in a quarter of an hour
_ALL = "∑"
CALL_AFTER = timedelta(days=3)  # served and nothing heard for so long: somebody calls


def barred_teams(person_ids: Iterable[int]) -> Mapping[int, frozenset[int]]:
    """Per person the teams that are not offered to him any more (complaint about conduct or money)."""
    stops: dict[int, set[int]] = {}
    rows = TeamStop.objects.filter(person_id__in=list(person_ids), lifted_at=None)
    for person_id, team_id in rows.values_list("person_id", "team_id"):
        stops.setdefault(person_id, set()).add(team_id)
    return {person_id: frozenset(teams) for person_id, teams in stops.items()}


def to_call(actor: Actor, now: datetime) -> QuerySet[Order]:
    """Served, nothing heard, nobody has reached the person yet nor tried today: the longest waiting first, with `tries`."""
    rows = scoped(Order.objects.filter(state="served", served_at__lt=now - CALL_AFTER), actor, "order.see")
    rows = rows.exclude(follow_ups__result="answered").exclude(reviews__isnull=False)
    today = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = rows.exclude(follow_ups__at__gte=today).annotate(tries=Count("follow_ups"))
    return rows.select_related("item_version", "person", "team").order_by("served_at", "id")


def complaints(actor: Actor, *, closed: bool = False) -> QuerySet[Complaint]:
    """The files this actor may see, the soonest due first."""
    rows = scoped(Complaint.objects.all(), actor, "complaint.see").select_related(
        "about_team", "order__item_version"
    )
    rows = rows.filter(state="closed") if closed else rows.exclude(state="closed")
    return rows.order_by("answer_due_at", "id")


def incidents(actor: Actor, *, closed: bool = False) -> QuerySet[Incident]:
    """Incident sheets in scope, the newest first."""
    rows = scoped(Incident.objects.all(), actor, "incident.see").select_related("order__item_version")
    return rows.filter(state="closed" if closed else "reported").order_by("-happened_at", "-id")


def words_for_team(actor: Actor) -> QuerySet[Review]:
    """What people let the team read, without who said it; the rest stays with the centre."""
    rows = scoped(Review.objects.filter(share_words=True).exclude(words=""), actor, "review.see_shared")
    return rows.select_related("order__item_version", "attendance__occasion").order_by("-at", "-id")


def last_attendance(order: Order) -> Attendance | None:
    """The attendance a review would be about: the newest that is over or expected."""
    return (
        order.attendances.exclude(state="released")
        .select_related("occasion__team", "order__item_version")
        .last()
    )


@dataclass(frozen=True)
class FigureRow:
    """One item in one month; None is a hidden figure."""

    code: str
    name: str
    cells: list[int | None]
    total: int | None


@dataclass(frozen=True)
class Figures:
    """Public figures of a month: items × towns, helped requests; reviews per item for the county."""

    month: date
    towns: list[str]
    rows: list[FigureRow]
    total: int | None
    reviewed: int
    solved_share: int | None


def month_bounds(month: date) -> tuple[datetime, datetime]:
    """First moment of the month and of the next, in China."""
    first = datetime(month.year, month.month, 1, tzinfo=CHINA)
    after = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=CHINA)
    return first, after


def public_figures(month: date) -> Figures:
    """Kept for a quarter of an hour; protected and practice rows are never counted."""
    key = f"figures:{month:%Y-%m}"
    kept: Figures | None = cache.get(key)
    if kept is None:
        kept = _reckon(month)
        cache.set(key, kept, FRESH_SECONDS)
    return kept


def served_in(month: date) -> QuerySet[Order]:
    """The rows behind the figures: served in the month, open items only."""
    first, after = month_bounds(month)
    return Order.objects.filter(
        served_at__gte=first, served_at__lt=after, protected=False, sealed=False, practice=False,
        outcome__in=("done", "partly"), item_version__isnull=False,
    )  # fmt: skip


def _reckon(month: date) -> Figures:
    first, after = month_bounds(month)
    # The towns there were in that month: figures of the past stay under the names of the past.
    valid = Q(valid_to=None) | Q(valid_to__gt=local_date(first))
    towns = dict(
        Area.objects.filter(valid, level="town", valid_from__lt=local_date(after))
        .order_by("code")
        .values_list("path", "name")
    )
    per_place = served_in(month).values("item_version__item__code", "area_path").annotate(n=Count("id"))
    table: Counter[tuple[str, str]] = Counter()
    for row in per_place.values_list("item_version__item__code", "area_path", "n"):
        table[row[0], _town_of(row[1])] += row[2]
    codes = sorted({code for code, _town in table})
    columns = list(towns) + (["/"] if any(town not in towns for _code, town in table) else [])
    folded: Counter[tuple[str, str]] = Counter()
    for (code, town), n in table.items():
        folded[code, town if town in towns else "/"] += n
    return _hidden(month, folded, codes, columns, towns)


def _hidden(
    month: date, table: Counter[tuple[str, str]], codes: list[str], columns: list[str], towns: dict[str, str]
) -> Figures:
    """Totals are figures too: they stand in the table as one more row and column before anything is hidden."""
    with_totals = dict(table)
    for (code, town), n in table.items():
        for key in ((code, _ALL), (_ALL, town), (_ALL, _ALL)):
            with_totals[key] = with_totals.get(key, 0) + n
    shown = hide_small(with_totals, [*codes, _ALL], [*columns, _ALL])
    names = dict(
        ItemVersion.objects.filter(state__in=("published", "paused")).values_list("item__code", "name")
    )
    rows = [FigureRow(c, names.get(c, c), [shown[c, t] for t in columns], shown[c, _ALL]) for c in codes]
    return Figures(
        month,
        [towns.get(t, "") for t in columns],
        rows,
        shown[_ALL, _ALL],
        *_heard(month),
    )


def _heard(month: date) -> tuple[int, int | None]:
    first, after = month_bounds(month)
    heard = Review.objects.filter(
        at__gte=first, at__lt=after, counts=True, protected=False, sealed=False, order__practice=False
    )
    sums = heard.aggregate(n=Count("id"), solved=Count("id", filter=Q(solved="yes")))
    return sums["n"], share(sums["solved"], sums["n"])


def _town_of(path: str) -> str:
    """/county/town/…/ → /county/town/; the county itself stays."""
    parts = path.split("/")
    return "/".join(parts[:3]) + "/" if len(parts) > 3 else path


@dataclass(frozen=True)
class Waiting:
    """What a leader wants to know first; every figure opens its rows."""

    waiting: int
    late: int
    nobody_answers: int
    served: int
    short_of: list[tuple[str, int]]  # item, orders waiting for a team, most first: where help is short


def rows_behind(actor: Actor, which: str, now: datetime) -> QuerySet[Order]:
    """The orders behind one figure of the leader's page; protected and practice rows never. Unknown: nothing."""
    rows = scoped(Order.objects.filter(protected=False, sealed=False, practice=False), actor, "order.list")
    rows = rows.select_related("item_version", "area", "team")
    queue = rows.filter(state__in=OPEN_AT_DESK)
    if which == "waiting":
        return queue
    if which == "late":
        return queue.filter(late(now))
    if which == "pool":
        return queue.filter(attendances__occasion__pool_entry__closed_at=None, holder__in=("pool", "station"))
    if which == "served":
        return rows.filter(served_at__gte=now - timedelta(days=7))
    return rows.none()


def overview(actor: Actor, now: datetime) -> Waiting:
    """Counts within the actor's area, never a league table."""
    queue = rows_behind(actor, "waiting", now)
    sums = queue.aggregate(n=Count("id"), late=Count("id", filter=late(now)))
    per_item = queue.filter(item_version__isnull=False).values_list("item_version__name")
    short = per_item.annotate(n=Count("id")).order_by("-n", "item_version__name")[:8]
    return Waiting(
        waiting=sums["n"],
        late=sums["late"],
        nobody_answers=rows_behind(actor, "pool", now).count(),
        served=rows_behind(actor, "served", now).count(),
        short_of=list(short),
    )
