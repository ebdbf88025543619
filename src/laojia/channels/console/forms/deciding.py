"""Forms of the desk: one small form per decision; the reasons come from the policy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia import labels
from laojia.channels.console.queries import mappable, reasons_of
from laojia.steps.dispatch.rules import Slot


class _Reasoned(forms.Form):
    """A reason of the verb's own list."""

    verb = ""
    reason = forms.ChoiceField(label=_("Why?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["reason"].choices = reasons_of(self.verb)  # type: ignore[attr-defined]


class RefuseForm(_Reasoned):
    verb = "order.refuse"
    where_else = forms.CharField(
        label=_("Where else can the person go?"),
        max_length=200,
        help_text=_("An office, a telephone number, a day. It is said to the person word for word."),
    )


class EndForm(_Reasoned):
    verb = "order.end"
    where_else = forms.CharField(
        label=_("What can the person do now?"),
        max_length=200,
        required=False,
        help_text=_("It is said to the person word for word."),
    )


class AskForm(_Reasoned):
    verb = "order.ask_back"
    question = forms.CharField(
        label=_("Your question"),
        max_length=200,
        help_text=_("One sentence, as you would say it on the telephone."),
    )


class SuspendForm(_Reasoned):
    verb = "order.suspend"
    until = forms.DateField(label=_("Until which day?"), widget=forms.DateInput(attrs={"type": "date"}))


class RevealForm(_Reasoned):
    verb = "order.reveal"


class MapForm(forms.Form):
    """An unlisted need becomes an item of the menu."""

    item = forms.TypedChoiceField(label=_("Which item of the menu is it?"), coerce=int)

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["item"].choices = mappable()  # type: ignore[attr-defined]


class OfferForm(forms.Form):
    """Which team, when; `looked` is the second look as a step of its own."""

    team = forms.IntegerField(min_value=1)
    date = forms.DateField()
    half = forms.ChoiceField(choices=[(half, word) for half, word in labels.HALF_DAYS.items()])
    key = forms.UUIDField(required=False)
    looked = forms.BooleanField(required=False)

    cleaned_data: dict[str, Any]

    @property
    def slot(self) -> Slot:
        return self.cleaned_data["date"], self.cleaned_data["half"]
