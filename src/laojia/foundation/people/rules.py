"""Decisions about people and posts, pure: the young and their guardians, who may hold what beside what, valid on the day."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from laojia.policy.roles import SEPARATE_ROLES, Role

GUARDIAN_UNTIL = 14  # 个人信息保护法 art. 31
GROWN_UP = 18
LEAST_CONTACTS = 2  # a team is reached even when one contact is ill
MOST_FAILURES = 5  # level protection (GB/T 22239)
LOCKED_FOR = timedelta(minutes=30)

TEAM_ROLES = frozenset({Role.TEAM_LEADER, Role.VOLUNTEER})
PLACE_ROLES = frozenset(
    {
        Role.GRID_WORKER,
        Role.STATION_STAFF,
        Role.DISPATCHER,
        Role.MENU_EDITOR,
        Role.COMPLAINT_HOLDER,
        Role.KEEPER,
        Role.ZONE_LEADER,
        Role.COUNTY_LEADER,
    }
)
GRANTABLE = TEAM_ROLES | PLACE_ROLES | SEPARATE_ROLES
# Until one of these states a thing still concerns the person, so the data it needs cannot go.
ENDED = {
    "order": frozenset({"closed", "merged", "refused", "cancelled"}),
    "standing": frozenset({"ended"}),
    "roster": frozenset({"no", "came", "absent"}),
    "complaint": frozenset({"closed"}),
}


def clean_name(text: str) -> str:
    """A name as it is stored: one form of every sign, no space at the edges, single spaces inside."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def same_name(one: str, other: str) -> bool:
    """Names as people type them: spaces and the form of signs do not matter."""

    def bare(name: str) -> str:
        return clean_name(name).replace(" ", "").replace("·", "").casefold()

    return bool(bare(one)) and bare(one) == bare(other)


# --- finding -----------------------------------------------------------------------------------------------------------

AFTER_EVERY_SIGN = "\U0010ffff"  # what begins with a word lies between the word and the word followed by this
LEAST_DIGITS = 4  # of the end of a number: fewer fit too many
_MOST_WORDS = 4
_ASCII_SMALL = str.maketrans({chr(large): chr(large + 32) for large in range(ord("A"), ord("Z") + 1)})
_TYPED = re.compile(r"\d{17}[\dXx]|\d{4,}|[^\d\s]+\d{0,3}|\d+")
_NUMBER_ALONE = re.compile(r"[+\d\s()\-‐-―−.]+")


@dataclass(frozen=True, slots=True)
class Word:
    """One thing typed into the search: digits of a number, or a part of a name or place."""

    text: str
    digits: bool


def words_of(text: str) -> tuple[Word, ...]:
    """What was typed, word by word; a number in groups (138 0000 1234) is one word.

    Space, the point inside foreign names and the size of Latin letters do not count, as in the pieces of names.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if _NUMBER_ALONE.fullmatch(plain):
        plain = re.sub(r"^(\+|00)86", "", re.sub(r"[^+\d]", "", plain))
    found = []
    for part in _TYPED.findall(plain)[:_MOST_WORDS]:
        number = part.isdigit() or part[:17].isdigit()
        bare = part.upper() if number else part.replace("·", "").translate(_ASCII_SMALL)
        if bare and (not number or len(bare) >= LEAST_DIGITS):
            found.append(Word(bare, digits=number))
    return tuple(found)


def within(paths: Iterable[str], prefixes: Collection[str]) -> tuple[str, ...]:
    """What the places and one's areas have in common: the smaller of each pair where one lies inside the other."""
    found = {
        max(path, prefix, key=len)
        for path in paths
        for prefix in prefixes
        if path.startswith(prefix) or prefix.startswith(path)
    }
    return tuple(sorted(found))


# --- one person, held twice ------------------------------------------------------------------------------------------------

UNDONE_WITHIN = timedelta(days=30)


class Fate(StrEnum):
    """What becomes of a row that names the person who is let go."""

    MOVES = "moves"  # it names the kept one from then on
    STAYS = "stays"  # it says what was true of that row: accounts and claims lead on by the pointer


@dataclass(frozen=True, slots=True)
class PersonColumn:
    """A column somewhere that holds a person's id. `wiring.OF_PERSON` lists every one there is.

    `word` is shown in the preview (empty: counted under what was done for others). `twin`: a row of the one that is
    equal in these columns to a row of the other is the same thing twice; it is set aside and comes back when undone.
    `where` narrows a column that names a person only sometimes; `adds` is a column whose sum the preview tells.
    """

    table: str
    column: str
    word: Any = ""
    fate: Fate = Fate.MOVES
    twin: tuple[str, ...] = ()
    where: tuple[tuple[str, Any], ...] = ()
    adds: str = ""

    @property
    def key(self) -> str:
        return f"{self.table}.{self.column}"


def like_name(one: str, other: str) -> bool:
    """The same name, or one that is a part of the other (王秀英 and 秀英), as people write a name twice."""
    left, right = (clean_name(name).replace(" ", "").replace("·", "").casefold() for name in (one, other))
    short, long = sorted((left, right), key=len)
    return left == right or (len(short) > 1 and short in long)


LEAST_REGISTERED_AGE = 8  # younger ones come along with their parents and are not registered (民法典 art. 19)
# The 22 categories of the national volunteer system.
CATEGORIES = (
    "社区服务 扶贫减贫 支教助学 卫生健康 法律服务 环境保护 科技科普 文化艺术 平安综治 文明风尚 交通引导 "
    "志愿消防 应急救援 禁毒宣传 体育健身 旅游服务 关爱特殊群体 大型活动 海外志愿服务 税收服务 疫情防控 其他"
).split()


def keeps_id_number(roles: Collection[Role], *, volunteer_number: str) -> bool:
    """Of volunteers alone: registered, or with a post in a team; a resident is never asked."""
    return bool(volunteer_number) or bool(TEAM_ROLES & set(roles))


# --- the young ---------------------------------------------------------------------------------------------------------


def least_age(birth_year: int | None, on: date) -> int | None:
    """The age the person has surely reached: only the year is kept, so the birthday counts as the last day of it."""
    return None if birth_year is None else max(0, on.year - birth_year - 1)


def needs_guardian(birth_year: int | None, on: date) -> bool:
    """Under 14, or possibly so: a guardian agrees. An unknown year is an adult's."""
    age = least_age(birth_year, on)
    return age is not None and age < GUARDIAN_UNTIL


def may_have_guardian(birth_year: int | None, on: date) -> bool:
    """A minor, as far as we know (民法典 art. 17: 18 years)."""
    age = least_age(birth_year, on)
    return age is None or age < GROWN_UP


def may_be_guardian(
    *, child_id: int | None, guardian_id: int, guardian_birth_year: int | None, on: date
) -> bool:
    """Somebody else, and grown up as far as we know."""
    age = least_age(guardian_birth_year, on)
    return guardian_id != child_id and (age is None or age >= GROWN_UP)


# --- posts ---------------------------------------------------------------------------------------------------------------


def enough_contacts(contacts: Collection[int], leaving: int) -> bool:
    """Are two contacts left when this one goes?"""
    return len(set(contacts) - {leaving}) >= LEAST_CONTACTS


def clashing(role: Role, held: Collection[Role]) -> Role | None:
    """A role already held that may not stand beside the new one, or None.

    System, security and audit administrators exclude one another and every role that sees residents' rows; giving
    hours as a volunteer is open to all.
    """
    for other in sorted(set(held) - {role, Role.RESIDENT, Role.VOLUNTEER}):
        if role is not Role.VOLUNTEER and (role in SEPARATE_ROLES or other in SEPARATE_ROLES):
            return other
    return None


# --- the lock ---------------------------------------------------------------------------------------------------------------


def lock_after(failures: int, now: datetime) -> datetime | None:
    """Five failures lock for half an hour; None while there are fewer."""
    return now + LOCKED_FOR if failures >= MOST_FAILURES else None
