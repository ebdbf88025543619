"""What people type when they order; checks that need no decision. Everything typed comes back with the errors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia.foundation.people.forms import VillageField
from laojia.foundation.people.models import Person, Unit
from laojia.kernel.codes import clean_phone
from laojia.kernel.errors import BadInput
from laojia.steps.menu.models import ItemVersion

ME, NEW = "me", "new"
_TEL = {"type": "tel", "inputmode": "numeric"}
CHANNELS = (
    ("phone", _("by telephone")),
    ("counter", _("face to face")),
    ("paper", _("from a paper")),
)


def _phone(label: Any, *, autocomplete: str = "tel-national", **words: Any) -> forms.CharField:
    """A field for a number; what is a number is decided by the action."""
    return forms.CharField(
        label=label, max_length=20, widget=forms.TextInput(_TEL | {"autocomplete": autocomplete}), **words
    )


def free_line() -> forms.CharField:
    """The one free line."""
    return forms.CharField(
        label=_("Anything we should know?"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )


class WantedVillage(VillageField):
    """Shown as needed; a point on the map will do instead, so an empty one is judged by the form."""

    def clean(self, value: Any) -> Any:
        return super().clean(value) if value else None


class WantedTimes(forms.MultipleChoiceField):
    """Shown as needed; a time chosen below will do instead, so an empty one is judged by the action."""

    def validate(self, value: Any) -> None:
        if value:
            super().validate(value)


class WhoseFields(forms.Form):
    """For whom: oneself, somebody one has ordered for, a body one speaks for, or somebody new."""

    for_whom = forms.ChoiceField(label=_("For whom?"), widget=forms.RadioSelect, required=False)
    relative_name = forms.CharField(label=_("Name of the person"), max_length=40, required=False)
    relative_phone = _phone(_("Phone of the person, if there is one"), required=False, autocomplete="off")
    relative_year = forms.IntegerField(
        label=_("Year of birth, only for a child"), min_value=1900, max_value=2100, required=False
    )
    name = forms.CharField(label=_("Your name"), max_length=40)
    phone = _phone(_("Your mobile number"), help_text=_("We send a code to this number."))
    contact_phone = _phone(_("Another number to call"), required=False)

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        # Needed or not by what is chosen above them, so "(if you like)" would say too much.
        for name in ("for_whom", "relative_name", "relative_phone", "relative_year"):
            self.fields[name].unmarked = True  # type: ignore[attr-defined]

    def _people(
        self, people: Sequence[Person], units: Sequence[Unit], *, alone: bool, body: bool = False
    ) -> None:
        """Choices from who is known; `alone` leaves out everybody else (somebody is spoken for).

        `body`: this comes for a village, a school or a unit; one of the bodies one speaks for is chosen.
        """
        bodies: list[tuple[str, Any]] = [(f"u{u.pk}", u.name) for u in units]
        if body and bodies:
            self.fields["for_whom"] = forms.ChoiceField(
                label=_("For which village, school or unit?"),
                choices=bodies,
                widget=forms.RadioSelect,
                initial=bodies[0][0] if len(bodies) == 1 else None,
            )
            self._drop("relative_name", "relative_phone", "relative_year")
            return
        choices: list[tuple[str, Any]] = [(ME, _("For myself"))]
        choices += [(f"p{p.pk}", p.name) for p in people[1:]]
        choices += bodies
        choices += [(NEW, _("For somebody else"))]
        self.fields["for_whom"].choices = choices  # type: ignore[attr-defined]
        if alone:
            self._drop("for_whom", "relative_name", "relative_phone", "relative_year")

    def _drop(self, *names: str) -> None:
        for name in names:
            self.fields.pop(name, None)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("for_whom") == NEW and not given.get("relative_name"):
            self.add_error("relative_name", _("Who is it for? Please give the name."))
        if given.get("phone"):
            try:
                clean_phone(given["phone"])
            except BadInput as refused:  # said together with everything else that is to be mended
                self.add_error("phone", str(refused.message))
        return given


class PlaceFields(forms.Form):
    """Where: the village by name (or the point the phone gives) and the door as one would tell a visitor."""

    village = WantedVillage()
    place = forms.CharField(
        label=_("Lane and door"), max_length=120, required=False, help_text=_("As you would tell a visitor")
    )
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    position_system = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        found = given.get("lon") is not None and given.get("lat") is not None
        if (
            "village" in self.fields
            and not given.get("village")
            and not found
            and not self.errors.get("village")
        ):
            self.add_error("village", _("Where should somebody come to? Choose the village."))
        return given


class OrderForm(WhoseFields, PlaceFields):
    """The one page of an order. Built from the item: only what it needs is asked."""

    alone = forms.BooleanField(
        label=_("The person lives alone: the first time two of us come"), required=False
    )
    head_count = forms.IntegerField(label=_("How many people?"), min_value=1, max_value=500, initial=1)
    times = WantedTimes(label=_("When would it suit you?"), widget=forms.CheckboxSelectMultiple)
    other_times = forms.MultipleChoiceField(
        label=_("Other times"), widget=forms.CheckboxSelectMultiple, required=False
    )
    words = forms.CharField(
        label=_("Anything we should know?"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    urgent = forms.BooleanField(label=_("Urgent: today if at all possible"), required=False)
    channel = forms.ChoiceField(label=_("How did they tell you?"), choices=CHANNELS, widget=forms.RadioSelect)
    consent_spoken = forms.BooleanField(label=_("I asked, and they said yes to this order"), required=False)
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    field_order = (
        "for_whom", "relative_name", "relative_phone", "relative_year", "times", "other_times", "village", "place",
        "alone", "head_count", "words", "name", "phone", "contact_phone", "urgent", "channel", "consent_spoken",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        item: ItemVersion | None,
        people: Sequence[Person] = (),
        units: Sequence[Unit] = (),
        known: bool,
        proven: bool = False,
        behalf: bool = False,
        seat: bool = False,
        times: Sequence[tuple[str, str]] = (),
        other_times: Iterable[tuple[str, str]] = (),
        **words: Any,
    ) -> None:
        super().__init__(*args, **words)
        self.item = item
        self.body = bool(units) and not seat
        self._people(people, units, alone=behalf, body=self.body)
        if self.body and self.initial.get("for_whom") == ME:
            del self.initial["for_whom"]
        if known or behalf:
            self._drop("name", "phone")
        if proven:  # the number was proven by a code: that one counts
            self._drop("phone")
        if not known and not behalf:
            self._drop("contact_phone")
        if not behalf:
            self._drop("urgent", "channel", "consent_spoken")
        self._ask_only_what_is_needed(item, seat=seat)
        if behalf and "place" in self.fields:
            self.fields["place"].required = False  # the action says when no address is known
            self.fields["place"].help_text = _("Left empty: the address we know")
        self._offer(times, other_times)
        for question in item.questions if item is not None and not seat else ():
            self.fields[f"answer_{question['key']}"] = _question(question)

    def _ask_only_what_is_needed(self, item: ItemVersion | None, *, seat: bool) -> None:
        mode = item.mode if item is not None else "describe"
        if seat:
            self._drop("village", "place", "lon", "lat", "position_system")
        if seat or mode not in ("home_visit", "standing", "describe"):
            self._drop("alone")
        if not seat and mode not in ("whole_village", "seats", "volunteers"):
            self._drop("head_count")
        if mode in ("home_visit", "standing") and "place" in self.fields:
            self.fields["place"].required = True
            self.fields["place"].error_messages["required"] = _(
                "Which lane, which door? Then whoever comes finds it."
            )
        if mode == "keeper":
            self._drop("place", "words", "lon", "lat", "position_system")
        if item is None:
            self.fields["words"] = forms.CharField(
                label=_("What do you need? In your own words."),
                max_length=500,
                widget=forms.Textarea({"rows": 4}),
            )

    def _offer(self, times: Sequence[tuple[str, str]], other_times: Iterable[tuple[str, str]]) -> None:
        if not times:
            self._drop("times", "other_times")
            return
        shown = {value for value, _word in times}
        self.fields["times"].choices = list(times)  # type: ignore[attr-defined]
        self.fields["times"].initial = [times[0][0]]
        self.fields["other_times"].choices = [c for c in other_times if c[0] not in shown]  # type: ignore[attr-defined]

    @property
    def questions(self) -> list[forms.BoundField]:
        """The item's own questions, in their order."""
        return [self[name] for name in self.fields if name.startswith("answer_")]

    def wishes(self) -> list[dict[str, str]]:
        """Chosen half-days as the action takes them."""
        chosen = [*self.cleaned_data.get("times", ()), *self.cleaned_data.get("other_times", ())]
        return [dict(zip(("date", "half"), value.split("/"), strict=True)) for value in chosen]

    def answers(self) -> dict[str, Any]:
        """Answers by the question's own key."""
        return {
            name.removeprefix("answer_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("answer_") and value not in (None, "")
        }


def _question(question: dict[str, Any]) -> forms.Field:
    """The field of one of the item's own questions; what may be answered is checked by the action."""
    words: dict[str, Any] = {
        "label": question["text"],
        "help_text": question.get("help", ""),
        "required": bool(question.get("required")),
    }
    kind = question["kind"]
    if kind == "choice":
        return forms.ChoiceField(
            choices=[(c, c) for c in question["choices"]], widget=forms.RadioSelect, **words
        )
    if kind == "yes_no":
        choices = [("yes", _("Yes")), ("no", _("No"))]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **words)
    if kind == "number":
        return forms.CharField(max_length=6, widget=forms.TextInput({"inputmode": "numeric"}), **words)
    if kind == "date":
        return forms.CharField(max_length=10, widget=forms.TextInput({"type": "date"}), **words)
    return forms.CharField(max_length=200, **words)
