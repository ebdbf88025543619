"""The tokens keep their promise: text 4.5:1, edges 3:1, targets and text sizes of both views."""

import re
from pathlib import Path

import pytest

FRONTEND = Path(__file__).resolve().parents[3] / "src" / "laojia" / "frontend"
TOKENS = (FRONTEND / "_tokens.scss").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r"^\$([\w-]+): (#[0-9a-f]{6});$", TOKENS, re.MULTILINE))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def pairs(name: str) -> list[tuple[str, str]]:
    listed = re.search(rf"\${name}: \((.*?)\);", TOKENS, re.DOTALL)
    assert listed
    return [(one, other) for one, other in (pair.split() for pair in listed[1].split(",") if pair.strip())]


def test_contrast_is_computed_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("text", "ground"), pairs("text-pairs"))
def test_text_is_readable(text: str, ground: str) -> None:
    assert contrast(COLOURS[text], COLOURS[ground]) >= 4.5


@pytest.mark.parametrize(("edge", "ground"), pairs("edge-pairs"))
def test_edges_are_seen(edge: str, ground: str) -> None:
    assert contrast(COLOURS[edge], COLOURS[ground]) >= 3


def test_every_colour_is_in_a_pair_or_only_decoration() -> None:
    used = {name for pair in pairs("text-pairs") + pairs("edge-pairs") for name in pair}
    assert set(COLOURS) - used == {"line"}


def test_no_other_file_brings_colours_of_its_own() -> None:
    for path in FRONTEND.glob("*.scss"):
        if path.name != "_tokens.scss":
            found = set(re.findall(r"#[0-9a-f]{3,8}\b(?!\s*\{)", path.read_text(encoding="utf-8")))
            # Print is black on white.
            assert found <= {"#000"}, path.name


def measure(name: str) -> float:
    found = re.search(rf"^\${name}: ([\d.]+)(px)?;$", TOKENS, re.MULTILINE)
    assert found
    return float(found[1])


def test_sizes() -> None:
    assert measure("text-size") >= 17
    assert measure("text-size-elder") >= 18
    assert measure("text-size-elder-large") >= 30
    assert measure("line-spacing") >= 1.3
    assert measure("target") >= 44
    assert measure("target-elder") >= 60
