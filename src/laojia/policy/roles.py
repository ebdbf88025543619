"""Who can act, at which level, through which channel. Plain names only; shown words live in labels."""

from __future__ import annotations

from enum import StrEnum


class AreaLevel(StrEnum):
    """The five levels of the grid, widest first."""

    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"
    MICRO_GRID = "micro_grid"


LEVEL_ORDER: tuple[AreaLevel, ...] = tuple(AreaLevel)


class StationLevel(StrEnum):
    """Practice centre (county), institute (town), station (villages)."""

    CENTRE = "centre"
    INSTITUTE = "institute"
    STATION = "station"


class Role(StrEnum):
    """A role is held through a post (from–to); RESIDENT is everybody who has signed in; the clock acts as SYSTEM."""

    RESIDENT = "resident"
    VOLUNTEER = "volunteer"
    TEAM_LEADER = "team_leader"
    GRID_WORKER = "grid_worker"
    STATION_STAFF = "station_staff"
    DISPATCHER = "dispatcher"
    MENU_EDITOR = "menu_editor"
    COMPLAINT_HOLDER = "complaint_holder"
    KEEPER = "keeper"
    ZONE_LEADER = "zone_leader"
    COUNTY_LEADER = "county_leader"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    NUMBER_READER = (
        "number_reader"  # number + last four digits of the phone: may look and nudge, nothing else
    )
    SYSTEM = "system"


# Roles that see other people's rows: they sign in with a password and an enrolled second factor.
SECOND_FACTOR_ROLES: frozenset[Role] = frozenset(
    {
        Role.STATION_STAFF,
        Role.DISPATCHER,
        Role.MENU_EDITOR,
        Role.COMPLAINT_HOLDER,
        Role.KEEPER,
        Role.ZONE_LEADER,
        Role.COUNTY_LEADER,
        Role.SYSTEM_ADMIN,
        Role.SECURITY_ADMIN,
        Role.AUDIT_ADMIN,
    }
)

# MLPS 2.0: nobody holds two of these, and none of them sees residents' rows.
SEPARATE_ROLES: frozenset[Role] = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

# Who sits at a desk: the centre's, the stations'. Who brings other people's words: the desks, and whoever goes from door to door.
DESK_ROLES: tuple[Role, ...] = (Role.DISPATCHER, Role.STATION_STAFF)
SPEAKER_ROLES: tuple[Role, ...] = (*DESK_ROLES, Role.GRID_WORKER)


class Channel(StrEnum):
    """The way a verb came in; stored with every journal row."""

    PAGE = "page"
    PHONE = "phone"
    COUNTER = "counter"
    PAPER = "paper"
    API = "api"
    CLOCK = "clock"


class Scope(StrEnum):
    """How far a role's permission for a verb reaches."""

    OWN = "own"
    ENTERED = "entered"  # typed in for somebody by this person: may follow how it ended
    TEAM = "team"
    AREA = "area"
    KEPT = "kept"
    ALL = "all"
