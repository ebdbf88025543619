"""Frozen facts that decisions look at: who acts (Actor), with which posts (Grant), on what (Subject)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from laojia.policy.roles import Channel, Role


@dataclass(frozen=True, slots=True)
class Grant:
    """One role valid today. `scopes` are area digit paths ending in a slash, predecessors of merged areas included."""

    role: Role
    scopes: tuple[str, ...] = ()
    team_ids: frozenset[int] = frozenset()
    station_id: int | None = None

    def covers(self, area_path: str) -> bool:
        """True when the area lies inside one of the scopes (inside = prefix)."""
        return bool(area_path) and any(area_path.startswith(prefix) for prefix in self.scopes)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: always a person (None for the clock), with the posts valid today, through a channel.

    `on_behalf_of` names the person spoken for (telephone, counter, paper): both are journalled.
    `only` narrows a link or number holder to one row, e.g. ("order", 17).
    """

    person_id: int | None
    grants: tuple[Grant, ...] = ()
    channel: Channel = Channel.PAGE
    on_behalf_of: Actor | None = None
    only: tuple[str, int] | None = None

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)

    def has(self, *roles: Role) -> bool:
        return any(grant.role in roles for grant in self.grants)

    @property
    def team_ids(self) -> frozenset[int]:
        return frozenset(team for grant in self.grants for team in grant.team_ids)

    def prefixes(self, *roles: Role) -> tuple[str, ...]:
        """Area prefixes held through any of the roles, sorted, each once."""
        return tuple(sorted({p for grant in self.grants if grant.role in roles for p in grant.scopes}))


NOBODY = Actor(person_id=None)
VISITOR = Actor(person_id=None, grants=(Grant(Role.RESIDENT),))  # nobody is signed in: may complain, no more
CLOCK = Actor(person_id=None, grants=(Grant(Role.SYSTEM),), channel=Channel.CLOCK)


def actor_of(request: Any) -> Actor:
    """Who acts in this request, as the middleware found it."""
    actor: Actor = request.actor
    return actor


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table carry the facts. The rule (`subject_of`) and the SQL filter both read this."""

    kind: str
    own: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    area: str = ""
    protected: str = ""
    sealed: str = ""
    keeper: str = ""
    entered: str = ""  # the grid worker or station staff who typed it in for somebody
    closed_to_team: str = ""  # a complaint's own team never sees the complaint
    links: tuple[tuple[str, str], ...] = ()  # (kind, column): rows a link holder reaches through this one

    @property
    def facts(self) -> tuple[str, ...]:
        """Every column named here: who reads no more of a row can still ask what may be done with it."""
        one = (self.area, self.protected, self.sealed, self.keeper, self.entered, self.closed_to_team)
        return tuple(
            dict.fromkeys(
                (*self.own, *self.team, *filter(None, one), *(column for _kind, column in self.links))
            )
        )


class Row(Protocol):
    """A table row that declares its columns."""

    SCOPE: ClassVar[Columns]
    pk: Any


@dataclass(frozen=True, slots=True)
class Subject:
    """What is acted on, reduced to what permissions and transitions need."""

    kind: str
    id: int | None = None
    state: str = ""
    area_path: str = ""
    own_ids: frozenset[int] = frozenset()
    team_ids: frozenset[int] = frozenset()
    keeper_id: int | None = None
    entered_id: int | None = None
    protected: bool = False
    sealed: bool = False
    closed_team_id: int | None = None
    links: frozenset[tuple[str, int]] = field(default_factory=frozenset)


def subject_of(row: Row) -> Subject:
    """Facts of a row, read from the columns its model names in SCOPE."""
    c = row.SCOPE

    def ids(names: tuple[str, ...]) -> frozenset[int]:
        return frozenset(v for v in (getattr(row, n) for n in names) if v is not None)

    links = {(kind, getattr(row, column)) for kind, column in c.links if getattr(row, column) is not None}
    if row.pk is not None:
        links.add((c.kind, row.pk))
    return Subject(
        kind=c.kind,
        id=row.pk,
        state=getattr(row, "state", ""),
        area_path=getattr(row, c.area) if c.area else "",
        own_ids=ids(c.own),
        team_ids=ids(c.team),
        keeper_id=getattr(row, c.keeper) if c.keeper else None,
        entered_id=getattr(row, c.entered) if c.entered else None,
        protected=bool(getattr(row, c.protected)) if c.protected else False,
        sealed=bool(getattr(row, c.sealed)) if c.sealed else False,
        closed_team_id=getattr(row, c.closed_to_team) if c.closed_to_team else None,
        links=frozenset(links),
    )
