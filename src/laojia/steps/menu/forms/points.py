"""The form of a service point: facts, items, hours of each weekday in one or two parts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia.steps.menu.models import Point
from laojia.steps.menu.queries.words import weekday_word

_TIME = {"type": "time", "step": "300"}
_PARTS = ("a", "b")


class PointForm(forms.Form):
    """Name, place, telephone, what can be had there."""

    name = forms.CharField(label=_("Name"), max_length=60)
    area = forms.TypedChoiceField(label=_("Village"), coerce=int)
    address = forms.CharField(label=_("Address"), max_length=120, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=20, required=False)
    items = forms.TypedMultipleChoiceField(
        label=_("What can be had there"), coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(
        self, *args: Any, areas: Iterable[tuple[int, str]], items: Iterable[tuple[int, str]], **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.fields["area"].choices = list(areas)  # type: ignore[attr-defined]
        self.fields["items"].choices = list(items)  # type: ignore[attr-defined]
        for day in range(7):
            for part in _PARTS:
                for edge in ("from", "to"):
                    self.fields[f"{part}_{edge}_{day}"] = forms.TimeField(
                        required=False, label="", widget=forms.TimeInput(attrs=_TIME, format="%H:%M")
                    )

    def rows(self) -> list[tuple[str, list[tuple[Any, Any]]]]:
        """For the template: name of the weekday and its pairs of fields."""
        return [
            (
                weekday_word(day),
                [(self[f"{part}_from_{day}"], self[f"{part}_to_{day}"]) for part in _PARTS],
            )
            for day in range(7)
        ]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cleaned_data
        for day in range(7):
            for part in _PARTS:
                opens, closes = found.get(f"{part}_from_{day}"), found.get(f"{part}_to_{day}")
                if (opens is None) != (closes is None):
                    self.add_error(f"{part}_to_{day}", _("From when until when? Fill in both, or neither."))
        return found

    def hours(self) -> list[tuple[int, time, time]]:
        found = self.cleaned_data
        return [
            (day, found[f"{part}_from_{day}"], found[f"{part}_to_{day}"])
            for day in range(7)
            for part in _PARTS
            if found.get(f"{part}_from_{day}") and found.get(f"{part}_to_{day}")
        ]

    @staticmethod
    def first(row: Point) -> dict[str, Any]:
        data: dict[str, Any] = {
            "name": row.name, "area": row.area_id, "address": row.address, "phone": row.phone,
            "items": [item.pk for item in row.items.all()],
        }  # fmt: skip
        seen: dict[int, int] = {}
        for hours in row.hours.order_by("weekday", "opens"):
            part = _PARTS[min(seen.get(hours.weekday, 0), 1)]
            seen[hours.weekday] = seen.get(hours.weekday, 0) + 1
            data[f"{part}_from_{hours.weekday}"] = hours.opens
            data[f"{part}_to_{hours.weekday}"] = hours.closes
        return data
