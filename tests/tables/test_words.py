"""Every text on screen is there in Simplified and Traditional Chinese; the tool that says so can see what is missing."""

import importlib.util
import io
import json
import sys
from pathlib import Path
from types import ModuleType

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages_tool", ROOT / "tools" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The tool over a small tree of its own."""
    module = load_tool()
    package = tmp_path / "src" / "laojia"
    (package / "templates" / "home").mkdir(parents=True)
    (package / "pages.py").write_text(
        '_("Good day")\nngettext("%(n)s order", "%(n)s orders", 2)\npgettext("verb", "Order")\n'
    )
    (package / "templates" / "home" / "start.html").write_text(
        "{% load i18n %}{% translate 'Who comes' %}{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}"
    )
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "PACKAGE", package)
    monkeypatch.setattr(module, "LOCALE", package / "locale")
    return module


CHINESE = {
    "Good day": "您好",
    "%(n)s order": {"plural": "%(n)s orders", "text": "%(n)s件事"},
    "Order": {"context": "verb", "text": "约"},
    "Who comes": "谁来",
    "Hello %(name)s": "%(name)s，您好",
}


def add(tool: ModuleType, monkeypatch: pytest.MonkeyPatch, words: object) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(words)))
    assert tool.add() == 0


def test_words_of_code_and_templates_are_seen(tool: ModuleType) -> None:
    seen = set(tool.asked())
    assert seen == {
        (None, "Good day"),
        (None, "%(n)s order"),
        ("verb", "Order"),
        (None, "Who comes"),
        (None, "Hello %(name)s"),
    }


def test_complete_words_are_green(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tool.check() == 1
    add(tool, monkeypatch, CHINESE)
    tool.traditional()
    assert tool.check() == 0
    traditional = polib.pofile(str(tool.po_path("zh_Hant")))
    assert traditional.find("Who comes").msgstr == "誰來"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"Good day": ""}, "not translated"),
        ({"Hello %(name)s": "%(nmae)s，您好"}, "placeholder"),
        ({"Good day": "您早"}, "older than zh_Hans"),
    ],
)
def test_what_is_wrong_is_said(
    tool: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, str],
    says: str,
) -> None:
    add(tool, monkeypatch, CHINESE)
    tool.traditional()
    add(tool, monkeypatch, change)
    assert tool.check() == 1
    assert says in capsys.readouterr().out


def test_a_fuzzy_entry_is_red(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add(tool, monkeypatch, CHINESE)
    book = tool.load("zh_Hans")
    book.find("Good day").flags.append("fuzzy")
    tool.save(book, "zh_Hans")
    tool.traditional()
    assert tool.check() == 1
    assert "fuzzy" in capsys.readouterr().out


def test_adding_twice_keeps_one_entry(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    add(tool, monkeypatch, CHINESE)
    add(tool, monkeypatch, {"Good day": "您早"})
    found = [entry for entry in tool.load("zh_Hans") if entry.msgid == "Good day"]
    assert [entry.msgstr for entry in found] == ["您早"]


def test_all_words_of_the_platform_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    result = load_tool().check()
    assert result == 0, capsys.readouterr().out
