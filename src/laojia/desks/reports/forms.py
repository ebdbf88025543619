"""Shapes of what is typed on pages of reports."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia.desks.reports.queries import Sheet
from laojia.foundation.area.models import Area
from laojia.foundation.files.forms import SheetFile


class NoteForm(forms.Form):
    """Words beside the month: the place is asked for only where there are several."""

    area = forms.ChoiceField(label=_("Where"))
    words = forms.CharField(
        label=_("Beside the figures"),
        help_text=_("Printed with the figures. Empty takes back what was written."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, sheet: Sheet, data: Any = None) -> None:
        super().__init__(data)
        view = sheet.view
        self._places = {area.code: area for area in ((view.place,) if view.place else view.places)}
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, area.name) for code, area in self._places.items()]
        if len(self._places) == 1:
            field.widget = forms.HiddenInput()
        first = next(iter(self._places), "")
        field.initial = first
        self.fields["words"].initial = next((n.words for n in sheet.notes if n.area.code == first), "")

    def clean_area(self) -> Area:
        return self._places[self.cleaned_data["area"]]


class AnswerForm(forms.Form):
    """The answer list of the national system, as a sheet."""

    sheet = SheetFile(
        label=_("Answer list"),
        help_text=_("The file as it was taken from here, with 录入 or 退回 in the column 结果."),
    )
