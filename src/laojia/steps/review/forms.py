"""Forms of reviewing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia import labels
from laojia.kernel.codes import check_number
from laojia.policy.reasons import REASONS
from laojia.policy.roles import Channel

_DAY: dict[str, Any] = {"type": "date", "aria-label": _("Day")}
_HOUR: dict[str, Any] = {"type": "time", "aria-label": _("Hour")}


class ReviewForm(forms.Form):
    """Solved or not, how it was, a word; the person chooses whether the team sees the words."""

    they_came = forms.ChoiceField(
        label=_("Did they come?"),
        choices=[("yes", _("Yes")), ("no", _("No, nobody came"))],
        widget=forms.RadioSelect,
        initial="yes",
        required=False,
    )
    solved = forms.ChoiceField(
        label=_("Is it solved?"),
        choices=[("yes", _("Yes, solved")), ("partly", _("Partly")), ("no", _("No, not solved"))],
        widget=forms.RadioSelect,
    )
    satisfaction = forms.TypedChoiceField(
        label=_("How was it?"),
        choices=[
            ("5", _("very good")),
            ("4", _("good")),
            ("3", _("all right")),
            ("2", _("not so good")),
            ("1", _("bad")),
        ],
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        required=False,
    )
    words = forms.CharField(
        label=_("A word about it"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    share_words = forms.BooleanField(label=_("The team may read my words"), required=False)
    again = forms.ChoiceField(
        label=_("If it is not solved"),
        choices=[
            ("same", _("the same team may come again")),
            ("another", _("please another team")),
            ("no", _("leave it")),
        ],
        widget=forms.RadioSelect,
        initial="same",
        required=False,
    )


class SpokenForm(forms.Form):
    """How the person told the desk."""

    channel = forms.ChoiceField(
        label=_("How did you hear it?"),
        choices=[
            (c.value, labels.CHANNELS[c.value]) for c in (Channel.PHONE, Channel.COUNTER, Channel.PAPER)
        ],
        widget=forms.RadioSelect,
        initial=Channel.PHONE.value,
    )


class ComplaintForm(forms.Form):
    """What it is about, in one's own words; no name is needed."""

    kind = forms.ChoiceField(
        label=_("What is it about?"), choices=list(labels.COMPLAINT_KINDS.items()), widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("What happened?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )
    number = forms.CharField(label=_("Number of the order, if you have it"), required=False, max_length=30)
    anonymous = forms.BooleanField(
        label=_("Without my name"),
        required=False,
        help_text=_(
            "Then we cannot call you back; keep the link on the next page to see the answer. "
            "With the number of the order it is known which one it was."
        ),
    )
    phone = forms.CharField(label=_("Where we can reach you"), required=False, max_length=20)

    def __init__(self, *args: Any, known: bool = True, **words: Any) -> None:
        """`known`: signed in, so that there is a number to call."""
        super().__init__(*args, **words)
        self.known = known
        self.fields["phone"].unmarked = not known  # type: ignore[attr-defined]  # clean() wants one

    def clean_number(self) -> str:
        """As it is written properly."""
        typed: str = self.cleaned_data["number"].strip()
        number = check_number(typed) if typed else ""
        if number is None:
            raise forms.ValidationError(_("There is no such number; look again, or leave it empty."))
        return number

    def clean(self) -> dict[str, Any]:
        """A call is promised only where there is a number to call."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not (self.known or given.get("anonymous") or given.get("phone")):
            self.add_error("phone", _("Leave a number so that we can call you, or tick “Without my name”."))
        return given


class AnswerForm(forms.Form):
    """What came of a complaint."""

    reason = forms.ChoiceField(label=_("What came of it?"), widget=forms.RadioSelect)
    answer = forms.CharField(
        label=_("Answer to the person"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        codes = REASONS["complaint.answer"]
        self.fields["reason"].choices = [(c, labels.reason_word(c)) for c in codes]  # type: ignore[attr-defined]


class IncidentForm(forms.Form):
    """The sheet."""

    kind = forms.ChoiceField(
        label=_("What happened?"), choices=list(labels.INCIDENT_KINDS.items()), widget=forms.RadioSelect
    )
    happened_at = forms.SplitDateTimeField(
        label=_("When?"),
        widget=forms.SplitDateTimeWidget(date_attrs=_DAY, time_attrs=_HOUR),
    )
    words = forms.CharField(
        label=_("In your words"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )
    first_help = forms.CharField(label=_("What was done at once"), max_length=200, required=False)
    emergency_called = forms.BooleanField(label=_("110 or 120 was called"), required=False)


class EndingForm(forms.Form):
    """How an incident ended."""

    reason = forms.ChoiceField(label=_("How did it end?"), widget=forms.RadioSelect)
    ending = forms.CharField(
        label=_("In your words"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        codes = REASONS["incident.close"]
        self.fields["reason"].choices = [(c, labels.reason_word(c)) for c in codes]  # type: ignore[attr-defined]
