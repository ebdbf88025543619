"""Forms of the working calendar."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from laojia.foundation.calendar.rules import (
    DayEntry,
    Hours,
    UnreadableLine,
    check_hours,
    read_year,
)

_DATE = forms.DateInput(attrs={"type": "date"})
_TIME = {"type": "time", "step": "60"}


class DayForm(forms.Form):
    """One day that works or rests."""

    day = forms.DateField(label=_("Day"), widget=_DATE)
    works = forms.TypedChoiceField(
        label=_("On this day"),
        choices=[("yes", _("people work")), ("no", _("people rest"))],
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=_("What for"),
        max_length=40,
        required=False,
        help_text=_("For example: Spring Festival"),
    )


class YearForm(forms.Form):
    """A year's notice, pasted line by line."""

    source = forms.CharField(
        label=_("Which notice"),
        max_length=60,
        help_text=_("For example the number of the notice"),
    )
    days = forms.CharField(
        label=_("Holidays and make-up days"),
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("One line each, for example: 1月1日至3日 休 元旦 — or: 2月6日 班 春节"),
    )

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._year = year

    def clean_days(self) -> dict[date, DayEntry]:
        try:
            return read_year(self.cleaned_data["days"], self._year)
        except UnreadableLine as error:
            sentence = _g("Line %(number)s cannot be read or names a day twice: %(text)s")
            raise forms.ValidationError(sentence % {"number": error.number, "text": error.text}) from None


class HoursForm(forms.Form):
    """Opening hours of the office, in one or two parts."""

    opens = forms.TimeField(label=_("Morning from"), widget=forms.TimeInput(attrs=_TIME, format="%H:%M"))
    closes = forms.TimeField(label=_("to"), widget=forms.TimeInput(attrs=_TIME, format="%H:%M"))
    opens_again = forms.TimeField(
        label=_("Afternoon from"),
        required=False,
        widget=forms.TimeInput(attrs=_TIME, format="%H:%M"),
    )
    closes_again = forms.TimeField(
        label=_("to"),
        required=False,
        widget=forms.TimeInput(attrs=_TIME, format="%H:%M"),
    )

    def clean(self) -> dict[str, Any]:
        given = [self.cleaned_data.get(name) for name in ("opens", "closes", "opens_again", "closes_again")]
        edges = [edge for edge in given if edge is not None]
        try:
            hours: Hours = tuple(zip(edges[::2], edges[1::2], strict=True))
            check_hours(hours)
        except ValueError:
            sentence = _("The office must open before it closes, and the parts of the day must not overlap.")
            raise forms.ValidationError(sentence) from None
        return {**self.cleaned_data, "hours": hours}
