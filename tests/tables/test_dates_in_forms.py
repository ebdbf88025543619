"""A day that is filled in beforehand must show: a browser's date field takes 2026-11-25 and nothing else."""

from datetime import date, time

import pytest
from django import forms
from django.utils import translation


class Sheet(forms.Form):
    """A day and an hour as every form here writes them."""

    day = forms.DateField(widget=forms.DateInput({"type": "date"}))
    hour = forms.TimeField(widget=forms.TimeInput({"type": "time"}))


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_day_and_hour_are_written_as_browsers_take_them(language: str) -> None:
    with translation.override(language):
        shown = str(Sheet(initial={"day": date(2026, 11, 25), "hour": time(15, 0)}))
        assert 'value="2026-11-25"' in shown
        assert 'value="15:00' in shown
