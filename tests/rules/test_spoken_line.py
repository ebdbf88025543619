"""A line typed during a call: times are found however they are said, no other word is lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laojia.channels.console.rules import Wish, best_split, fitting, read_line

TODAY = date(2026, 11, 25)  # a Wednesday
WORDS = st.text(alphabet="理发修水管陪看病量血压台阶狗门口送药", min_size=1, max_size=5)
DAYS = st.sampled_from(["今天", "明天", "后天", "周四", "星期五", "下周三", "礼拜天", "12月3号", "30号"])
HALVES = st.sampled_from(["", "上午", "下午", "晚上"])


@pytest.mark.parametrize(
    ("text", "wishes", "words"),
    [
        ("理发 周四上午行, 家里有台阶", [(26, "morning")], ("理发", "家里有台阶")),
        ("要理发,下周三后晌", [(7 + 25, "afternoon")], ("理发",)),
        ("想量血压 明天", [(26, "")], ("量血压",)),
        ("周三", [(25, "")], ()),
        ("陪看病 周一上午或者周二都行", [(30, "morning"), (31, "")], ("陪看病",)),
        ("送药 2月30日", [], ("送药", "2月30日")),
        ("下午来", [(None, "afternoon")], ("来",)),
        ("说说话 每周三", [], ("说说话", "每周三")),
        ("", [], ()),
    ],
)
def test_as_people_say_it(text: str, wishes: list[tuple[int | None, str]], words: tuple[str, ...]) -> None:
    line = read_line(text, TODAY)
    said = [Wish(date(2026, 11, 1) + timedelta(days=day - 1) if day else None, half) for day, half in wishes]
    assert list(line.wishes) == said
    assert line.words == words


@given(st.lists(WORDS, max_size=4), DAYS, HALVES)
def test_every_word_stays_and_every_day_lies_ahead(words: list[str], day: str, half: str) -> None:
    line = read_line(" ".join([*words, day + half]), TODAY)
    assert [w for w in line.words if w not in words] == []
    assert len(line.wishes) == 1
    wish = line.wishes[0]
    assert wish.day is not None
    assert TODAY <= wish.day <= TODAY + timedelta(days=60)
    assert bool(wish.half) == bool(half)


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    read_line(text, TODAY)


@given(st.lists(st.tuples(st.integers(0, 13), st.sampled_from(["", "morning", "evening"])), max_size=6))
def test_only_what_is_offered_is_chosen(said: list[tuple[int, str]]) -> None:
    offered = [
        f"{TODAY + timedelta(days=n)}/{half}" for n in range(1, 10) for half in ("morning", "afternoon")
    ]
    chosen = fitting([Wish(TODAY + timedelta(days=n), half) for n, half in said], offered)
    assert set(chosen) <= set(offered)
    assert len(chosen) == len(set(chosen)) <= 3


def test_the_word_that_names_what_is_wanted() -> None:
    assert best_split(("家里有台阶", "理发"), {"理发", "剃头"}) == 1
    assert best_split(("给我爸剃头", "有狗"), {"理发", "剃头"}) == 0
    assert best_split(("做月饼",), {"理发"}) == 0
