"""Every fixed address in a template, and every route name it uses, leads somewhere."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.urls import Resolver404, get_resolver, resolve

ROOT = Path(__file__).resolve().parents[2] / "src" / "laojia" / "templates"
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.html"))
FIXED = re.compile(r"""(?:href|action|hx-get|hx-post)=["'](/[^"'{}#]*)["'#]""")
NAMED = re.compile(r"""{%\s*url\s+["']([\w:-]+)["']""")


def route_names() -> set[str]:
    names: set[str] = set()

    def walk(patterns: list[object], before: str) -> None:
        for one in patterns:
            if hasattr(one, "url_patterns"):
                walk(one.url_patterns, f"{before}{one.namespace}:" if one.namespace else before)
            elif getattr(one, "name", None):
                names.add(f"{before}{one.name}")  # type: ignore[attr-defined]

    walk(get_resolver().url_patterns, "")
    return names


def leads_somewhere(address: str) -> bool:
    path = address.split("?", 1)[0]
    if path.startswith("/static/"):
        return True
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles_and_its_links_lead_somewhere(name: str) -> None:
    get_template(name)
    text = (ROOT / name).read_text(encoding="utf-8")
    dead = [address for address in FIXED.findall(text) if not leads_somewhere(address)]
    assert not dead, f"{name} links to {dead}"
    unknown = set(NAMED.findall(text)) - route_names()
    assert not unknown, f"{name} names routes that do not exist: {sorted(unknown)}"
