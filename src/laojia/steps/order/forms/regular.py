"""Forms of regular help: the rhythm, pauses, what was said about it, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia import labels
from laojia.foundation.people.models import Person
from laojia.foundation.teams.models import Team
from laojia.policy.reasons import REASONS
from laojia.steps.menu.models import ItemVersion
from laojia.steps.order.forms.following import CallForm
from laojia.steps.order.forms.ordering import CHANNELS, free_line

_DATE = {"type": "date"}
HOW = [("call", _("on the telephone")), ("visit", _("on a visit"))]
WITH = [
    ("person", _("with the person")), ("family", _("with the family")), ("neighbour", _("with the neighbours")),
    ("station", _("with the village or station")),
]  # fmt: skip
PERSON_SAYS = [
    ("right", _("It stays as it is")),
    ("change", _("Something should change; please telephone")),
    ("no_more", _("Not needed any more; please telephone")),
]
TEAM_SAYS = [("yes", _("We go on coming")), ("no", _("We cannot any more, ask another team"))]
HOLIDAYS = [
    ("skip", _("Leave that visit out")),
    ("move", _("Move it to the next working day")),
    ("come", _("Come all the same, as the person wishes")),
]


def _day(label: Any, *, required: bool = True, **words: Any) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=forms.DateInput(_DATE), **words)


class RhythmForm(forms.Form):
    """The rhythm of regular help."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("On which days?"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "side-by-side"}),
        choices=[
            (0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday")), (4, _("Friday")),
            (5, _("Saturday")), (6, _("Sunday")),
        ],
    )  # fmt: skip
    starts = forms.TimeField(label=_("At what hour?"), widget=forms.TimeInput({"type": "time"}))
    minutes = forms.IntegerField(label=_("How long, in minutes?"), min_value=10, max_value=480, initial=60)
    every_weeks = forms.IntegerField(label=_("Every how many weeks?"), min_value=1, max_value=8, initial=1)
    valid_from = _day(_("From which day on?"))
    valid_to = _day(
        _("Until which day?"),
        required=False,
        help_text=_("Leave it empty when it goes on. Before that day the station speaks with them."),
    )
    holidays = forms.ChoiceField(
        label=_("When a visit falls on a holiday"), choices=HOLIDAYS, widget=forms.RadioSelect, initial="skip"
    )

    def facts(self) -> dict[str, Any]:
        """As the action takes them."""
        return dict(self.cleaned_data)


class ChangeRhythmForm(RhythmForm):
    """The same without the first day: nothing is started anew."""

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        del self.fields["valid_from"]


class ItemField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Items by the name people say."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class BeginForm(RhythmForm):
    """Regular help begun by telephone or at the counter, in one go."""

    item = ItemField(label=_("What is it about?"), queryset=ItemVersion.objects.none())
    place = forms.CharField(label=_("Where exactly? House, floor, a landmark"), max_length=120)
    words = free_line()
    alone = forms.BooleanField(label=_("The person lives alone"), required=False)
    team = forms.ModelChoiceField(
        label=_("A team they know already"),
        queryset=Team.objects.none(),
        required=False,
        help_text=_("It is asked first. Leave it empty when they know none."),
    )
    channel = forms.ChoiceField(
        label=_("How did they tell you?"), choices=CHANNELS, widget=forms.RadioSelect, initial="phone"
    )
    consent = forms.BooleanField(label=_("The person agrees that we note this for the visits"))
    field_order = (
        "item", "place", "alone", "weekdays", "starts", "minutes", "every_weeks", "valid_from", "valid_to", "holidays",
        "team", "words", "channel", "consent",
    )  # fmt: skip

    def __init__(self, *args: Any, items: Any, teams: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["item"].queryset = items  # type: ignore[attr-defined]
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]

    def rhythm(self) -> dict[str, Any]:
        """What begins it, beside the order."""
        names = (*RhythmForm.base_fields, "team")
        return {name: self.cleaned_data[name] for name in names}


class PauseForm(CallForm):
    """From when until when nobody needs to come."""

    from_day = _day(
        _("From which day must nobody come?"), required=False, help_text=_("Leave it empty for from now on.")
    )
    until = _day(
        _("Until which day must nobody come?"),
        required=False,
        help_text=_(
            "On that day they come again by themselves. Nobody knows yet: leave it empty, then it is four weeks, and we ask before."
        ),
    )
    field_order = ("reason", "from_day", "until", "channel")


class OwnPauseForm(PauseForm):
    """The same, by the person on the page."""

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        del self.fields["channel"]


class ProlongForm(CallForm):
    """Another day on which they come again."""

    until = _day(_("On which day do they come again?"))
    field_order = ("until", "channel")


class EndForm(CallForm):
    """It ends by a word that was spoken: why, how, with whom."""

    how = forms.ChoiceField(label=_("How was it spoken?"), choices=HOW, widget=forms.RadioSelect)
    spoke_with = forms.ChoiceField(label=_("With whom?"), choices=WITH, widget=forms.RadioSelect)
    field_order = ("reason", "how", "spoke_with")

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        del self.fields["channel"]


class OtherTeamForm(forms.Form):
    """Why another team is asked."""

    reason = forms.ChoiceField(label=_("Why?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        codes = REASONS["standing.other_team"]
        self.fields["reason"].choices = [(code, labels.REASONS[code]) for code in codes]  # type: ignore[attr-defined]


class UsualForm(forms.Form):
    """Whom he is used to."""

    people = forms.TypedMultipleChoiceField(
        label=_("Who usually goes there?"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They are asked first for each visit."),
    )

    def __init__(self, *args: Any, members: Sequence[Person], **words: Any) -> None:
        super().__init__(*args, **words)
        self.members = {person.pk: person for person in members}
        self.fields["people"].choices = [(person.pk, person.name) for person in members]  # type: ignore[attr-defined]

    def chosen(self) -> list[Person]:
        """The people ticked."""
        return [self.members[pk] for pk in self.cleaned_data["people"]]


class SayForm(forms.Form):
    """An answer to a question about regular help, and how it was heard."""

    answer = forms.ChoiceField(label=_("What did they say?"), widget=forms.RadioSelect)
    how = forms.ChoiceField(
        label=_("How was it spoken?"),
        choices=[*HOW, ("counter", _("at the counter"))],
        widget=forms.RadioSelect,
        initial="call",
    )

    def __init__(self, *args: Any, answers: Sequence[tuple[str, Any]], **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["answer"].choices = answers  # type: ignore[attr-defined]
