"""Opening an occasion and changing facts of one: place, time, seats."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area, Station
from laojia.foundation.journal.actions import check, record, start
from laojia.foundation.outbox.actions import set_clock
from laojia.foundation.people.models import Person, Unit
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import local_date
from laojia.kernel.db import swap
from laojia.kernel.errors import BadInput, Conflict
from laojia.policy.facts import Actor, subject_of
from laojia.policy.permissions import may
from laojia.policy.roles import Role
from laojia.steps.menu.models import AskingUnit, ItemVersion, Occasion
from laojia.steps.menu.rules.items import PUBLIC_KINDS
from laojia.steps.menu.rules.seats import Seats, smallest_change
from laojia.steps.menu.rules.times import half_of

ENDING = "occasion.pass"


@transaction.atomic
def open_occasion(
    *,
    actor: Actor,
    now: datetime,
    item_version: ItemVersion,
    kind: str,
    area: Area,
    key: uuid.UUID | None = None,
    because: str = "",
    team: Team | None = None,
    state: str = "draft",
    place: str = "",
    position: tuple[float, float] | None = None,
    date: date | None = None,
    half: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    places: int = 1,
    held_back: int = 0,
    volunteer_places: int = 0,
    public: bool = False,
    station: Station | None = None,
    unit: Unit | None = None,
    keeper: Person | None = None,
    sponsor: str = "",
    filing_number: str = "",
    note: str = "",
    standing_id: int | None = None,
    slot_held: bool = False,
    practice: bool = False,
    emergency: bool = False,
) -> Occasion:
    """Open an occasion; the same `key` again gives the one that is there.

    `unit` is the body that asked for it: its waiting order is answered by this occasion (`asking_unit_id` for the follow-ups).
    `team` is asked first: its id goes to the follow-ups as `ask_team_id` (they make the offer). The occasion is its own only
    when it has accepted, or at once when `state` is "confirmed" (keeper, standing help) or its own leader opens it.
    """
    if key is not None and (known := Occasion.objects.filter(key=key).first()) is not None:
        return _again(known, actor, because)
    its_own = state == "confirmed" or _leads(actor, team)
    row = Occasion(
        key=key or uuid.uuid4(), item_version=item_version, kind=kind, state=state, area=area, area_path=area.path,
        team=team if its_own else None, place=place.strip(), date=date, half=half,
        starts_at=starts_at, ends_at=ends_at, places=places, held_back=held_back, volunteer_places=volunteer_places,
        whole_village=kind == "whole_village", public=public, station=station, keeper=keeper, sponsor=sponsor.strip(),
        filing_number=filing_number.strip(), note=note.strip(), standing_id=standing_id, slot_held=slot_held,
        protected=item_version.protected, sealed=item_version.sealed, practice=practice,
        emergency=emergency, opened_by_id=actor.person_id, created_at=now, confirmed_at=now if state == "confirmed" else None,
        lon=position[0] if position else None, lat=position[1] if position else None,
    )  # fmt: skip
    _fill_day(row)
    _check_facts(row, now)
    ask = _asked_by(row, team, unit, because)
    start(row, "occasion.open", actor=actor, now=now, because=because, facts=ask)
    if unit is not None:
        AskingUnit.objects.create(occasion=row, unit=unit)
    if state == "confirmed":
        watch_end(row, now)
    return row


def _again(known: Occasion, actor: Actor, because: str) -> Occasion:
    """The occasion this key has opened already; somebody else's key opens nothing."""
    if not because and not may(actor, "occasion.open", subject_of(known)):
        check(known, "occasion.see", actor=actor)
    return known


def _asked_by(row: Occasion, team: Team | None, unit: Unit | None, because: str) -> dict[str, int]:
    """What the follow-ups of opening need: whom to ask first, and whose request it answers."""
    found: dict[str, int] = {}
    if because:
        return found
    if team is not None and row.state != "confirmed":
        found["ask_team_id"] = team.pk
    if unit is not None:
        found["asking_unit_id"] = unit.pk
    return found


def _leads(actor: Actor, team: Team | None) -> bool:
    """Does its own leader open it, not the desk for him?"""
    if team is None or actor.on_behalf_of is not None:
        return False
    return any(g.role is Role.TEAM_LEADER and team.pk in g.team_ids for g in actor.grants)


def _fill_day(row: Occasion) -> None:
    """Day and half-day follow from the beginning, so that capacity is taken in the right slot."""
    if row.starts_at is not None:
        row.date, row.half = local_date(row.starts_at), half_of(row.starts_at)


def _check_facts(row: Occasion, now: datetime) -> None:
    """Raises BadInput with all that is wrong, beside the field it belongs to."""
    wrong: dict[str, object] = {}
    if row.kind not in Occasion.KINDS:
        raise ValueError(row.kind)
    if row.starts_at is not None and (row.ends_at is None or row.ends_at <= row.starts_at):
        wrong["ends_at"] = _("It must end after it begins.")
    if row.public:
        wrong |= _check_public(row, now)
    if row.held_back > row.places:
        wrong["held_back"] = _("Not more seats can be kept for callers than there are.")
    if row.kind == "volunteers" and row.volunteer_places < 1:
        wrong["volunteer_places"] = _("How many volunteers are wanted?")
    if wrong:
        raise BadInput("occasion", _("Please look at the marked places again."), "", wrong)


def _check_public(row: Occasion, now: datetime) -> dict[str, object]:
    """What is announced has a place and a time, and whoever answers for it is named."""
    wrong: dict[str, object] = {}
    requires = row.item_version.requires
    if row.kind not in PUBLIC_KINDS:
        wrong["kind"] = _("A visit to a home is never announced.")
    if not row.place:
        wrong["place"] = _("Where does it take place? Name the place so that people find it.")
    if row.starts_at is None:
        wrong["starts_at"] = _("When does it begin?")
    elif row.starts_at <= now:
        wrong["starts_at"] = _("That time is over already. Choose a later one.")
    if row.kind == "seats" and row.places < 1:
        wrong["places"] = _("How many seats are there?")
    if "sponsor" in requires and not row.sponsor:
        wrong["sponsor"] = _("Name the body that answers for it.")
    if "clinic_filing" in requires and not row.filing_number:
        wrong["filing_number"] = _("A free clinic needs its filing number.")
    return wrong


def watch_end(row: Occasion, now: datetime) -> None:
    """When the occasion is over, the clock says so."""
    if row.ends_at is not None:
        set_clock(ENDING, about=("occasion", row.pk), due=row.ends_at, now=now)


@transaction.atomic
def agree_time(
    *,
    occasion: Occasion,
    starts_at: datetime,
    ends_at: datetime,
    actor: Actor,
    now: datetime,
    because: str = "",
) -> Occasion:
    """Team and person have agreed on a time. Follow-ups get the old day and half-day (`old_date`, `old_half`)."""
    if not because:
        check(occasion, "occasion.agree_time", actor=actor)
    new = {"starts_at": starts_at, "ends_at": ends_at}
    return _alter(occasion, "occasion.agree_time", new, actor=actor, now=now, because=because)


_CHANGEABLE = frozenset(
    "place area starts_at ends_at places held_back volunteer_places sponsor filing_number note public".split()
)


@transaction.atomic
def change(
    *, occasion: Occasion, changes: Mapping[str, Any], actor: Actor, now: datetime, because: str = ""
) -> Occasion:
    """Another place, time or number of seats.

    Follow-ups get `tell` (place or time is another one: everybody seated must hear), `freed` (so many more open
    seats: the waiting list moves up), `old_date`, `old_half`, `old_starts_at`.
    """
    if unknown := set(changes) - _CHANGEABLE:
        raise ValueError(f"not changeable: {unknown}")
    if not because:
        check(occasion, "occasion.change", actor=actor)
    return _alter(occasion, "occasion.change", changes, actor=actor, now=now, because=because)


def _alter(
    row: Occasion, verb: str, changes: Mapping[str, Any], *, actor: Actor, now: datetime, because: str
) -> Occasion:
    new = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if not new:
        return row
    before = {name: getattr(row, name) for name in (*new, "date", "half", "starts_at")}
    seats = Seats(row.places, row.held_back, row.taken, row.held_taken)
    for name, value in new.items():
        setattr(row, name, value)
    if "area" in new:
        row.area_path = row.area.path
    _fill_day(row)
    _check_facts(row, now)
    _check_seats(seats, row)
    _write_changes(row, new)
    if "ends_at" in new and row.state == "confirmed":
        watch_end(row, now)
    facts = {
        "tell": bool({"place", "area", "starts_at", "ends_at"} & set(new)),
        "freed": max(
            0, Seats(row.places, row.held_back, row.taken, row.held_taken).open_free - seats.open_free
        ),
        "old_date": before["date"],
        "old_half": before["half"],
        "old_starts_at": before["starts_at"],
    }
    record(row, verb, actor=actor, now=now, fields=_written(new), because=because, facts=facts)
    return row


def _check_seats(seats: Seats, row: Occasion) -> None:
    problem = smallest_change(seats, row.places, row.held_back)
    if not problem:
        return
    field = "places" if problem == "fewer_than_taken" else "held_back"
    words = {
        "held_back_over_places": _("Not more seats can be kept for callers than there are."),
        "fewer_than_taken": _("%(count)s seats are taken already; it cannot have fewer.")
        % {"count": seats.taken},
        "fewer_than_held_taken": _("Callers have taken %(count)s of these seats already; it cannot be fewer.")
        % {"count": seats.held_taken},
    }
    raise BadInput("seats", words[problem], "", {field: words[problem]})


def _write_changes(row: Occasion, new: Mapping[str, Any]) -> None:
    """One UPDATE that holds only if nobody moved the row or took a seat meanwhile."""
    expect: dict[str, Any] = {"version": row.version, "state": row.state}
    if {"places", "held_back"} & set(new):
        expect |= {"taken": row.taken, "held_taken": row.held_taken}
    values = {name: getattr(row, name) for name in new}
    values |= {"area_path": row.area_path, "date": row.date, "half": row.half, "version": row.version + 1}
    if not swap(Occasion, row.pk, expect, **values):
        raise Conflict(
            "changed_meanwhile",
            _("Somebody else has just changed this."),
            _("Look at it again and decide anew; nothing of yours was saved."),
        )
    row.version += 1


def _written(new: Iterable[str]) -> list[str]:
    return sorted(new)


@transaction.atomic
def print_roster(*, occasion: Occasion, actor: Actor, now: datetime) -> None:
    """The roster leaves on paper, with names: journalled."""
    record(occasion, "occasion.print", actor=actor, now=now)
