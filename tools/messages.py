#!/usr/bin/env python3
"""The words on screen: English msgid in the code, Chinese in src/laojia/locale.

add          merge {"msgid": "中文", …} from standard input into zh_Hans, under a lock
extract      collect every msgid of code and templates (needs GNU gettext), mark what is gone
check        every msgid found in code and templates is translated, none is fuzzy, placeholders agree
traditional  make zh_Hant from zh_Hans by character conversion (Mainland wording stays)
compile      make the .mo files
"""

import argparse
import ast
import fcntl
import json
import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "laojia"
LOCALE = PACKAGE / "locale"
HEADER = {
    "Project-Id-Version": "laojia",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
}
PLURALS = {
    "zh_Hans": "nplurals=1; plural=0;",
    "zh_Hant": "nplurals=1; plural=0;",
    "en": "nplurals=2; plural=(n != 1);",
}
GETTEXT = {
    "gettext": 1,
    "gettext_lazy": 1,
    "_": 1,
    "gettext_noop": 1,
    "ngettext": 2,
    "ngettext_lazy": 2,
    "pgettext": 2,
    "pgettext_lazy": 2,
}
HOLE = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")


def po_path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def load(language: str) -> polib.POFile:
    path = po_path(language)
    if path.exists():
        return polib.pofile(str(path), wrapwidth=0)
    book = polib.POFile(wrapwidth=0)
    book.metadata = {**HEADER, "Language": language, "Plural-Forms": PLURALS[language]}
    return book


def save(book: polib.POFile, language: str) -> None:
    """Write in the order of the msgids, so that two people's additions meet in different lines."""
    book.sort(key=lambda entry: (entry.obsolete, entry.msgctxt or "", entry.msgid))
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    book.save(str(fresh))
    os.replace(fresh, path)


def compile_one(language: str) -> None:
    target = po_path(language).with_suffix(".mo")
    fresh = target.with_suffix(".mo.new")
    load(language).save_as_mofile(str(fresh))
    os.replace(fresh, target)


@contextmanager
def locked() -> Iterator[None]:
    folder = ROOT / "var"
    folder.mkdir(exist_ok=True)
    with (folder / "messages.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def put(book: polib.POFile, msgid: str, shown: str, plural: str = "", context: str | None = None) -> bool:
    """Add or replace one entry; True when something changed."""
    entry = book.find(msgid, msgctxt=context or False, include_obsolete_entries=True)
    if entry is None:
        entry = polib.POEntry(msgid=msgid, msgctxt=context)
        book.append(entry)
    before = (entry.msgstr, dict(entry.msgstr_plural), list(entry.flags), entry.obsolete)
    entry.obsolete = False
    entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    if plural:
        entry.msgid_plural = plural
    if entry.msgid_plural:
        entry.msgstr, entry.msgstr_plural = "", {0: shown}
    else:
        entry.msgstr = shown
    return before != (entry.msgstr, dict(entry.msgstr_plural), list(entry.flags), entry.obsolete)


def add() -> int:
    """Read {"msgid": "中文"} or {"msgid": {"plural": "msgids", "text": "中文", "context": "…"}}."""
    given = json.load(sys.stdin)
    with locked():
        book = load("zh_Hans")
        changed = 0
        for msgid, value in given.items():
            parts = {"text": value} if isinstance(value, str) else value
            changed += put(book, msgid, parts["text"], parts.get("plural", ""), parts.get("context"))
        save(book, "zh_Hans")
        compile_one("zh_Hans")
    print(f"{changed} of {len(given)} entries written")
    return 0


# --- what the code asks for -------------------------------------------------------------------------

Asked = dict[tuple[str | None, str], tuple[str, list[str]]]  # (context, msgid) -> (plural, places)


def asked() -> Asked:
    """Every msgid in Python and templates."""
    found: Asked = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts:
            _from_python(path, found)
    for path in sorted((PACKAGE / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt", ".xml", ".svg"}:
            _from_template(path, found)
    return found


def _note(found: Asked, context: str | None, msgid: str, plural: str, place: str) -> None:
    if msgid:
        known, places = found.setdefault((context, msgid), (plural, []))
        if place not in places:
            places.append(place)
        if plural and not known:
            found[(context, msgid)] = (plural, places)


def _from_python(path: Path, found: Asked) -> None:
    place = str(path.relative_to(ROOT))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in GETTEXT:
            continue
        texts = [
            arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        ]
        if len(texts) < GETTEXT[name]:
            continue
        if name.startswith("pgettext"):
            _note(found, texts[0], texts[1], "", place)
        elif name.startswith("ngettext"):
            _note(found, None, texts[0], texts[1], place)
        else:
            _note(found, None, texts[0], "", place)


def _from_template(path: Path, found: Asked) -> None:
    """Let Django itself turn the template into gettext calls, then read those."""
    from django.utils.translation.template import templatize

    place = str(path.relative_to(ROOT))
    source = templatize(path.read_text(encoding="utf-8"), origin=place)
    call = re.compile(
        r"""(?P<name>n?p?gettext|_)\(\s*(?P<args>(?:u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")\s*,?\s*)+)""",
        re.DOTALL,
    )
    for match in call.finditer(source):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = ast.literal_eval("(" + match["args"].strip().rstrip(",") + ",)")
        except (SyntaxError, ValueError):
            continue
        texts = [text for text in value if isinstance(text, str)]
        if match["name"] == "pgettext" and len(texts) > 1:
            _note(found, texts[0], texts[1], "", place)
        elif match["name"] == "npgettext" and len(texts) > 2:
            _note(found, texts[0], texts[1], texts[2], place)
        elif match["name"] == "ngettext" and len(texts) > 1:
            _note(found, None, texts[0], texts[1], place)
        elif texts:
            _note(found, None, texts[0], "", place)


def extract() -> int:
    """Add what is new (untranslated), set aside what nothing asks for any more."""
    found = asked()
    with locked():
        for language in ("zh_Hans", "en"):
            book = load(language)
            for (context, msgid), (plural, _places) in found.items():
                entry = book.find(msgid, msgctxt=context or False, include_obsolete_entries=True)
                if entry is None:
                    shape = {"msgid_plural": plural, "msgstr_plural": {0: ""}} if plural else {}
                    book.append(polib.POEntry(msgid=msgid, msgctxt=context, **shape))
                else:
                    entry.obsolete = False
            if language == "en":
                # English is what the code says: an empty msgstr falls back to the msgid.
                book[:] = [entry for entry in book if (entry.msgctxt, entry.msgid) in found]
            save(book, language)
            compile_one(language)
    print(f"{len(found)} msgids asked for; untranslated: {len(untranslated(found))}")
    return 0


# --- check -----------------------------------------------------------------------------------------------


def holes(text: str) -> set[str]:
    return {first or second for first, second in HOLE.findall(text)}


def shown_of(entry: polib.POEntry) -> str:
    return str(entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr)


def untranslated(found: Asked) -> list[str]:
    book = load("zh_Hans")
    words = {(entry.msgctxt, entry.msgid): entry for entry in book if not entry.obsolete}
    lines = []
    for (context, msgid), (plural, places) in sorted(found.items(), key=lambda item: item[1][1]):
        entry = words.get((context, msgid))
        # A counted text is not found under an entry without its plural: the page would say it in English.
        if entry is None or not shown_of(entry) or (plural and not entry.msgid_plural):
            lines.append(f"{places[0]}: not translated: {msgid!r}")
    return lines


def wrong_entries() -> list[str]:
    """Fuzzy entries and lost placeholders; those matter even for words nobody asks for."""
    lines = []
    for language in ("zh_Hans", "zh_Hant"):
        if not po_path(language).exists():
            lines.append(f"{language}: no catalogue")
            continue
        for entry in load(language):
            if entry.obsolete or not shown_of(entry):
                continue
            if entry.fuzzy:
                lines.append(f"{language}: fuzzy: {entry.msgid!r}")
            wanted = holes(entry.msgid_plural or entry.msgid)
            if holes(shown_of(entry)) - wanted - holes(entry.msgid):
                lines.append(
                    f"{language}: placeholder unknown to the code: {entry.msgid!r} → {shown_of(entry)!r}"
                )
    return lines


def check() -> int:
    lines = untranslated(asked()) + wrong_entries()
    if load("zh_Hant") is not None and traditional_is_stale():
        lines.append("zh_Hant: older than zh_Hans; run: tools/messages.py traditional")
    for line in lines:
        print(line)
    print(f"words: {len(lines)} to mend" if lines else "words: complete")
    return 1 if lines else 0


# --- Traditional Chinese ----------------------------------------------------------------------------------


def converted() -> dict[tuple[str | None, str], str]:
    from opencc import OpenCC

    # s2t changes characters only: the county's own words (网格, 微网格, 所, 站) stay recognisable.
    turn = OpenCC("s2t").convert
    return {
        (entry.msgctxt, entry.msgid): turn(shown_of(entry)) for entry in load("zh_Hans") if not entry.obsolete
    }


def traditional_is_stale() -> bool:
    have = {(entry.msgctxt, entry.msgid): shown_of(entry) for entry in load("zh_Hant") if not entry.obsolete}
    return have != converted()


def traditional() -> int:
    with locked():
        book = load("zh_Hant")
        plain = load("zh_Hans")
        words = converted()
        book[:] = []
        for entry in plain:
            if entry.obsolete:
                continue
            twin = polib.POEntry(msgid=entry.msgid, msgctxt=entry.msgctxt, msgid_plural=entry.msgid_plural)
            text = words[(entry.msgctxt, entry.msgid)]
            if entry.msgid_plural:
                twin.msgstr_plural = {0: text}
            else:
                twin.msgstr = text
            book.append(twin)
        save(book, "zh_Hant")
        compile_one("zh_Hant")
    print(f"{len(words)} entries in zh_Hant")
    return 0


def compile_all() -> int:
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        compile_one(path.parents[1].name)
    return 0


def main() -> int:
    verbs = {
        "add": add,
        "extract": extract,
        "check": check,
        "traditional": traditional,
        "compile": compile_all,
    }
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("verb", choices=verbs)
    return verbs[parser.parse_args().verb]()


if __name__ == "__main__":
    sys.exit(main())
