"""Filters of the journal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia import labels
from laojia.policy.verbs import LOOKING, VERBS


class FilterForm(forms.Form):
    """Verb, kind of thing, its number, who, and the day."""

    verb = forms.ChoiceField(label=_("Verb"), required=False)
    kind = forms.CharField(label=_("Kind of thing"), max_length=24, required=False)
    subject = forms.IntegerField(label=_("Its number"), required=False, min_value=1)
    person = forms.IntegerField(label=_("Person number"), required=False, min_value=1)
    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput({"type": "date"}))

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        verbs: Any = self.fields["verb"]
        verbs.choices = [("", _("every verb"))] + [
            (verb, f"{labels.verb_word(verb)} · {verb}") for verb in sorted(VERBS - LOOKING)
        ]
