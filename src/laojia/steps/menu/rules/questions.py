"""An item's own questions and the answers to them, pure. Sentences are made where they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

KINDS = ("text", "number", "choice", "date", "yes_no")
LONGEST_ANSWER = 200
LARGEST_NUMBER = 9999
MOST_QUESTIONS = 6

# Never asked of anybody (个人信息保护法 art. 6, 28): findings, faith, descent, identity and bank numbers, codes, money, the case itself.
FORBIDDEN = re.compile(
    r"什么病|病情|病史|诊断|确诊|血压|血糖|体温|残疾|怀孕|信什么|信仰|宗教|信教|民族|身份证|证号|银行|密码|验证码"
    r"|收入|低保|贫困|案情|户口"
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in one place: where, a short word, and what a sentence about it needs."""

    field: str
    code: str
    about: str = ""


def clean_answers(
    questions: Iterable[Mapping[str, Any]], answers: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """Answers in plain types by question key, and what is wrong with them.

    Unknown keys are dropped. A compulsory yes-or-no question is a condition (a guardian's consent, ropes at the river):
    answered "no" it refuses, with the question's own help line.
    """
    cleaned: dict[str, Any] = {}
    wrong: list[Problem] = []
    for question in questions:
        key = str(question["key"])
        raw = answers.get(key)
        if raw is None or str(raw).strip() == "":
            if question.get("required"):
                wrong.append(Problem(key, "missing", str(question.get("text", ""))))
            continue
        value, code = _read(question, raw)
        if code:
            wrong.append(Problem(key, code, str(question.get("help", ""))))
        else:
            cleaned[key] = value
    return cleaned, wrong


def _read(question: Mapping[str, Any], raw: Any) -> tuple[Any, str]:
    kind = question["kind"]
    text = str(raw).strip()
    if kind == "number":
        return _number(text)
    if kind == "date":
        return _date(text)
    if kind == "choice":
        return (text, "") if text in question.get("choices", ()) else (None, "not_a_choice")
    if kind == "yes_no":
        return _yes_no(raw, required=bool(question.get("required")))
    return (text, "") if len(text) <= LONGEST_ANSWER else (None, "too_long")


def _number(text: str) -> tuple[Any, str]:
    if not re.fullmatch(r"[0-9]{1,6}", text, re.ASCII):
        return None, "not_a_number"
    value = int(text)
    return (value, "") if value <= LARGEST_NUMBER else (None, "not_a_number")


def _date(text: str) -> tuple[Any, str]:
    try:
        return date.fromisoformat(text).isoformat(), ""
    except ValueError:
        return None, "not_a_date"


def _yes_no(raw: Any, *, required: bool) -> tuple[Any, str]:
    said = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}.get(
        str(raw).strip().lower()
    )
    if said is None:
        return None, "not_yes_or_no"
    if required and not said:
        return None, "condition_not_met"
    return said, ""


def question_problems(questions: Iterable[Mapping[str, Any]]) -> list[Problem]:
    """What is wrong with the questions themselves: keys, kinds, choices, and what must never be asked."""
    wrong: list[Problem] = []
    seen: set[str] = set()
    rows = list(questions)
    if len(rows) > MOST_QUESTIONS:
        wrong.append(Problem("questions", "too_many_questions", str(MOST_QUESTIONS)))
    for question in rows:
        text, key = str(question.get("text", "")).strip(), str(question.get("key", ""))
        choices = [str(c) for c in question.get("choices", ())]
        if not text:
            wrong.append(Problem("questions", "question_without_text", key))
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,29}", key) or key in seen:
            wrong.append(Problem("questions", "question_key", text))
        seen.add(key)
        if question.get("kind") not in KINDS:
            wrong.append(Problem("questions", "question_kind", text))
        if question.get("kind") == "choice" and (len(set(choices)) < 2 or len(set(choices)) != len(choices)):
            wrong.append(Problem("questions", "question_choices", text))
        if any(FORBIDDEN.search(part) for part in (text, *choices)):
            wrong.append(Problem("questions", "never_asked", text))
    return wrong
