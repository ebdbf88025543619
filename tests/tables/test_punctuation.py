"""Chinese sentences carry the signs of Chinese print, wide ones: in the words on screen, in messages, in the menu, in made-up data."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
import pytest

from laojia import shown

PACKAGE = Path(shown.__file__).parent
_HOLE = re.compile(r"%\(\w+\)[sd]|\{[^{}\n]*\}|https?://\S*")
_HAN = r"[\u4e00-\u9fff\u3001\u3002\u201c\u201d]"
_CHINESE = re.compile("[\u4e00-\u9fff]")
_NARROW = re.compile(rf"(?<={_HAN})\s*[,;:?!()]|[,;:?!()](?={_HAN})|[\u300c\u300d]|\uff0c\s")
# What is read, not shown: patterns, other words for the same that sheets of offices carry.
_NOT_SHOWN = ("channels/console/rules.py", "kernel/codes.py", "steps/menu/forms/menu_list.py")


def narrow_in(text: str) -> list[str]:
    """The places where a narrow sign stands beside Chinese; an open place counts as Chinese."""
    return [text[max(0, m.start() - 6) : m.end() + 6] for m in _NARROW.finditer(_HOLE.sub("\u4e00", text))]


def _said(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _said(one)
    elif isinstance(value, list):
        for one in value:
            yield from _said(one)


def _strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Texts with Chinese in code, without what documents it."""
    documents = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.lineno, node.value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("收到了\uff0c明天来\u3002", 0),
        ("收到了,明天来\u3002", 1),
        ("查看:{link}", 1),
        ("%(at)s到,%(who)s来", 1),
        ("周六 9:00-12:00", 0),
        ("\u300c就这样约\u300d", 2),
    ],
)
def test_a_narrow_sign_is_seen(text: str, found: int) -> None:
    assert len(narrow_in(text)) == found


def test_words_on_screen() -> None:
    book = polib.pofile(str(PACKAGE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"))
    texts = (text for entry in book for text in (entry.msgstr, *entry.msgstr_plural.values()))
    wrong = {text: narrow_in(text) for text in texts if narrow_in(text)}
    assert not wrong, "\n".join(f"{text}  {places}" for text, places in wrong.items())


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("data/*.toml")), ids=lambda path: path.parts[-3])
def test_messages_and_the_menu(path: Path) -> None:
    whole = tomllib.loads(path.read_text(encoding="utf-8"))
    wrong = [text for text in _said(whole) if _CHINESE.search(text) and narrow_in(text)]
    assert not wrong, "\n".join(wrong)


def test_chinese_in_the_code() -> None:
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).as_posix()
        if place in _NOT_SHOWN:
            continue
        for line, text in _strings(ast.parse(path.read_text(encoding="utf-8"))):
            # A pattern says what may stand there; an English sentence may name Chinese words.
            pattern, english = re.search(r"[\\|\[]", text), re.search(r"\b(?:or|is|the|one|like)\b", text)
            if _CHINESE.search(text) and not pattern and not english and narrow_in(text):
                wrong.append(f"{place}:{line} {text}")
    assert not wrong, "\n".join(wrong)
