"""Codes, digit paths, names and scope prefixes of areas.

Codes: NBS division code of 12 digits for county, town and village; grid = village + 3 digits,
micro-grid = grid + 2 digits. A code once given is never given again.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from laojia.policy.roles import LEVEL_ORDER, AreaLevel

_LENGTH = {
    AreaLevel.COUNTY: 12,
    AreaLevel.TOWN: 12,
    AreaLevel.VILLAGE: 12,
    AreaLevel.GRID: 15,
    AreaLevel.MICRO_GRID: 17,
}
_WITHIN = {
    AreaLevel.COUNTY: 6,
    AreaLevel.TOWN: 9,
    AreaLevel.VILLAGE: 12,
    AreaLevel.GRID: 15,
    AreaLevel.MICRO_GRID: 17,
}
_SERIAL_DIGITS = {AreaLevel.GRID: 3, AreaLevel.MICRO_GRID: 2}


@dataclass(frozen=True, slots=True)
class Division:
    """One line of the national division list, county, town or village."""

    code: str
    name: str
    level: AreaLevel
    parent_code: str
    kind: str


def depth_of(level: str) -> int:
    """1 for the county … 5 for a micro-grid: the number of ids in the path."""
    return LEVEL_ORDER.index(AreaLevel(level)) + 1


def parent_level(level: str) -> AreaLevel | None:
    """The level above, None for the county."""
    depth = depth_of(level)
    return LEVEL_ORDER[depth - 2] if depth > 1 else None


def join_path(parent_path: str, area_id: int) -> str:
    """`/1/4/` and 17 → `/1/4/17/`; an empty parent path starts the tree."""
    return f"{parent_path or '/'}{area_id}/"


def inside(path: str, prefixes: Iterable[str]) -> bool:
    """Is the path one of the prefixes or below one of them?"""
    return any(path.startswith(prefix) for prefix in prefixes if prefix)


def code_fits(level: str, code: str) -> bool:
    """Digits only, the length of its level, and zeros where a wider level has no number."""
    level = AreaLevel(level)
    if len(code) != _LENGTH[level] or not re.fullmatch(r"\d+", code, re.ASCII):
        return False
    return code[_WITHIN[level] :].strip("0") == ""


def parent_code(level: str, code: str) -> str:
    """The code of the area above; empty for a county."""
    above = parent_level(level)
    return code[: _WITHIN[above]].ljust(_LENGTH[above], "0") if above else ""


def serial_code(level: str, above: str, number: int) -> str:
    """The code of the area with this number below `above`.

    Raises OverflowError when the digits do not suffice (999 grids in a village, 99 micro-grids in a grid).
    """
    digits = _SERIAL_DIGITS[AreaLevel(level)]
    if not 0 < number < 10**digits:
        raise OverflowError(f"{above}: more than {10**digits - 1} areas of level {level}")
    return f"{above}{number:0{digits}d}"


def serial_of(level: str, code: str) -> int:
    """The number inside a grid's or micro-grid's code."""
    return int(code[-_SERIAL_DIGITS[AreaLevel(level)] :])


def next_codes(level: str, above: str, used: Iterable[str], count: int = 1) -> list[str]:
    """The next `count` free codes below the code `above`, after the highest ever used.

    Gaps are not filled: a number that is free today may have belonged to an area closed long ago.
    """
    highest = max((serial_of(level, code) for code in used if code.startswith(above)), default=0)
    return [serial_code(level, above, highest + step) for step in range(1, count + 1)]


def short_name(official: str) -> str:
    """The name people use: 南铁沟村村民委员会 → 南铁沟村, 常一社区居民委员会 → 常一社区."""
    name = official.strip()
    for ending, kept in (
        ("村民委员会", "村"),
        ("村委会", "村"),
        ("居民委员会", ""),
        ("居委会", ""),
    ):
        if name.endswith(ending) and len(name) > len(ending):
            stem = name.removesuffix(ending)
            return stem if not kept or stem.endswith(("村", "社区")) else stem + kept
    return name


_KINDS = {
    AreaLevel.COUNTY: ("县", "区", "市", "旗"),
    AreaLevel.TOWN: ("街道", "镇", "乡", "苏木", "农场", "林场", "牧场", "开发区", "管理区", "园区"),
}


def kind_of(level: str, official: str) -> str:
    """县/区/市/旗, 镇/乡/街道…, 村/社区, 网格, 微网格: what the area is called, read off its name; else 其他."""
    match AreaLevel(level):
        case AreaLevel.GRID:
            return "网格"
        case AreaLevel.MICRO_GRID:
            return "微网格"
        case AreaLevel.VILLAGE:
            return "社区" if re.search(r"(居民委员会|居委会|社区)", official) else "村"
        case wider:
            name = official.removesuffix("办事处")
            return next((kind for kind in _KINDS[wider] if name.endswith(kind)), "其他")


def prefixes_with_predecessors(
    paths: Iterable[str],
    predecessors: Mapping[str, Iterable[str]],
) -> tuple[str, ...]:
    """Scope prefixes of the paths: each with the areas it inherited from, and those of the areas inside it.

    `predecessors` maps a path to the paths of the areas it came from. A prefix that lies inside another one
    is left out: it would make the filter longer and no wider. Sorted, each once.
    """
    reached: set[str] = set()
    # Widest first: after a big merge thousands of areas were carried along, nearly all inside what is reached already.
    waiting = sorted((path for path in paths if path), key=len, reverse=True)
    while waiting:
        path = waiting.pop()
        if inside(path, reached):
            continue
        reached.add(path)
        older = {old for new, olds in predecessors.items() if new.startswith(path) for old in olds}
        waiting = sorted({*waiting, *older}, key=len, reverse=True)
    kept: list[str] = []
    for path in sorted(reached):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return tuple(kept)
