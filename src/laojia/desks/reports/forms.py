"""Shapes of what is typed on pages of reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia.desks.reports.queries import Sheet
from laojia.desks.reports.queries.columns import SUBJECTS, Column
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


class TableForm(forms.Form):
    """Name, which rows, and for each column whether it is wanted, its heading and its place."""

    name = forms.CharField(label=_("Name of the table"), max_length=60)
    period = forms.ChoiceField(
        label=_("Time"),
        required=False,
        choices=[
            ("", _("all there is")), ("last_month", _("the month before")), ("this_month", _("this month")),
            ("this_year", _("this year")), ("last_year", _("the year before")),
        ],
    )  # fmt: skip
    place = forms.ChoiceField(label=_("Where"), required=False)
    item = forms.ChoiceField(label=_("Menu item"), required=False)
    team_kind = forms.ChoiceField(label=_("Kind of team"), required=False)

    def __init__(
        self, subject: str, choices: Mapping[str, list[tuple[str, str]]], *given: Any, **words: Any
    ) -> None:
        super().__init__(*given, **words)
        self.about = SUBJECTS[subject]
        for name, known in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("all")), *known]
        if not self.about.moment and subject != "volunteers":
            del self.fields["period"]
        if not self.about.item:
            del self.fields["item"]
        for number, column in enumerate(self.about.columns, 1):
            code = column.code
            self.fields[f"on_{code}"] = forms.BooleanField(required=False)
            self.fields[f"heading_{code}"] = forms.CharField(
                required=False, max_length=60, initial=column.heading
            )
            self.fields[f"place_{code}"] = forms.IntegerField(
                required=False, min_value=1, max_value=99, initial=number
            )

    def lines(self) -> list[tuple[Column, Any, Any, Any]]:
        """For the page: each column with its three fields."""
        return [
            (c, self[f"on_{c.code}"], self[f"heading_{c.code}"], self[f"place_{c.code}"])
            for c in self.about.columns
        ]

    def chosen(self) -> list[tuple[str, str]]:
        """The wanted columns in the order said, with their headings."""
        given = self.cleaned_data
        wanted = [
            (
                given[f"place_{c.code}"] or number,
                number,
                c.code,
                given[f"heading_{c.code}"].strip() or str(c.heading),
            )
            for number, c in enumerate(self.about.columns, 1)
            if given[f"on_{c.code}"]
        ]
        return [(code, heading) for _place, _number, code, heading in sorted(wanted)]
