"""docs/policy.md and docs/config.md say what the tables say; every setting that is read is described."""

import re
from pathlib import Path

import pytest

from laojia.conf import printing
from laojia.conf.options import OPTIONS
from laojia.policy.transitions import MACHINES
from laojia.policy.verbs import VERBS

ROOT = Path(__file__).resolve().parents[2]
# Set by our own programs for one another, not by an installation.
INNER = {"LAOJIA_PARENT"}


def test_pages_are_fresh() -> None:
    assert not printing.stale(), "run: laojia docs"


def test_the_policy_page_names_every_verb_and_state() -> None:
    page = printing.policy_page()
    assert not [verb for verb in VERBS if f"`{verb}`" not in page]
    assert not [state for machine in MACHINES.values() for state in machine.states if state not in page]


def settings_read() -> set[str]:
    texts = [
        path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py") if path.name != "options.py"
    ]
    found = {name for text in texts for name in re.findall(r"""["'](LAOJIA_[A-Z_]+)["']""", text)}
    companions = {f"LAOJIA_SMS_{name}" for name in ("KEY", "SECRET", "SIGN")}
    return (found | companions) - INNER


def test_every_setting_that_is_read_is_described() -> None:
    described = {option.name for option in OPTIONS}
    assert settings_read() - described == set(), "describe them in src/laojia/conf/options.py"
    assert described - settings_read() == set(), "nothing reads these any more"


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_a_setting_is_told_in_a_sentence(option: object) -> None:
    what = option.what  # type: ignore[attr-defined]
    assert what[0].isupper()
    assert what.endswith(".")
