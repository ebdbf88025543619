"""Items: tiles, search, one item, drafts and versions; answers and wishes held against an item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Aggregate,
    BigIntegerField,
    CharField,
    F,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
    TextField,
)
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from laojia import labels
from laojia.foundation.area.models import Area
from laojia.foundation.calendar.queries import calendar
from laojia.foundation.journal.actions import require
from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import Post
from laojia.kernel.clock import local_date
from laojia.kernel.errors import BadInput, OutOfScope, WrongState, joined
from laojia.kernel.kept import Given, KeptRead
from laojia.policy.facts import Actor, Subject
from laojia.policy.permissions import may
from laojia.policy.roles import Role
from laojia.shown import said_day
from laojia.steps.menu.models import ItemVersion, WeekQuota
from laojia.steps.menu.queries.words import TILE_WORDS, WISH, said_answer, said_problem
from laojia.steps.menu.rules import questions, times
from laojia.steps.menu.rules.items import (
    APART,
    EDITABLE,
    EVERYWHERE,
    TILES,
    Change,
    matches,
    may_be_had_here,
    publish_problems,
    tile_of,
    what_changed,
)

_DRAFTS = Subject("item")


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the eight tiles as shown."""

    key: str
    name: str
    sign: str
    count: int

    @property
    def url(self) -> str:
        return f"/menu/?tile={self.key}"


def _out() -> QuerySet[ItemVersion]:
    areas = Prefetch("areas", Area.objects.only("id", "path", "name", "level"))
    return (
        ItemVersion.objects.filter(state="published")
        .exclude(item__tile=APART)
        .select_related("item")
        .prefetch_related(areas)
        .order_by("item__position", "item__code")
    )


def tiles() -> list[Tile]:
    """The eight tiles with the number of items behind them; none while nothing is published."""
    names = list(
        ItemVersion.objects.filter(state="published").values_list("item__tile", flat=True).order_by()
    )
    if not names:
        return []
    return [Tile(t.key, str(TILE_WORDS[t.key]), t.sign, names.count(t.name)) for t in TILES]


def items(tile: str = "", text: str = "", area_path: str = "") -> list[ItemVersion]:
    """What can be had now, in the order of the menu, or best fit first when something is searched.

    `tile` is a key or a stored name. A county has some dozens of items, so fitting is reckoned here.
    """
    rows = _out()
    if tile:
        known = tile_of(tile)
        rows = rows.filter(item__tile=known.name if known else tile)
    found = [
        row for row in rows if not area_path or may_be_had_here([a.path for a in row.areas.all()], area_path)
    ]
    words = text.lower().split()
    if not words:
        return [row for row in found if row.item.tile != EVERYWHERE]
    scored = [(matches(words, _texts(row)), row) for row in found]
    best = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])
    return [row for _score, row in best]


def _texts(row: ItemVersion) -> dict[str, str]:
    return {
        "name": f"{row.name} {row.name_en}".lower(),
        "search": " ".join(row.search),
        "short": f"{row.short} {row.short_en}",
        "about": row.about,
    }


class _Joined(Aggregate):
    """Short texts of several rows as one, with a comma between: the same on SQLite and PostgreSQL."""

    function = "GROUP_CONCAT"
    template = "%(function)s(%(expressions)s, ',')"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, function="STRING_AGG", **more)


def _readable() -> QuerySet[ItemVersion]:
    """Versions of one item with the paths of their places, in one statement."""
    places: Any = ItemVersion.areas.through._default_manager.filter(itemversion_id=OuterRef("pk"))
    joined = places.values("itemversion_id").annotate(joined=_Joined("area__path")).values("joined")
    rows = ItemVersion.objects.filter(item__code=Given("code", CharField())).exclude(state="draft")
    return rows.select_related("item", "keeper").order_by("-number").annotate(joined_paths=Subquery(joined))


_versions = KeptRead(_readable)
_places: KeptRead[Any] = KeptRead(
    lambda: ItemVersion.areas.through._default_manager.filter(
        itemversion_id=Given("version", BigIntegerField())
    ).annotate(path=F("area__path"))
)


def paths_of(item: ItemVersion) -> list[str]:
    """Where an item may be had, as area paths; none: everywhere."""
    if "areas" in getattr(item, "_prefetched_objects_cache", ()):
        return [area.path for area in item.areas.all()]
    if "joined_paths" in item.__dict__:  # read together with the version
        joined = item.__dict__["joined_paths"]
        return joined.split(",") if joined else []
    return [row.path for row in _places.rows(version=item.pk)]


def item(code: str) -> ItemVersion:
    """The version of an item that can be ordered now. Refuses: not on the menu (404), paused or retired (409)."""
    rows = _versions.rows(code=code)
    newest = next((r for r in rows if r.state in ("published", "paused")), rows[0] if rows else None)
    if newest is None:
        raise OutOfScope(
            "no_item",
            _("That is not on the menu."),
            _("Look through the menu, or say in your own words what you need."),
        )
    if newest.state != "published":
        raise _not_now(newest)
    return newest


def _not_now(row: ItemVersion) -> WrongState:
    instead = _("Say in your own words what you need; we look for another way.")
    if row.state == "paused":
        said = _g("“%(name)s” is paused for now.") % {"name": row.name}
        return WrongState("item_paused", said, instead)
    said = _g("“%(name)s” is not offered any more.") % {"name": row.name}
    return WrongState("item_retired", said, instead)


# --- answers and wishes, for the order step ---------------------------------------------------------------------


def clean_answers(version: ItemVersion, answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Answers in plain types, and a sentence for each question that is not answered as it must be."""
    cleaned, wrong = questions.clean_answers(version.questions, answers)
    return cleaned, {problem.field: said_answer(problem) for problem in wrong}


def answers_or_refuse(version: ItemVersion, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The cleaned answers; raises BadInput with a sentence beside each question."""
    cleaned, wrong = clean_answers(version, answers)
    if wrong:
        raise BadInput("answers", _("Please look at the marked places again."), "", wrong)
    return cleaned


def wish_days(version: ItemVersion, now: datetime, count: int = 10) -> list[tuple[date, tuple[str, ...]]]:
    """The next days with the half-days on which it can be had."""
    return times.wish_days(version.slots, version.lead_working_days, now, calendar(), count=count)


def wish_refusal(version: ItemVersion, day: date, half: str, now: datetime) -> str:
    """Why the wished half-day is not possible and what is instead; empty when it is."""
    work = calendar()
    problem = times.wish_problem(version.slots, version.lead_working_days, day, half, now, work)
    if not problem:
        return ""
    today = local_date(now)
    halves = times.halves_on(version.slots, day)
    return str(WISH[problem]) % {
        "day": said_day(times.earliest_day(version.lead_working_days, today, work), today),
        "days": "、".join(said_day(d, today) for d, _halves in wish_days(version, now, 3)),
        "halves": "、".join(str(labels.HALF_DAYS[half]) for half in halves),
    }


def quota_left(version: ItemVersion, on: date) -> int | None:
    """How many more of the item can be ordered in the week of the day; None when there is no limit."""
    if not version.quota_per_week:
        return None
    row = WeekQuota.objects.filter(item=version.item_id, monday=times.monday_of(on)).first()
    return max(0, version.quota_per_week - (row.taken if row else 0))


# --- the menu desk --------------------------------------------------------------------------------------------


def sees_menu_desk(actor: Actor) -> bool:
    return may(actor, "menu.see_draft", _DRAFTS)


def list_versions(actor: Actor, *, state: str = "", text: str = "") -> QuerySet[ItemVersion]:
    """Versions on the menu desk, in the order of the menu; retired ones only when asked for."""
    require(actor, "menu.see_draft", _DRAFTS)
    rows = scoped(ItemVersion.objects.all(), actor, "menu.see_draft").select_related("item")
    rows = rows.filter(state=state) if state else rows.exclude(state="retired")
    if text:
        rows = rows.filter(name__contains=text)
    return rows.order_by("item__position", "item__code", "number")


def version(actor: Actor, pk: int) -> ItemVersion:
    """One version for the menu desk, whatever its state."""
    require(actor, "menu.see_draft", _DRAFTS)
    rows = ItemVersion.objects.select_related("item", "keeper").prefetch_related("areas")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise OutOfScope("no_version", _("We do not find that here."), _("Look through the list again."))
    return row


def history(actor: Actor, row: ItemVersion) -> list[ItemVersion]:
    """All versions of the item, newest first."""
    require(actor, "menu.see_draft", _DRAFTS)
    return list(ItemVersion.objects.filter(item=row.item_id).order_by("-number"))


def facts_of(row: ItemVersion) -> dict[str, Any]:
    """The fields an editor writes, `areas` as sorted names, `keeper` as yes or no."""
    facts = {name: getattr(row, name) for name in EDITABLE}
    facts["areas"] = sorted(a.name for a in row.areas.all()) if row.pk else []
    facts["keeper"] = row.keeper_id is not None
    return facts


def version_diff(row: ItemVersion) -> list[Change]:
    """What a draft changes against the version that is out (or was last)."""
    others = ItemVersion.objects.filter(item=row.item_id, number__lt=row.number).order_by("-number")
    before = others.filter(state__in=("published", "paused")).first() or others.first()
    return what_changed(facts_of(before), facts_of(row)) if before else []


def publish_refusals(row: ItemVersion) -> dict[str, str]:
    """Sentences by field about what stands between this draft and the menu; empty when it may be published."""
    out = ItemVersion.objects.filter(state__in=("published", "paused")).exclude(item=row.item_id)
    others = {risk for risks in out.values_list("risks", flat=True) for risk in risks}
    found: dict[str, str] = {}
    for problem in publish_problems(facts_of(row), others):
        found[problem.field] = joined(found.get(problem.field, ""), said_problem(problem))
    return found


def keepers(on: date) -> list[tuple[int, str]]:
    """Who holds the keeper's post on the day: (person id, name), for the editor of a sealed item."""
    posts = Post.objects.filter(role=Role.KEEPER.value, valid_from__lte=on).exclude(valid_to__lte=on)
    return sorted(set(posts.values_list("person_id", "person__name")), key=lambda pair: pair[1])


def walk_in_items() -> list[tuple[int, str]]:
    """Items that can be had at a point without an order: (item id, name)."""
    rows = ItemVersion.objects.filter(
        state__in=("published", "paused"), mode__in=("walk_in", "by_appointment")
    )
    return list(rows.order_by("item__position").values_list("item_id", "name"))
