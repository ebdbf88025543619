"""Forms of the occasions desk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia import labels
from laojia.kernel.clock import CHINA, local
from laojia.policy.reasons import REASONS
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.menu.queries.words import KIND_WORDS

_DATE = {"type": "date"}
_TIME = {"type": "time", "step": "300"}


class Period(forms.Form):
    """A day with a beginning and an end."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    begins = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs=_TIME, format="%H:%M"))
    closes = forms.TimeField(label=_("to"), widget=forms.TimeInput(attrs=_TIME, format="%H:%M"))

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cleaned_data
        begins, closes = found.get("begins"), found.get("closes")
        if begins and closes and closes <= begins:
            self.add_error("closes", _("It must end after it begins."))
        return found

    def moments(self) -> dict[str, datetime | None]:
        """starts_at and ends_at on the clock of China; both None when no day was given."""
        day: date | None = self.cleaned_data.get("day")
        begins: time | None = self.cleaned_data.get("begins")
        closes: time | None = self.cleaned_data.get("closes")
        if day is None or begins is None or closes is None:
            return {"starts_at": None, "ends_at": None}
        return {
            "starts_at": datetime.combine(day, begins, tzinfo=CHINA),
            "ends_at": datetime.combine(day, closes, tzinfo=CHINA),
        }

    @staticmethod
    def of(row: Occasion) -> dict[str, Any]:
        if row.starts_at is None or row.ends_at is None:
            return {}
        starts, ends = local(row.starts_at), local(row.ends_at)
        return {"day": starts.date(), "begins": starts.time(), "closes": ends.time()}


# Field of the action → field of the form.
FIELDS = {"starts_at": "day", "ends_at": "closes"}


def put_refusal(form: forms.Form, refused: Any) -> None:
    """The sentences of a refusal beside their fields; what has no field goes on top."""
    if not refused.fields:
        form.add_error(None, str(refused))
    for name, sentence in refused.fields.items():
        field = name if name in form.fields else FIELDS.get(name)
        form.add_error(field if field in form.fields else None, str(sentence))


class OpenForm(Period):
    """Open an occasion of an item that is known already."""

    place = forms.CharField(
        label=_("Place"), max_length=120, help_text=_("As people call it: the village hall, the school yard.")
    )
    area = forms.TypedChoiceField(label=_("Village"), coerce=int)
    team = forms.TypedChoiceField(
        label=_("Team asked first"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Seats open when it has said yes."),
    )
    places = forms.IntegerField(label=_("Seats"), min_value=0, max_value=5000, required=False)
    held_back = forms.IntegerField(
        label=_("Seats kept for callers"),
        min_value=0,
        max_value=5000,
        required=False,
        help_text=_(
            "For people who telephone or come to the counter. Open to all 24 hours before it begins."
        ),
    )
    volunteer_places = forms.IntegerField(
        label=_("Volunteers wanted"), min_value=0, max_value=500, required=False
    )
    sponsor = forms.CharField(label=_("Body that answers for it"), max_length=80, required=False)
    filing_number = forms.CharField(
        label=_("Filing number of the free clinic"), max_length=60, required=False
    )
    unit = forms.TypedChoiceField(
        label=_("Who asked for it"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("The village's request is answered by this occasion and tracked to its end."),
    )
    note = forms.CharField(label=_("One more line for everybody"), max_length=200, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        version: ItemVersion,
        areas: Iterable[tuple[int, str]],
        teams: Iterable[tuple[int, str]],
        units: Iterable[tuple[int, str]] = (),
        **kw: Any,
    ) -> None:
        super().__init__(*args, **kw)
        self.fields["unit"].choices = [("", _("Nobody: the station itself")), *units]  # type: ignore[attr-defined]
        self.fields["area"].choices = list(areas)  # type: ignore[attr-defined]
        self.fields["team"].choices = [("", _("Nobody yet")), *teams]  # type: ignore[attr-defined]
        if version.mode != "seats":
            del self.fields["places"], self.fields["held_back"]
        for name, wanted in (("sponsor", "sponsor"), ("filing_number", "clinic_filing")):
            if wanted in version.requires:
                self.fields[name].required = True
            else:
                del self.fields[name]

    @staticmethod
    def first(version: ItemVersion, day: date) -> dict[str, Any]:
        """Usual numbers of the item."""
        begins = time(9)
        ends = (datetime.combine(day, begins) + timedelta(minutes=version.minutes or 60)).time()
        data: dict[str, Any] = {"day": day, "begins": begins, "closes": ends}
        if version.mode == "seats":
            data |= {"places": version.places, "held_back": version.held_back}
        if version.mode == "volunteers":
            data["volunteer_places"] = version.places
        return data


class ChangeForm(Period):
    """Place, time, seats."""

    place = forms.CharField(label=_("Place"), max_length=120)
    places = forms.IntegerField(label=_("Seats"), min_value=0, max_value=5000)
    held_back = forms.IntegerField(label=_("Seats kept for callers"), min_value=0, max_value=5000)
    volunteer_places = forms.IntegerField(label=_("Volunteers wanted"), min_value=0, max_value=500)
    note = forms.CharField(label=_("One more line for everybody"), max_length=200, required=False)

    def __init__(self, *args: Any, row: Occasion, **kw: Any) -> None:
        super().__init__(*args, **kw)
        if row.kind != "seats":
            del self.fields["places"], self.fields["held_back"]
        if row.starts_at is None:
            for name in ("day", "begins", "closes"):
                self.fields[name].required = False

    def changes(self) -> dict[str, Any]:
        found = {n: v for n, v in self.cleaned_data.items() if n not in ("day", "begins", "closes")}
        return found | {n: v for n, v in self.moments().items() if v is not None}

    @staticmethod
    def first(row: Occasion) -> dict[str, Any]:
        names = ("place", "places", "held_back", "volunteer_places", "note")
        return {name: getattr(row, name) for name in names} | Period.of(row)


class WhyForm(forms.Form):
    """Why, with a line for those who are told."""

    reason = forms.ChoiceField(label=_("Why"), widget=forms.RadioSelect)
    words = forms.CharField(label=_("A word more"), max_length=200, required=False)

    def __init__(self, *args: Any, verb: str, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["reason"].choices = [(c, labels.reason_word(c)) for c in REASONS[verb]]  # type: ignore[attr-defined]


class PostponeForm(Period, WhyForm):
    """To another time; without a day it is open-ended."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, verb="occasion.postpone", **kw)
        for name in ("day", "begins", "closes"):
            self.fields[name].required = False
        self.fields["day"].label = _("New day")
        self.fields["day"].help_text = _("Leave it empty when nobody knows yet.")
        self.order_fields(["reason", "words", "day", "begins", "closes"])

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        given = [found.get(name) for name in ("day", "begins", "closes")]
        if any(given) and not all(given):
            self.add_error("day", _("A new time needs day, beginning and end; or leave all three empty."))
        return found


class ManyForm(forms.Form):
    """An area and its days: what shall be postponed or called off, and whether the clocks stand still meanwhile."""

    verb = forms.ChoiceField(
        label=_("What"),
        choices=[("occasion.postpone", _("Postpone")), ("occasion.call_off", _("Call off"))],
        widget=forms.RadioSelect(attrs={"class": "side-by-side"}),
    )
    area = forms.TypedChoiceField(label=_("Where"), coerce=int)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"),
        help_text=_("Only when it is more than one day."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Which"),
        choices=[(k, KIND_WORDS[k]) for k in Occasion.KINDS],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "side-by-side"}),
    )
    reason = forms.ChoiceField(label=_("Why"))
    words = forms.CharField(label=_("A word more"), max_length=200, required=False)
    to_date = forms.DateField(
        label=_("New day"),
        required=False,
        widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"),
        help_text=_("Only for postponing: the same hour of that day. Leave it empty when nobody knows yet."),
    )
    rests = forms.BooleanField(
        label=_("Let work rest there: clocks stand still, nobody is asked for these days"), required=False
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, areas: Iterable[tuple[int, str]], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["area"].choices = list(areas)  # type: ignore[attr-defined]
        codes = dict.fromkeys((*REASONS["occasion.postpone"], *REASONS["occasion.call_off"]))
        self.fields["reason"].choices = [(c, labels.reason_word(c)) for c in codes]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cleaned_data
        verb = "standstill.declare" if found.get("rests") else found.get("verb")
        reason = found.get("reason")
        if verb and reason and reason not in REASONS[verb]:
            self.add_error("reason", _("This reason does not go with it. Choose another."))
        day, last, to_date = found.get("day"), found.get("last_day"), found.get("to_date")
        if day and last and last < day:
            self.add_error("last_day", _("The last day comes after the first."))
        if day and to_date and day <= to_date <= (last or day):
            self.add_error("to_date", _("That is the day it has already."))
        return found
