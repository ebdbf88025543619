"""How times, distances and states are said: with a fixed now, in Chinese."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from laojia import labels, shown

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 in China


def at(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    """A moment given on the clock of China."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (at(23, 18), "今天 18:00"),
        (at(24, 9, 30), "明天 09:30"),
        (at(25, 9), "后天 09:00"),
        (at(22, 8), "昨天 08:00"),
        (at(26, 9), "周四 09:00"),
        (at(29, 9), "周日 09:00"),
        (at(30, 9), "下周一 09:00"),
        (at(6, 9, month=12), "下周日 09:00"),
        (at(7, 9, month=12), "12月7日 09:00"),
        (at(20, 9), "11月20日 09:00"),
        (at(4, 9, month=1, year=2027), "2027年1月4日 09:00"),
        # Still Monday in UTC, already Tuesday in China.
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), "明天 01:00"),
    ],
)
def test_moments(moment: datetime, words: str) -> None:
    assert shown.said(moment, NOW) == words


def test_parts_of_the_day() -> None:
    assert shown.said_part(at(26, 9), NOW) == "周四上午"
    assert shown.said_part(at(26, 14), NOW) == "周四下午"
    assert shown.said_part(at(26, 19), NOW) == "周四晚上"


def test_days_over_the_turn_of_the_year() -> None:
    assert shown.said_day(date(2027, 1, 4), date(2026, 12, 31)) == "下周一"
    assert shown.said_day(date(2027, 1, 1), date(2026, 12, 31)) == "明天"


def test_in_english() -> None:
    with translation.override("en"):
        assert shown.said(at(30, 9), NOW) == "next Monday 09:00"
        assert shown.said(at(20, 9), NOW) == "20 November 09:00"
        assert shown.said_distance(1900) == "1.9 km, about 10 minutes by bicycle"


def test_spans_and_lengths() -> None:
    assert shown.said_span(at(26, 9), at(26, 11), NOW) == "周四 09:00–11:00"
    assert shown.said_span(at(26, 22), at(27, 1), NOW) == "周四 22:00 – 周五 01:00"
    assert shown.said_length(timedelta(minutes=59, seconds=59)) == "59 分钟"
    assert shown.said_length(timedelta(hours=47)) == "47 小时"
    assert shown.said_length(timedelta(hours=49)) == "2 天"
    assert (
        shown.said_length(timedelta(seconds=20)) == shown.said_length(timedelta(minutes=-3)) == "1 分钟"
    )  # never "0"


def test_exact_time_for_records() -> None:
    assert shown.said_exactly(at(26, 9, 5)) == "2026-11-26 09:05"


@pytest.mark.parametrize(
    ("metres", "words"),
    [
        (None, ""),
        (0, "50 米，骑车约 1 分钟"),
        (430, "450 米，骑车约 2 分钟"),
        (1900, "1.9 公里，骑车约 10 分钟"),
        (12000, "12 公里"),
    ],
)
def test_distances(metres: float | None, words: str) -> None:
    assert shown.said_distance(metres) == words


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("03576220000", "0357-6220000"),
        ("01062200000", "010-62200000"),
        ("13800000001", "13800000001"),
        ("", ""),
    ],
)
def test_a_landline_is_said_with_its_area_code_apart(number: str, said: str) -> None:
    assert shown.said_phone(number) == said


def test_clock_turns_amber_then_red() -> None:
    due = at(23, 18)
    calm = shown.clock(due, at(23, 15, 59))
    assert (calm.tone, calm.word) == ("calm", "最晚今天 18:00")
    soon = shown.clock(due, at(23, 16))
    assert (soon.tone, soon.word) == ("soon", "还有 2 小时")
    assert shown.clock(due, due).tone == "soon"
    late = shown.clock(due, at(23, 20))
    assert (late.tone, late.icon, late.word) == ("over", "alarm", "晚了 2 小时")


def test_a_provisional_date_is_never_called_late() -> None:
    chip = shown.clock(at(20, 18), NOW, provisional=True)
    assert chip.tone == "calm"
    assert chip.provisional


@pytest.mark.parametrize(
    ("kind", "state"), [(kind, state) for kind, states in labels.STATES.items() for state in states]
)
def test_every_state_has_tone_and_sign(kind: str, state: str) -> None:
    tone, icon = shown.state_look(kind, state)
    assert icon != "dot", f"{kind}.{state} has no look in shown.STATE_LOOKS"
    assert tone in {"go", "soon", "over", "calm"}


def test_a_message_is_said_without_its_link() -> None:
    text = "编号 D1 定好了：甲队，明天 09:00 到。来不了请早点说：http://127.0.0.1/l/oo1_x/ 我们不会向您要验证码、要钱。"
    said = shown.spoken(text)
    assert "http" not in said
    assert said == "编号 D1 定好了：甲队，明天 09:00 到。来不了请早点说。我们不会向您要验证码、要钱。"
    assert shown.spoken("收到了。查看：https://x/l/a/ 我们不会向您要钱。") == "收到了。我们不会向您要钱。"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("到时请问对口令，口令在这里：http://a/l/x/ 谢谢。", "到时请问对口令。谢谢。"),
        ("您能去吗？能去不能去都点这里：http://a/v/ 谢谢。", "您能去吗？谢谢。"),
        ("编号 D1 这里接不了，原因和该找谁写在这里：http://a/l/x/ 谢谢。", "编号 D1 这里接不了。谢谢。"),
    ],
)
def test_words_that_point_at_a_link_are_not_said(text: str, said: str) -> None:
    assert shown.spoken(text) == said
