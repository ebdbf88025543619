"""Style, types, templates and migrations as `make check` sees them, so that `make test` covers them too."""

import importlib.util
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Those have tests of their own that say more: test_layout, test_words, test_generated_pages.
ELSEWHERE = {"imports", "words", "pages"}


def checks() -> dict[str, list[object]]:
    spec = importlib.util.spec_from_file_location("check_tool", ROOT / "tools" / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, list[object]] = module.CHECKS
    return {name: words for name, words in found.items() if name not in ELSEWHERE}


@pytest.mark.parametrize("name", checks())
def test_the_check_is_green(name: str) -> None:
    words = [str(word) for word in checks()[name]]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"make check says:\n{(done.stdout + done.stderr)[-6000:]}"
