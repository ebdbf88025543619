"""Refusals carry a code, a sentence, what to do next, and the right answer to the web."""

import subprocess
import sys

import pytest

from laojia.kernel import errors


@pytest.mark.parametrize(
    ("kind", "http"),
    [
        ("BadInput", 422),
        ("NotPermitted", 403),
        ("OutOfScope", 404),
        ("WrongState", 409),
        ("Conflict", 409),
        ("TooMany", 429),
    ],
)
def test_each_refusal_has_its_answer(kind, http):
    refusal = getattr(errors, kind)("full", "This time is full.", "Thursday is free.", {"when": "full"})
    assert isinstance(refusal, errors.Refused)
    assert (refusal.http, refusal.code, refusal.fields) == (http, "full", {"when": "full"})
    assert str(refusal) == "This time is full. Thursday is free."


def test_a_bare_refusal_says_its_code():
    assert str(errors.Refused("gone")) == "gone"
    assert "gone" in repr(errors.Refused("gone"))


def test_errors_and_clock_need_no_framework():
    code = "import sys, laojia.kernel.errors, laojia.kernel.clock; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_chinese_sentences_stand_together_without_a_space():
    assert errors.joined("缺这几列。", "", "请补上。") == "缺这几列。请补上。"
    assert errors.joined("Missing.", "Add it.") == "Missing. Add it."
    assert str(errors.BadInput("x", "已经满了！", "换一天。")) == "已经满了！换一天。"
    assert str(errors.BadInput("x")) == "x"
