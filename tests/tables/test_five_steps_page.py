"""The page that tells the five steps, and the glossary, name only verbs and states that exist, and all the states."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from laojia.policy.transitions import MACHINES
from laojia.policy.verbs import VERBS

DOCS = Path(__file__).parents[2] / "docs"
KINDS = sorted({verb.split(".")[0] for verb in VERBS})

# Verbs of desks that are named in the glossary before they are built.
LATER = {"hours.reverse"}


@pytest.mark.parametrize("page", ["five-steps.md", "glossary.md"])
def test_verbs_exist(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    named = set(re.findall(rf"`((?:{'|'.join(KINDS)}|hours)\.[a-z_]+)`", text))
    assert named - VERBS - LATER == set(), f"docs/{page} names verbs that policy/permissions.py does not know"
    assert named


@pytest.mark.parametrize("kind", ["item", "order", "occasion", "offer", "attendance", "roster"])
def test_every_state_is_told(kind: str) -> None:
    glossary = (DOCS / "glossary.md").read_text(encoding="utf-8")
    page = (DOCS / "five-steps.md").read_text(encoding="utf-8")
    told = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]+)`", page))))
    for state in MACHINES[kind].states:
        assert f"`{state}`" in glossary, f"docs/glossary.md: state {state} of {kind} has no word"
        assert state in told, f"docs/five-steps.md: state {state} of {kind} is not told"


@pytest.mark.parametrize("page", ["five-steps.md", "glossary.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    # policy.md is printed by a command and checked for freshness by its own test.
    targets = set(re.findall(r"\]\(([^)#]+)\)", text)) - {"policy.md"}
    assert [target for target in targets if not (DOCS / target).exists()] == []
