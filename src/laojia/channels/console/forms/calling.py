"""What is typed while somebody is on the telephone. Short, one line where one line will do: Enter sends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia.foundation.people.forms import VillageField
from laojia.foundation.people.models import Person
from laojia.kernel.clock import CHINA
from laojia.kernel.codes import mask_name
from laojia.steps.order.forms import ME, NEW, OrderForm
from laojia.steps.review.forms import ComplaintForm as AnyComplaintForm
from laojia.steps.review.forms import IncidentForm as AnyIncidentForm
from laojia.steps.review.forms import ReviewForm as AnyReviewForm
from laojia.steps.serve.forms import reason_choices
from laojia.steps.serve.models import RosterLine

_DAY: dict[str, Any] = {"type": "date", "aria-label": _("Day")}
_HOUR: dict[str, Any] = {"type": "time", "aria-label": _("Hour")}
_TEL = {"type": "tel", "inputmode": "numeric", "autocomplete": "off"}


class NewCallerForm(forms.Form):
    """Somebody nobody has entered yet: no more than the call needs."""

    name = forms.CharField(label=_("Full name"), max_length=40)
    phone = forms.CharField(
        label=_("Mobile number"), max_length=20, required=False, widget=forms.TextInput(_TEL)
    )
    area = VillageField()
    address = forms.CharField(label=_("Lane and door"), max_length=120, required=False)
    alone = forms.BooleanField(label=_("Lives alone"), required=False)
    needs_call = forms.BooleanField(label=_("Reads no messages: somebody has to call"), required=False)
    consent = forms.BooleanField(
        label=_("I asked, and they agree that we keep this"),
        error_messages={"required": _("Ask first whether they agree, then tick that they said yes.")},
    )


class HappenedForm(forms.Form):
    """On paper: when it was said or done; entered is now."""

    happened = forms.SplitDateTimeField(
        label=_("When was the paper filled in?"),
        required=False,
        widget=forms.SplitDateTimeWidget(date_attrs=_DAY, time_attrs=_HOUR),
    )


class WantedForm(OrderForm):
    """An order taken on the telephone: the same questions as everywhere, the free line as one line."""

    whom = forms.ChoiceField(label=_("For whom?"), widget=forms.RadioSelect, required=False, initial=ME)
    whom_name = forms.CharField(label=_("Name of the person"), max_length=40, required=False)
    whom_phone = forms.CharField(
        label=_("Phone of the person, if there is one"),
        max_length=20,
        required=False,
        widget=forms.TextInput(_TEL),
    )

    def __init__(self, *args: Any, family: Sequence[Person] = (), missed: bool = False, **words: Any) -> None:
        super().__init__(*args, behalf=True, known=True, **words)
        self.missed = missed  # the caller named a time that cannot be had
        self._drop("channel")
        for name in ("whom", "whom_name", "whom_phone", "times"):
            if name in self.fields:
                self.fields[name].unmarked = True  # type: ignore[attr-defined]
        choices: list[tuple[str, Any]] = [(ME, _("For the caller"))]
        choices += [(f"p{p.pk}", mask_name(p.name)) for p in family[1:]]
        self.fields["whom"].choices = [*choices, (NEW, _("For somebody else of the family"))]  # type: ignore[attr-defined]
        if "words" in self.fields:
            self.fields["words"].widget = forms.TextInput({"maxlength": 500, "autocomplete": "off"})
            self.fields["words"].label = _("In the caller's own words")

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("whom") == NEW and not given.get("whom_name"):
            self.add_error("whom_name", _("Who is it for? Please give the name."))
        return given


class AcceptForm(forms.Form):
    """The hour the team comes, on the day that was offered; empty: as offered."""

    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput({"type": "date"}))
    at = forms.TimeField(
        label=_("At what hour? Empty: as asked"), required=False, widget=forms.TimeInput({"type": "time"})
    )

    def __init__(self, *args: Any, offered: date | None = None, **words: Any) -> None:
        super().__init__(*args, **words)
        self.offered = offered
        if offered is not None:
            del self.fields["day"]

    def moment(self) -> datetime | None:
        """The hour in China, or None."""
        day, at = self.cleaned_data.get("day") or self.offered, self.cleaned_data.get("at")
        return datetime.combine(day, at, tzinfo=CHINA) if day is not None and at is not None else None


class WhenForm(forms.Form):
    """A day and an hour. `optional`: neither is needed; `reasons`: the verb's own list."""

    reason = forms.ChoiceField(label=_("Why?"), widget=forms.RadioSelect)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput({"type": "date"}))
    at = forms.TimeField(label=_("Hour"), widget=forms.TimeInput({"type": "time"}))

    def __init__(self, *args: Any, optional: bool = False, reasons: str = "", **words: Any) -> None:
        super().__init__(*args, **words)
        if reasons:
            self.fields["reason"].choices = reason_choices(reasons)  # type: ignore[attr-defined]
        else:
            del self.fields["reason"]
        for name in ("day", "at") if optional else ():
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("day")) != bool(given.get("at")) and not self.errors:
            self.add_error("at" if given.get("day") else "day", _("Choose a day and an hour."))
        return given

    def moment(self) -> datetime | None:
        day, at = self.cleaned_data.get("day"), self.cleaned_data.get("at")
        return datetime.combine(day, at, tzinfo=CHINA) if day and at else None


class StandInForm(forms.Form):
    """Who goes instead of whom."""

    line = forms.ChoiceField(label=_("Who cannot come?"))
    person = forms.ChoiceField(label=_("Who goes instead?"))

    def __init__(self, *args: Any, lines: Sequence[RosterLine], free: Sequence[Person], **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["line"].choices = [(str(one.pk), one.person.name) for one in lines]  # type: ignore[attr-defined]
        self.fields["person"].choices = [(str(one.pk), one.name) for one in free]  # type: ignore[attr-defined]


class TeamNameForm(forms.Form):
    """The other team, by its name."""

    team = forms.CharField(label=_("Name of the other team"), max_length=60)


class DoorForm(forms.Form):
    """What was done after nobody opened."""

    visit = forms.ChoiceField(label=_("At whose door?"))
    step = forms.ChoiceField(label=_("What was done?"), widget=forms.RadioSelect)
    note = forms.CharField(label=_("Who said what"), max_length=200, required=False)

    def __init__(
        self,
        *args: Any,
        doors: Sequence[tuple[str, str]],
        steps: Sequence[tuple[str, Any]],
        **words: Any,
    ) -> None:
        super().__init__(*args, **words)
        self.fields["visit"].choices = list(doors)  # type: ignore[attr-defined]
        self.fields["step"].choices = list(steps)  # type: ignore[attr-defined]


class SaidReviewForm(AnyReviewForm):
    """How it was, as told on the telephone: the words in one line."""

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["words"].widget = forms.TextInput({"maxlength": 500, "autocomplete": "off"})


class SaidComplaintForm(AnyComplaintForm):
    """A complaint of the caller, about an order or about anything else."""

    field_order = ("kind", "words", "anonymous")

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, known=True, **words)
        del self.fields["number"], self.fields["phone"]
        self.fields["anonymous"].help_text = _("Then nobody calls back: the caller asks with the number.")


class SaidIncidentForm(AnyIncidentForm):
    """A fall, damage, a theft alleged, as told on the telephone: it happened just now unless said otherwise."""

    field_order = ("kind", "words", "happened_at", "first_help", "emergency_called")

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["words"].widget = forms.TextInput({"maxlength": 2000, "autocomplete": "off"})
        self.fields["words"].label = _("In the caller's own words")
        self.fields["kind"].help_text = _("People first: 120 for the hurt, 110 in danger.")
