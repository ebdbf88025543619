"""What offices write into one cell."""

import pytest

from laojia.foundation.lists.forms import cells
from tests.cast import TODAY


@pytest.mark.parametrize(
    "text",
    ["量血压、理发", "量血压,理发", "量血压\uff0c理发", "量血压;理发", "量血压\uff1b 理发", "量血压\n理发"],
)
def test_several_values_stand_apart_however_they_are_divided(text: str) -> None:
    assert cells.several(cells.words(20), most=5)(text, TODAY) == ("量血压", "理发")
