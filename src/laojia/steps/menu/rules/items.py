"""Items and their versions, pure: tiles, search, what changed, whether a draft may be published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from laojia.steps.menu.rules.questions import Problem, question_problems
from laojia.steps.menu.rules.times import DAY_KINDS, HALF_DAYS


@dataclass(frozen=True, slots=True)
class TileKind:
    """One of the eight tiles: key in addresses, name as stored, sign. `word` is the English msgid."""

    key: str
    name: str
    word: str
    sign: str


TILES: tuple[TileKind, ...] = (
    TileKind("health", "看病健康", "Health", "tile-health"),
    TileKind("elders", "照应老人", "Caring for the old", "tile-elders"),
    TileKind("children", "孩子", "Children", "tile-children"),
    TileKind("repairs", "修修补补、跑腿", "Small repairs, errands", "tile-repairs"),
    TileKind("law", "法律、说理", "Law, settling things", "tile-law"),
    TileKind("culture", "看戏、读书、锻炼", "Plays, books, exercise", "tile-culture"),
    TileKind("work", "找活、学手艺、卖农货", "Work, skills, farm produce", "tile-work"),
    TileKind("village", "村里小区的事", "The village, the estate", "tile-village"),
)
APART = ""  # on no tile and not on the menu: the desk alone uses it (emergency call-ups)
EVERYWHERE = "都在这里"  # the unlisted need: beside every tile, in none

# The 22 categories and 13 audiences of the national volunteer system (2024); they stay for exports.
CATEGORIES = (
    "社区服务 扶贫减贫 支教助学 卫生健康 法律服务 环境保护 科技科普 文化艺术 平安综治 文明风尚 交通引导 "
    "志愿消防 应急救援 禁毒宣传 体育健身 旅游服务 关爱特殊群体 大型活动 海外志愿服务 税收服务 疫情防控 其他"
).split()
AUDIENCES = (
    "儿童 妇女 老年人 残障人士 优抚对象 贫困家庭 特殊群体 病患者 农村居民 城镇居民 社会公众 纳税人缴费人 其他"
).split()
ASKERS = ("person", "village", "school", "unit", "station", "guardian", "self", "anyone")
DANGERS = ("", "water", "road", "live_wire", "gas_electric")
REQUIRES = ("sponsor", "no_selling", "clinic_filing")
LONGEST_RISK = 40
MOST_RISKS = 6

# Which kind of occasion an order of the mode ends in; walk-in and describe end in none.
KIND_OF_MODE: Mapping[str, str] = {
    "home_visit": "visit",
    "by_appointment": "appointment",
    "keeper": "appointment",
    "seats": "seats",
    "whole_village": "whole_village",
    "volunteers": "volunteers",
    "standing": "standing",
}
PUBLIC_KINDS = frozenset({"seats", "whole_village", "volunteers"})

# What an editor may write; everything else on a version is machinery.
EDITABLE: tuple[str, ...] = (
    "name", "name_en", "short", "short_en", "about", "who_comes", "how_long", "contact_note", "category", "audience",
    "mode", "asked_by", "team_kind", "minutes", "lead_working_days", "qualification", "danger", "insured", "protected",
    "sealed", "two_people", "adults_only", "slots", "quota_per_week", "places", "held_back", "requires", "risks",
    "questions", "search", "trusted",
)  # fmt: skip


def tile_of(text: str) -> TileKind | None:
    """The tile by its key or its stored name."""
    return next((tile for tile in TILES if text in (tile.key, tile.name)), None)


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs between two versions; values as they are stored."""

    field: str
    before: Any
    after: Any


def what_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Fields that differ, in the order of EDITABLE; `areas` last."""
    return [
        Change(name, before.get(name), after.get(name))
        for name in (*EDITABLE, "areas")
        if before.get(name) != after.get(name)
    ]


def may_be_had_here(areas: Iterable[str], path: str) -> bool:
    """Is the place (an area path) inside one of the item's areas? No areas: the whole county."""
    prefixes = list(areas)
    return not prefixes or any(path.startswith(prefix) for prefix in prefixes)


def matches(words: Sequence[str], texts: Mapping[str, str]) -> int:
    """How well an item fits the searched words, 0 when not at all. Every word must be found somewhere.

    `texts`: name, search (the item's own search words), short, about. Two signs of a longer word are enough to
    find something (「给我爸剃头」 finds 剃头), at a lower place.
    """
    weights = {"name": 8, "search": 6, "short": 4, "about": 1}
    total = 0
    for word in words:
        score = sum(weight for where, weight in weights.items() if word in texts.get(where, "").lower())
        if not score and len(word) > 2:
            score = sum(1 for known in texts.get("search", "").lower().split() if known and known in word)
        if not score:
            return 0
        total += score
    return total


def is_harmless(facts: Mapping[str, Any]) -> bool:
    """May orders skip triage by default? Nothing dangerous, protected, professional or answered for by somebody."""
    return not (
        facts.get("danger")
        or facts.get("protected")
        or facts.get("sealed")
        or facts.get("qualification")
        or "sponsor" in facts.get("requires", ())
        or "儿童" in facts.get("audience", ())
        or {"school", "guardian", "self"} & set(facts.get("asked_by", ()))
        or facts.get("mode") in ("keeper", "describe")
    )


def publish_problems(facts: Mapping[str, Any], other_risks: Iterable[str] = ()) -> list[Problem]:
    """Everything that stands between a draft and the menu.

    `facts`: the EDITABLE fields and `keeper` (bool: a keeper is named); `other_risks`: risks of the other items.
    """
    wrong = [
        Problem(name, "missing")
        for name in ("name", "short", "about", "who_comes", "how_long", "category", "asked_by", "audience")
        if not facts.get(name)
    ]
    if facts["mode"] == "describe":
        wrong = [problem for problem in wrong if problem.field not in ("who_comes", "how_long", "audience")]
    wrong += _risk_problems(facts.get("risks", ()), set(other_risks))
    wrong += question_problems(facts.get("questions", ()))
    wrong += _list_problems(facts)
    wrong += _care_problems(facts)
    wrong += _place_problems(facts)
    return wrong


def _risk_problems(risks: Sequence[str], others: set[str]) -> list[Problem]:
    """Things that happen, said in one line each, no line twice on the menu."""
    wrong = [] if risks else [Problem("risks", "missing")]
    if len(risks) > MOST_RISKS:
        wrong.append(Problem("risks", "too_many_risks", str(MOST_RISKS)))
    for number, risk in enumerate(risks):
        if len(risk) > LONGEST_RISK:
            wrong.append(Problem("risks", "risk_too_long", risk))
        if risk in risks[:number] or risk in others:
            wrong.append(Problem("risks", "risk_twice", risk))
    return wrong


def _list_problems(facts: Mapping[str, Any]) -> list[Problem]:
    known: tuple[tuple[str, Sequence[str]], ...] = (
        ("audience", AUDIENCES),
        ("asked_by", ASKERS),
        ("requires", REQUIRES),
    )
    wrong = [
        Problem(name, "unknown", value)
        for name, values in known
        for value in facts.get(name, ())
        if value not in values
    ]
    if facts.get("category") and facts["category"] not in CATEGORIES:
        wrong.append(Problem("category", "unknown", facts["category"]))
    if facts.get("danger", "") not in DANGERS:
        wrong.append(Problem("danger", "unknown", facts["danger"]))
    slots = facts.get("slots", {})
    if facts["mode"] != "describe" and not any(slots.get(kind) for kind in DAY_KINDS):
        wrong.append(Problem("slots", "no_slot"))
    if any(half not in HALF_DAYS for kind in slots.values() for half in kind) or set(slots) - set(DAY_KINDS):
        wrong.append(Problem("slots", "unknown"))
    return wrong


def _care_problems(facts: Mapping[str, Any]) -> list[Problem]:
    """Danger is insured and for adults (条例 art. 15, 17); children never meet one person alone; sealed has a keeper."""
    wrong: list[Problem] = []
    if facts.get("danger") and not facts.get("insured"):
        wrong.append(Problem("insured", "danger_not_insured"))
    if facts.get("danger") and not facts.get("adults_only"):
        wrong.append(Problem("adults_only", "danger_not_for_minors"))
    if "儿童" in facts.get("audience", ()) and not facts.get("two_people"):
        wrong.append(Problem("two_people", "children_need_two"))
    if facts.get("sealed") and not facts.get("protected"):
        wrong.append(Problem("protected", "sealed_is_protected"))
    if facts.get("sealed") and not facts.get("keeper"):
        wrong.append(Problem("keeper", "sealed_needs_keeper"))
    if facts.get("protected") and facts.get("questions"):
        wrong.append(Problem("questions", "protected_asks_nothing"))
    if facts.get("trusted") and not is_harmless(facts):
        wrong.append(Problem("trusted", "not_harmless"))
    return wrong


def _place_problems(facts: Mapping[str, Any]) -> list[Problem]:
    wrong: list[Problem] = []
    mode, places, held = facts["mode"], facts.get("places", 0), facts.get("held_back", 0)
    if mode in ("seats", "volunteers") and places < 1:
        wrong.append(Problem("places", "missing"))
    if held > places:
        wrong.append(Problem("held_back", "held_back_over_places"))
    if mode == "seats" and places >= 1 and held < 1:
        wrong.append(Problem("held_back", "nothing_held_back"))
    if mode != "describe" and facts.get("minutes", 0) < 1:
        wrong.append(Problem("minutes", "missing"))
    if mode != "describe" and not facts.get("team_kind"):
        wrong.append(Problem("team_kind", "missing"))
    return wrong
