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


class Form:
    """As much of a form as a refusal needs."""

    fields = ("village", "name")

    def __init__(self):
        self.said = []

    def add_error(self, field, sentence):
        self.said.append((field, sentence))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "Too long."}, [("name", "Too long.")]),
        ({"name": "Too long.", "earlier": "D141024"}, [("name", "Too long.")]),
        ({"place": "Not here."}, [("village", "Not here.")]),
        ({"earlier": ""}, [(None, "No. Do this.")]),
        ({}, [(None, "No. Do this.")]),
    ],
)
def test_a_refusal_stands_beside_its_field_or_above_the_form(fields, said):
    form = Form()
    beside = errors.put_on(form, errors.BadInput("x", "No.", "Do this.", fields), too={"place": "village"})
    assert form.said == said
    assert beside == (said[0][0] is not None)
