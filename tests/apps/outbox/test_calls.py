"""Every message that the code posts by name has its template, and gives it what it needs."""

import ast
import re
from pathlib import Path

from laojia.foundation.outbox.rules import templates

PACKAGE = Path(__file__).resolve().parents[3] / "src" / "laojia"


def posted():
    """(place, template, names of the variables or None when they are made elsewhere) of every `post("…")`."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "post" and re.fullmatch(r"\w+\.\w+", str(node.args[0].value)):
                given = next(
                    (word.value for word in node.keywords if word.arg == "variables"), ast.Dict([], [])
                )
                names = None
                if isinstance(given, ast.Dict) and all(isinstance(key, ast.Constant) for key in given.keys):
                    names = {key.value for key in given.keys}
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node.args[0].value, names


def test_every_posted_message_has_its_template_and_its_variables():
    wrong = []
    for place, template, names in posted():
        known = templates().get(template)
        if known is None:
            wrong.append(f"{place}: no template {template}")
        elif names is not None and known.variables - names:
            wrong.append(f"{place}: {template} needs {', '.join(sorted(known.variables - names))}")
    assert not wrong, "\n".join(wrong)


def test_every_template_is_plain_and_in_all_languages():
    for template in templates().values():
        assert template.purpose
        assert set(template.texts) == {"zh-hans", "zh-hant", "en"}
        assert all(len(text) < 260 and not set(text) & set("<>&") for text in template.texts.values())
