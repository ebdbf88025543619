"""Forms of drives and call-ups."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia.kernel import clock

_HOUR: dict[str, Any] = {"type": "time", "step": "300", "aria-label": _("Hour")}
_DAY: dict[str, Any] = {"type": "date", "aria-label": _("Day")}


class CallUpForm(forms.Form):
    """What, where and when; which teams stands beside it as ticks."""

    item = forms.TypedChoiceField(label=_("What kind of help"), coerce=int)
    what = forms.CharField(label=_("What is to be done"), max_length=200)
    area = forms.TypedChoiceField(label=_("Where"), coerce=int)
    place = forms.CharField(label=_("Where they meet"), max_length=120)
    starts_at = forms.SplitDateTimeField(
        label=_("When they meet"),
        widget=forms.SplitDateTimeWidget(
            date_attrs=_DAY, time_attrs=_HOUR, date_format="%Y-%m-%d", time_format="%H:%M"
        ),
    )
    hours = forms.IntegerField(label=_("For how many hours"), min_value=1, max_value=72, initial=4)
    practice = forms.BooleanField(
        label=_("This is an exercise: marked so everywhere and never counted"), required=False
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, items: Iterable[tuple[int, str]], areas: Iterable[tuple[int, str]], **words: Any
    ) -> None:
        super().__init__(*args, **words)
        self.fields["item"].choices = list(items)  # type: ignore[attr-defined]
        self.fields["area"].choices = list(areas)  # type: ignore[attr-defined]

    def clean_starts_at(self) -> datetime:
        moment: datetime = self.cleaned_data["starts_at"]
        return moment.astimezone(clock.CHINA)
