"""What a merge, a split or a rename does to the tree: which areas begin, which end, which follows which.

Pure: nodes in, plan out. An area is named by its id, one that does not exist yet by a negative number.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from laojia.foundation.area.rules.codes import depth_of, parent_code
from laojia.policy.roles import AreaLevel

_DIGITS = {
    AreaLevel.TOWN: (6, 3),
    AreaLevel.VILLAGE: (9, 3),
    AreaLevel.GRID: (12, 3),
    AreaLevel.MICRO_GRID: (15, 2),
}
_TAIL = {AreaLevel.TOWN: "000", AreaLevel.VILLAGE: "", AreaLevel.GRID: "", AreaLevel.MICRO_GRID: ""}


@dataclass(frozen=True, slots=True)
class Node:
    """An area as it stands."""

    id: int
    code: str
    name: str
    official: str
    level: str
    kind: str
    parent: int | None
    path: str
    households: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What takes the place: an area there already (`id`), or a new one with code and name below `parent`."""

    id: int = 0
    code: str = ""
    name: str = ""
    parent: int = 0


@dataclass(frozen=True, slots=True)
class Begun:
    """An area that begins. `ref` is its negative number, `parent` an id or another such number."""

    ref: int
    code: str
    name: str
    level: str
    parent: int
    like: tuple[int, ...] = ()  # the areas whose outlines together are its outline
    households: int | None = None
    official: str = ""


@dataclass(frozen=True, slots=True)
class Went:
    """`old` went into `new`. `heir`: what lies on no smaller area goes here."""

    old: int
    new: int
    kind: str
    heir: bool = True


@dataclass(slots=True)
class TreePlan:
    """All that happens to the tree on the day."""

    begun: list[Begun] = field(default_factory=list)
    went: list[Went] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)


class NoCodeLeft(ValueError):
    """The digits below this code do not suffice."""


class Codes:
    """Gives codes below others: the same last digits where they were never used, else the next after the highest."""

    def __init__(self, used: Iterable[str]) -> None:
        self._used = set(used)

    def like(self, level: str, above: str, serial: str) -> str:
        """A code of this level below `above`, ending like `serial` where that is free."""
        start, digits = _DIGITS[AreaLevel(level)]
        head = above[:start]
        wished = head + serial + _TAIL[AreaLevel(level)]
        if wished in self._used or not int(serial):
            taken = [
                int(code[start : start + digits])
                for code in self._used
                if code.startswith(head) and len(code) == len(wished) and parent_code(level, code) == above
            ]
            number = max(taken, default=0) + 1
            if number >= 10**digits:
                raise NoCodeLeft(above)
            wished = f"{head}{number:0{digits}d}{_TAIL[AreaLevel(level)]}"
        self._used.add(wished)
        return wished


def serial_in(level: str, code: str) -> str:
    """The area's own digits in its code."""
    start, digits = _DIGITS[AreaLevel(level)]
    return code[start : start + digits]


class Planner:
    """Builds one plan over the nodes at and below the areas concerned."""

    def __init__(self, nodes: Iterable[Node], used: Iterable[str]) -> None:
        self._nodes = {node.id: node for node in nodes}
        self._below: dict[int, list[Node]] = {}
        for node in sorted(self._nodes.values(), key=lambda one: one.code):
            if node.parent is not None:
                self._below.setdefault(node.parent, []).append(node)
        self._codes = Codes(used)
        self.plan = TreePlan()

    def begin(
        self, part: Part, level: str, like: Sequence[int], households: int | None = None
    ) -> tuple[int, str]:
        """The area that takes the place, and its code: the one that is there, or a new one."""
        if part.id:
            return part.id, self._nodes[part.id].code
        code = part.code or self._codes.like(
            level, self._nodes[part.parent].code, serial_in(level, self._nodes[like[0]].code)
        )
        return self._begin(code, part.name, part.name, level, part.parent, tuple(like), households), code

    def _begin(
        self,
        code: str,
        name: str,
        official: str,
        level: str,
        parent: int,
        like: tuple[int, ...],
        households: int | None,
    ) -> int:
        ref = -len(self.plan.begun) - 1
        self.plan.begun.append(Begun(ref, code, name, level, parent, like, households, official))
        return ref

    def carry(self, child: Node, parent: int, above: str) -> None:
        """The same grid under another area: a new row with a code there, and all below it likewise."""
        code = self._codes.like(child.level, above, serial_in(child.level, child.code))
        ref = self._begin(
            code, child.name, child.official, child.level, parent, (child.id,), child.households
        )
        self.plan.went.append(Went(child.id, ref, "rename"))
        self.plan.ended.append(child.id)
        for below in self._below.get(child.id, ()):
            self.carry(below, ref, code)

    def merge(self, sources: Sequence[int], into: Part) -> TreePlan:
        """All sources become one. An area that stays takes the others in."""
        level = self._nodes[sources[0]].level
        going = [source for source in sources if source != into.id]
        counts = [self._nodes[source].households for source in sources]
        households = (
            sum(count or 0 for count in counts) if any(count is not None for count in counts) else None
        )
        target, code = self.begin(into, level, sources, households)
        for source in going:
            self.plan.went.append(Went(source, target, "merge"))
            self.plan.ended.append(source)
            for child in self._below.get(source, ()):
                self.carry(child, target, code)
        return self.plan

    def split(self, source: int, parts: Sequence[Part], where: Mapping[int, int], rest: int) -> TreePlan:
        """One becomes several. `where`: child → number of its part; what lies on no child goes to part `rest`.

        A part that is the source itself keeps its children as they are; then the source does not end.
        """
        node = self._nodes[source]
        stays = any(part.id == source for part in parts)
        children = self._below.get(source, ())
        for number, part in enumerate(parts):
            own = [child for child in children if where.get(child.id, rest) == number]
            if part.id == source:
                continue
            target, code = self.begin(part, node.level, [source, *(child.id for child in own)])
            if not stays:
                self.plan.went.append(Went(source, target, "split", heir=number == rest))
            for child in own:
                self.carry(child, target, code)
        if not stays:
            self.plan.ended.append(source)
        return self.plan


def apart(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Do two changes leave one another alone: no area of one is, or lies above or below, an area of the other?"""
    others = list(theirs)
    return not any(one.startswith(two) or two.startswith(one) for one in ours for two in others)


def below_code(level: str, code: str, parent: str) -> bool:
    """Does a code of this level stand below the parent's code?"""
    return parent_code(level, code) == parent


def lower(level: str) -> list[str]:
    """The levels below, widest first."""
    return [one for one in AreaLevel if depth_of(one) > depth_of(level)]
