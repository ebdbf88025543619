"""Items, questions, wishes and opening hours, pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laojia.kernel.clock import CHINA
from laojia.steps.menu.rules import items, questions, times

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)  # Wednesday, ten in the morning in China
TODAY = date(2026, 11, 25)


@dataclass
class Work:
    """A working calendar with some days turned round."""

    turned: frozenset[date] = field(default_factory=frozenset)

    def works(self, day: date) -> bool:
        return (day.weekday() < 5) is not (day in self.turned)

    def next_working_day(self, day: date) -> date:
        day += timedelta(days=1)
        while not self.works(day):
            day += timedelta(days=1)
        return day


PLAIN = Work()
WEEKDAYS = {"weekday": ["morning", "afternoon"], "saturday": [], "sunday": ["afternoon"]}


# --- wishes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lead", "day", "half", "said"),
    [
        (0, TODAY, "morning", ""),
        (0, TODAY, "evening", "not_at_that_half"),
        (3, TODAY + timedelta(days=4), "morning", "too_soon"),  # Monday is the third working day
        (3, TODAY + timedelta(days=5), "morning", ""),
        (3, TODAY + timedelta(days=10), "morning", "not_on_that_day"),  # a Saturday
        (0, TODAY + timedelta(days=91), "morning", "too_far"),
        (0, TODAY - timedelta(days=1), "morning", "too_soon"),
    ],
)
def test_a_wish(lead: int, day: date, half: str, said: str) -> None:
    assert times.wish_problem(WEEKDAYS, lead, day, half, NOW, PLAIN) == said


def test_the_morning_is_over_at_noon() -> None:
    noon = datetime(2026, 11, 25, 12, tzinfo=CHINA)
    assert times.wish_problem(WEEKDAYS, 0, TODAY, "morning", noon - timedelta(seconds=1), PLAIN) == ""
    assert times.wish_problem(WEEKDAYS, 0, TODAY, "morning", noon, PLAIN) == "half_over"
    assert times.wish_problem(WEEKDAYS, 0, TODAY, "afternoon", noon, PLAIN) == ""


def test_lead_time_counts_working_days_with_holidays_and_make_up_days() -> None:
    holiday = Work(frozenset({TODAY + timedelta(days=1)}))
    make_up = Work(frozenset({TODAY + timedelta(days=3)}))  # the Saturday works
    assert times.earliest_day(3, TODAY, PLAIN) == date(2026, 11, 30)
    assert times.earliest_day(3, TODAY, holiday) == date(2026, 12, 1)
    assert times.earliest_day(3, TODAY, make_up) == date(2026, 11, 28)


SLOTS = st.fixed_dictionaries(
    {kind: st.lists(st.sampled_from(times.HALF_DAYS), unique=True) for kind in times.DAY_KINDS}
)


@given(SLOTS, st.integers(0, 20), st.integers(0, 23), st.integers(1, 15))
def test_every_day_offered_is_one_that_may_be_wished(slots: Any, lead: int, hour: int, count: int) -> None:
    now = datetime(2026, 11, 25, hour, 30, tzinfo=CHINA)
    offered = times.wish_days(slots, lead, now, PLAIN, count=count)
    assert len(offered) <= count
    assert [day for day, _halves in offered] == sorted({day for day, _halves in offered})
    for day, halves in offered:
        assert halves
        for half in halves:
            assert times.wish_problem(slots, lead, day, half, now, PLAIN) == ""


# --- opening hours ------------------------------------------------------------------------------------------------

HUT = [(day, time(8), time(11, 30)) for day in range(5)] + [(2, time(14), time(17)), (6, time(9), time(10))]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


def test_open_now_and_next() -> None:
    assert times.open_until(HUT, at(25, 10), PLAIN) == at(25, 11, 30)
    assert times.open_until(HUT, at(25, 11, 30), PLAIN) is None
    assert times.next_opening(HUT, at(25, 11, 30), PLAIN) == at(25, 14)
    assert times.next_opening(HUT, at(27, 12), PLAIN) == at(29, 9), "over Saturday to Sunday"
    assert times.next_opening([], at(25, 10), PLAIN) is None


def test_a_holiday_is_like_sunday_and_a_make_up_day_like_monday() -> None:
    holiday = Work(frozenset({date(2026, 11, 25)}))
    assert times.open_until(HUT, at(25, 10, 30), holiday) is None
    assert times.open_until(HUT, at(25, 9, 30), holiday) == at(25, 10)
    make_up = Work(frozenset({date(2026, 11, 28), date(2026, 11, 29)}))
    assert times.open_until(HUT, at(28, 9), make_up) == at(28, 11, 30)
    assert times.open_until(HUT, at(29, 9, 30), make_up) == at(29, 10), "own hours stay"


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))
def test_a_point_is_open_or_opens_later(moment: datetime) -> None:
    now = moment.replace(tzinfo=CHINA)
    until, opens = times.open_until(HUT, now, PLAIN), times.next_opening(HUT, now, PLAIN)
    assert until is None or until > now
    assert opens is not None
    assert opens > now
    assert times.open_until(HUT, opens, PLAIN) is not None


# --- questions ----------------------------------------------------------------------------------------------------


def question(kind: str = "text", **more: Any) -> dict[str, Any]:
    return {
        "key": "one",
        "text": "几位？",
        "kind": kind,
        "choices": [],
        "required": False,
        "help": "",
        **more,
    }


@pytest.mark.parametrize(
    ("kind", "raw", "value", "code"),
    [
        ("text", " 三楼 ", "三楼", None),
        ("text", "长" * 201, None, "too_long"),
        ("number", "3", 3, None),
        ("number", "三", None, "not_a_number"),
        ("number", "-1", None, "not_a_number"),
        ("number", "10000", None, "not_a_number"),
        ("number", "３", None, "not_a_number"),
        ("date", "2026-12-05", "2026-12-05", None),
        ("date", "12月5日", None, "not_a_date"),
        ("choice", "甲", "甲", None),
        ("choice", "丙", None, "not_a_choice"),
        ("yes_no", "yes", True, None),
        ("yes_no", False, False, None),
        ("yes_no", "也许", None, "not_yes_or_no"),
    ],
)
def test_an_answer(kind: str, raw: Any, value: Any, code: str | None) -> None:
    cleaned, wrong = questions.clean_answers([question(kind, choices=["甲", "乙"])], {"one": raw})
    assert cleaned == ({} if code else {"one": value})
    assert [p.code for p in wrong] == ([code] if code else [])


def test_a_compulsory_question_is_answered_and_a_condition_is_met() -> None:
    consent = question("yes_no", required=True, help="监护人点了头才能约。")
    assert questions.clean_answers([consent], {})[1][0].code == "missing"
    assert questions.clean_answers([consent], {"one": "  "})[1][0].code == "missing"
    refused = questions.clean_answers([consent], {"one": "no"})[1][0]
    assert (refused.code, refused.about) == ("condition_not_met", "监护人点了头才能约。")
    assert questions.clean_answers([consent], {"one": "yes"}) == ({"one": True}, [])
    assert questions.clean_answers([question()], {"two": "x"}) == ({}, [])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text": ""}, "question_without_text"),
        ({"key": "Eins"}, "question_key"),
        ({"kind": "photo"}, "question_kind"),
        ({"kind": "choice", "choices": ["甲"]}, "question_choices"),
        ({"kind": "choice", "choices": ["甲", "甲"]}, "question_choices"),
        ({"text": "您得的什么病？"}, "never_asked"),
        ({"text": "身份证号是多少？"}, "never_asked"),
        ({"kind": "choice", "choices": ["信教", "不信教"]}, "never_asked"),
    ],
)
def test_what_may_not_be_asked(change: dict[str, Any], code: str) -> None:
    assert code in [p.code for p in questions.question_problems([question(**change)])]
    assert questions.question_problems([question()]) == []


def test_a_key_stands_once_and_questions_are_few() -> None:
    assert [p.code for p in questions.question_problems([question(), question()])] == ["question_key"]
    many = [question(key=f"q{n}") for n in range(7)]
    assert [p.code for p in questions.question_problems(many)] == ["too_many_questions"]


# --- items --------------------------------------------------------------------------------------------------------


def facts(**more: Any) -> dict[str, Any]:
    return {
        "name": "上门理发", "short": "在家理发", "about": "来家里理发。", "who_comes": "两位志愿者。", "how_long": "半个小时左右。",
        "category": "社区服务", "audience": ["老年人"], "mode": "home_visit", "asked_by": ["person"], "team_kind": "助老志愿队",
        "minutes": 30, "slots": WEEKDAYS, "places": 1, "held_back": 0, "requires": [], "risks": ["碰翻东西"], "questions": [],
        "danger": "", "insured": False, "protected": False, "sealed": False, "two_people": False, "adults_only": False,
        "trusted": True, "keeper": False, "qualification": [], **more,
    }  # fmt: skip


def test_a_whole_item_may_be_published() -> None:
    assert items.publish_problems(facts()) == []


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"about": ""}, "about", "missing"),
        ({"risks": []}, "risks", "missing"),
        ({"risks": ["长" * 41]}, "risks", "risk_too_long"),
        ({"risks": ["碰翻东西", "碰翻东西"]}, "risks", "risk_twice"),
        ({"risks": ["家里有狗"]}, "risks", "risk_twice"),
        ({"danger": "water", "adults_only": True, "trusted": False}, "insured", "danger_not_insured"),
        ({"danger": "water", "insured": True, "trusted": False}, "adults_only", "danger_not_for_minors"),
        ({"danger": "dogs", "insured": True, "adults_only": True, "trusted": False}, "danger", "unknown"),
        ({"audience": ["儿童"], "trusted": False}, "two_people", "children_need_two"),
        ({"sealed": True, "protected": True, "trusted": False}, "keeper", "sealed_needs_keeper"),
        ({"sealed": True, "keeper": True, "trusted": False}, "protected", "sealed_is_protected"),
        (
            {"protected": True, "questions": [question()], "trusted": False},
            "questions",
            "protected_asks_nothing",
        ),
        ({"qualification": ["律师"]}, "trusted", "not_harmless"),
        ({"slots": {}}, "slots", "no_slot"),
        ({"slots": {"weekday": ["night"]}}, "slots", "unknown"),
        ({"mode": "seats", "places": 0}, "places", "missing"),
        ({"mode": "seats", "places": 10}, "held_back", "nothing_held_back"),
        ({"places": 1, "held_back": 2}, "held_back", "held_back_over_places"),
        ({"category": "大家"}, "category", "unknown"),
        ({"audience": ["大家"]}, "audience", "unknown"),
        ({"requires": ["money"]}, "requires", "unknown"),
        ({"minutes": 0}, "minutes", "missing"),
        ({"team_kind": ""}, "team_kind", "missing"),
    ],
)
def test_what_keeps_a_draft_from_the_menu(change: dict[str, Any], field: str, code: str) -> None:
    found = items.publish_problems(facts(**change), ["家里有狗"])
    assert (field, code) in [(p.field, p.code) for p in found]


def test_what_changed_is_named_in_order() -> None:
    changes = items.what_changed(
        facts(areas=[]), facts(name="剃头", risks=["碰翻东西", "割破手"], areas=["甘亭镇"])
    )
    assert [c.field for c in changes] == ["name", "risks", "areas"]
    assert (changes[0].before, changes[0].after) == ("上门理发", "剃头")
    assert items.what_changed(facts(), facts()) == []


@given(
    st.lists(st.sampled_from(["/1/2/", "/1/3/", "/1/3/9/"])), st.sampled_from(["/1/2/5/", "/1/3/", "/1/4/"])
)
def test_had_here_means_inside_one_of_the_areas(areas: list[str], path: str) -> None:
    inside = items.may_be_had_here(areas, path)
    assert inside == (not areas or any(path.startswith(a) for a in areas))
    assert items.may_be_had_here([], path)


def test_search_needs_every_word() -> None:
    texts = {"name": "上门理发", "search": "剃头 推头", "short": "在家理发", "about": "来家里。"}
    assert items.matches(["剃头"], texts) > 0
    assert items.matches(["给我爸剃头"], texts) > 0
    assert items.matches(["剃头", "火箭"], texts) == 0
    assert items.matches(["理发"], texts) > items.matches(["家里"], texts)


@pytest.mark.parametrize(
    "change",
    [
        {"danger": "road"},
        {"protected": True},
        {"qualification": ["律师"]},
        {"asked_by": ["school"]},
        {"mode": "describe"},
    ],
)
def test_harmless_means_nothing_to_look_at(change: dict[str, Any]) -> None:
    assert items.is_harmless(facts())
    assert not items.is_harmless(facts(**change))
