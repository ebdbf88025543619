"""What people type about an order that is there: find it, change it, answer, rest, cancel; the keeper's and the rhythm's forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia import labels
from laojia.policy.reasons import REASONS
from laojia.steps.order.forms.ordering import CHANNELS, PlaceFields, WantedTimes

# What a resident chooses from when she does not need it any more; the others are the desk's words.
CANCEL_REASONS = ("not_needed", "found_otherwise", "wrong_order", "other")


class LookUpForm(forms.Form):
    """The public number and the last four digits of the phone."""

    number = forms.CharField(
        label=_("Number of the order"), max_length=40, help_text=_("Like D141024-26-000123-7")
    )
    phone_end = forms.CharField(
        label=_("Last four digits of your phone"),
        min_length=4,
        max_length=4,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


class ChangeForm(PlaceFields):
    """Another time, place or word, while nobody is on the way."""

    times = WantedTimes(label=_("When would it suit you?"), widget=forms.CheckboxSelectMultiple)
    words = forms.CharField(
        label=_("Anything we should know?"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )

    field_order = ("times", "village", "place", "words")

    def __init__(self, *args: Any, times: Sequence[tuple[str, str]] = (), **words: Any) -> None:
        super().__init__(*args, **words)
        if times:
            self.fields["times"].choices = list(times)  # type: ignore[attr-defined]
        else:
            self.fields.pop("times")

    def wishes(self) -> list[dict[str, str]] | None:
        """Chosen half-days; None when times are not asked."""
        if "times" not in self.fields:
            return None
        return [dict(zip(("date", "half"), v.split("/"), strict=True)) for v in self.cleaned_data["times"]]


class AnswerForm(forms.Form):
    """The answer to what we asked."""

    words = forms.CharField(label=_("Your answer"), max_length=500, widget=forms.Textarea({"rows": 3}))


class CancelForm(forms.Form):
    """Why it is not needed any more, by one tap."""

    reason = forms.ChoiceField(
        label=_("Why?"),
        widget=forms.RadioSelect,
        choices=[(code, labels.REASONS[code]) for code in CANCEL_REASONS],
        initial="not_needed",
    )


class LaterForm(forms.Form):
    """Until which day it rests."""

    until = forms.DateField(label=_("Until which day?"), widget=forms.DateInput({"type": "date"}))


class ReasonForm(forms.Form):
    """A reason out of the verb's own list."""

    reason = forms.ChoiceField(label=_("Why?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, verb: str, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["reason"].choices = [(code, labels.REASONS[code]) for code in REASONS[verb]]  # type: ignore[attr-defined]


class KeepForm(forms.Form):
    """When and where the keeper meets the child."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput({"type": "date"}))
    at = forms.TimeField(label=_("Hour"), widget=forms.TimeInput({"type": "time"}))
    place = forms.CharField(label=_("Where: a place where another adult can see you"), max_length=120)


class KeptEndForm(forms.Form):
    """How it ended, in one word."""

    outcome = forms.ChoiceField(
        label=_("How did it end?"),
        widget=forms.RadioSelect,
        choices=list(labels.OUTCOMES.items()),
        initial="done",
    )
    reason = forms.ChoiceField(
        label=_("If it could not be done: why?"),
        required=False,
        choices=[("", "—"), *((code, labels.REASONS[code]) for code in REASONS["attendance.outcome"])],
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("outcome") == "cannot" and not given.get("reason"):
            self.add_error("reason", _("Please say why."))
        return given


class CallForm(forms.Form):
    """What somebody said on the telephone or at the counter, with the verb's reason where it has one."""

    reason = forms.ChoiceField(label=_("Why?"), widget=forms.RadioSelect)
    channel = forms.ChoiceField(
        label=_("How did they tell you?"), choices=CHANNELS, widget=forms.RadioSelect, initial="phone"
    )

    def __init__(self, *args: Any, verb: str = "", **words: Any) -> None:
        super().__init__(*args, **words)
        if verb:
            self.fields["reason"].choices = [(code, labels.REASONS[code]) for code in REASONS[verb]]  # type: ignore[attr-defined]
        else:
            del self.fields["reason"]
