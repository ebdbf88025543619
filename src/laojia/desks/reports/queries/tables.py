"""Reads of demanded tables: what may be saved, the rows of one, cell by cell, masked unless asked for in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from laojia.desks.reports.models import SavedTable
from laojia.desks.reports.queries.columns import SUBJECTS, Cell, Column, Subject
from laojia.desks.reports.rules import window_of
from laojia.foundation.area.models import Area
from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import Post
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import CHINA
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import Actor
from laojia.policy.permissions import PERMISSIONS
from laojia.policy.roles import Scope
from laojia.steps.menu.models import ItemVersion
from laojia.steps.serve.models import RosterLine

MOST_ROWS = 200_000


def may_tables(actor: Actor) -> None:
    """Raises OutOfScope for who holds no post for it."""
    if not actor.roles & PERMISSIONS["table.see"].keys():
        raise OutOfScope("not_here", _("We do not find that here."), _("This page is for those who lead."))


def home_of(actor: Actor) -> str:
    """The area a new table is saved for: the widest of the actor's posts."""
    table = PERMISSIONS["table.save"]
    paths = [p for g in actor.grants if table.get(g.role) is Scope.AREA for p in g.scopes]
    return min(paths, key=len, default="")


def tables(actor: Actor) -> QuerySet[SavedTable]:
    """Saved tables of the actor's areas by name; those removed are gone."""
    rows = SavedTable.objects.filter(dropped_at__isnull=True)
    return scoped(rows, actor, "table.see").order_by("name", "id")


def table_of(actor: Actor, pk: int) -> SavedTable:
    """One saved table in scope. Raises OutOfScope."""
    table = tables(actor).filter(pk=pk).first()
    if table is None:
        raise OutOfScope("not_here", _("We do not find that here."), _("Look at the list of tables."))
    return table


def columns_of(table: SavedTable) -> list[tuple[Column, str]]:
    """The chosen columns with the headings the office wants."""
    known = {column.code: column for column in SUBJECTS[table.subject].columns}
    return [(known[code], heading) for code, heading in table.columns if code in known]


def rows_of(actor: Actor, table: SavedTable, today: date, verb: str = "table.run") -> QuerySet[Any]:
    """The rows of a table inside the actor's areas, the oldest first."""
    subject = SUBJECTS[table.subject]
    rows = subject.rows(_scoped(actor, subject, verb))
    rows = _filtered(rows, subject, table.filters, today)
    rows = _with_sums(table.subject, rows, table.filters, today).select_related(*subject.related)
    moment = [F(subject.moment).asc(nulls_last=True)] if subject.moment else []
    return rows.order_by(*moment, "id")


def _scoped(actor: Actor, subject: Subject, verb: str) -> QuerySet[Any]:
    """Members are those of the teams in scope; everything else is scoped by its own row."""
    if subject.model is Post:
        return Post.objects.filter(team__in=scoped(Team.objects.all(), actor, verb))
    rows: QuerySet[Any] = subject.model._default_manager.all()
    found: QuerySet[Any] = scoped(rows, actor, verb)
    return found


def _filtered(rows: QuerySet[Any], subject: Subject, asked: Mapping[str, str], today: date) -> QuerySet[Any]:
    window = window_of(asked.get("period", ""), today)
    if window is not None and subject.moment:
        first, after = window.moments(CHINA)
        rows = rows.filter(**{f"{subject.moment}__gte": first, f"{subject.moment}__lt": after})
    if asked.get("place"):
        path = Area.objects.filter(code=asked["place"]).values("path")[:1]
        rows = rows.filter(**{f"{subject.area}__startswith": Subquery(path)})
    if asked.get("item") and subject.item:
        rows = rows.filter(**{subject.item: asked["item"]})
    if subject.model is Post or subject.team_kind.startswith("posts__"):
        rows = _holding(rows, subject, asked, today)
    elif asked.get("team_kind"):
        rows = rows.filter(**{subject.team_kind: asked["team_kind"]})
    return rows


def _holding(rows: QuerySet[Any], subject: Subject, asked: Mapping[str, str], today: date) -> QuerySet[Any]:
    """Posts that hold today; for volunteers those who hold one."""
    posts = Post.objects.filter(valid_from__lte=today, team__isnull=False).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=today)
    )
    if asked.get("team_kind"):
        posts = posts.filter(team__kind=asked["team_kind"])
    if subject.model is Post:
        return rows.filter(pk__in=posts.values("pk"))
    named = Prefetch("posts", queryset=posts.select_related("team"))
    return rows.filter(pk__in=posts.values("person")).prefetch_related(named)


def _with_sums(subject: str, rows: QuerySet[Any], asked: Mapping[str, str], today: date) -> QuerySet[Any]:
    """Minutes given and how often, by the same sub-select for a person and for a record."""
    if subject not in ("volunteers", "records"):
        return rows
    lines = RosterLine.objects.filter(
        state="came", occasion__practice=False, occasion__protected=False, occasion__sealed=False
    )
    if subject == "records":
        lines, mine = lines.filter(occasion=OuterRef("occasion")), "occasion"
    else:
        lines, mine = lines.filter(person=OuterRef("pk")), "person"
        window = window_of(asked.get("period", ""), today)
        if window is not None:
            first, after = window.moments(CHINA)
            lines = lines.filter(occasion__starts_at__gte=first, occasion__starts_at__lt=after)
    grouped = lines.order_by().values(mine)
    given = Subquery(grouped.annotate(n=Sum("minutes")).values("n"))
    count = Subquery(grouped.annotate(n=Count("pk")).values("n"))
    counted = {"people" if subject == "records" else "times": count}
    summed: QuerySet[Any] = rows.annotate(given=given, **counted)
    return summed


def lines_of(table: SavedTable, rows: QuerySet[Any], *, full: bool = False) -> Iterator[list[Cell]]:
    """The heading and each row; personal cells in full only when `full`."""
    chosen = columns_of(table)
    yield [heading for _column, heading in chosen]
    makers = [column.full if full and column.full else column.cell for column, _heading in chosen]
    for row in rows[:MOST_ROWS].iterator(chunk_size=1000):
        yield [make(row) for make in makers]


def preview(table: SavedTable, rows: QuerySet[Any], size: int = 20) -> list[list[Cell]]:
    """The first rows, masked."""
    makers = [column.cell for column, _heading in columns_of(table)]
    return [[make(row) for make in makers] for row in rows[:size]]


def choices(actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """What a table may be narrowed to: towns or villages in scope, items, kinds of teams."""
    roles = [g.role for g in actor.grants if g.role in PERMISSIONS["table.save"]]
    prefixes = actor.prefixes(*roles)
    inside = Q(path__in=prefixes) | Q(parent__path__in=[p for p in prefixes if p.count("/") <= 3])
    areas = Area.objects.filter(inside, valid_to__isnull=True, level__in=("town", "village"))
    items = ItemVersion.objects.filter(state__in=("published", "paused"), protected=False)
    kinds = Team.objects.filter(ended_on__isnull=True).values_list("kind", flat=True)
    return {
        "place": list(areas.order_by("code").values_list("code", "name")),
        "item": list(items.order_by("item__code").values_list("item__code", "name")),
        "team_kind": [(kind, kind) for kind in kinds.order_by("kind").distinct()],
    }
