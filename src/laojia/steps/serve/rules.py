"""Pure rules of serving: who is fit for a roster, whether it is complete, minutes, the not-home path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

ADULT = 18
MOST_MINUTES = 12 * 60

# Nobody answers the door: phone → emergency contact → grid worker → 110/120, within two hours.
NOT_HOME_STEPS: tuple[str, ...] = ("phoned", "contact", "grid_worker", "emergency")
NOT_HOME_ENDINGS: tuple[str, ...] = ("found_well", "moved_date", "found_unwell")


@dataclass(frozen=True, slots=True)
class Needs:
    """What an occasion asks of its roster."""

    day: date
    qualification: tuple[str, ...] = ()  # any one is enough, held by at least one who comes
    insured: bool = False  # everybody who comes
    two_people: bool = False
    adults_only: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """Facts of one who comes: certificates valid and insurance in force on the day."""

    person_id: int
    certificates: frozenset[str] = frozenset()
    insured: bool = False
    birth_year: int | None = None


def is_minor(birth_year: int | None, day: date) -> bool:
    """Minor on the day, by year: in the doubtful year he counts as one (the careful side)."""
    return birth_year is not None and day.year - birth_year <= ADULT


def unfit(needs: Needs, person: Fit) -> str:
    """Why this person may not come at all; empty when he may (条例 art. 15, 17)."""
    if needs.insured and not person.insured:
        return "not_insured"
    if needs.adults_only and is_minor(person.birth_year, needs.day):
        return "minor"
    return ""


def roster_problems(needs: Needs, coming: Sequence[Fit]) -> tuple[str, ...]:
    """What is still missing before the team may go (条例 art. 16, 17; two-person rule)."""
    problems = []
    if not coming:
        problems.append("nobody_named")
    if needs.qualification and not any(set(needs.qualification) & p.certificates for p in coming):
        problems.append("no_certificate")
    if any(unfit(needs, p) == "not_insured" for p in coming):
        problems.append("not_insured")
    adults = [p for p in coming if not is_minor(p.birth_year, needs.day)]
    if needs.two_people and len(adults) < 2:
        problems.append("two_adults")
    return tuple(problems)


def team_can(needs: Needs, members: Sequence[Fit]) -> tuple[str, ...]:
    """Could this team make a complete roster at all? Names what no choice of its members can mend."""
    able = [m for m in members if not unfit(needs, m)]
    if not able:
        return ("not_insured" if needs.insured else "nobody_named",)
    return roster_problems(needs, able)


def minutes_given(default: int, exceptions: Mapping[int, int], people: Iterable[int]) -> dict[int, int]:
    """Minutes for everybody who came: the common figure, but for the exceptions (person id → minutes)."""
    return {person: exceptions.get(person, default) for person in people}


def wrong_minutes(minutes: int) -> bool:
    """Hours actually given: more than none, at most twelve in one go (令67 art. 7)."""
    return not 0 < minutes <= MOST_MINUTES


def may_record(now: datetime, starts_at: datetime | None) -> bool:
    """Nothing is recorded before it began."""
    return starts_at is not None and now >= starts_at


def is_late(now: datetime, due: datetime) -> bool:
    """After the ten working days of 令67 art. 11."""
    return now > due


def settled_word(team_said: str, resident_said: str) -> tuple[str, bool]:
    """(what holds, disputed): the two voices side by side. One voice holds until the other speaks against it."""
    if not resident_said or team_said == resident_said:
        return team_said, False
    if not team_said:
        return resident_said, False
    return team_said, True


def next_not_home_step(step: str) -> str:
    """What to do next when the last step reached nobody; empty after the last."""
    if not step:
        return NOT_HOME_STEPS[0]
    place = NOT_HOME_STEPS.index(step) + 1
    return NOT_HOME_STEPS[place] if place < len(NOT_HOME_STEPS) else ""


def window_end(starts_at: datetime, minutes: int) -> datetime:
    """When an occasion ends by its item's usual length (at least a quarter of an hour)."""
    return starts_at + timedelta(minutes=max(minutes, 15))
