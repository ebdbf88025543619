"""Forms of people, posts and teams: input checks that need no decision."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia import labels
from laojia.foundation.area.models import Area, Station
from laojia.foundation.area.queries import find_villages
from laojia.foundation.lists.forms.cells import volunteer_number
from laojia.foundation.lists.rules import BadCell
from laojia.foundation.people.models import Post
from laojia.foundation.people.rules import CATEGORIES, GRANTABLE, TEAM_ROLES
from laojia.foundation.teams.models import HALF_DAYS, Team
from laojia.policy.reasons import REASONS
from laojia.policy.roles import Channel, Role
from laojia.shown import weekday

_DATE = {"type": "date"}
_TEL = {"type": "tel", "inputmode": "tel"}


_TOWN_FIRST = re.compile(r"^(?:\S+?县)?(\S+?(?:镇|乡|街道))(\S+)$")  # 甘亭镇天井村, as one says it


class VillageInput(forms.TextInput):
    """A line to type in; when the name stands for several villages, they stand below it to be chosen."""

    template_name = "django/forms/widgets/village.html"
    several: tuple[str, ...] = ()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The one chosen counts, unless something else was typed since."""
        typed = super().value_from_datadict(data, files, name)
        chosen = data.get(f"{name}-which")
        return chosen if chosen and typed == data.get(f"{name}-typed") else typed

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"several": self.several}


class VillageField(forms.CharField):
    """A village by name; the value is the area. Names repeat, so "town · village" is understood too."""

    widget: Any = VillageInput

    def __init__(self, **words: Any) -> None:
        words.setdefault("label", _("Village or community"))
        super().__init__(max_length=60, **words)

    def clean(self, value: Any) -> Area | None:
        text = super().clean(value)
        if not text:
            return None
        found = find_villages(text, limit=6) or find_villages(_TOWN_FIRST.sub(r"\1 \2", text), limit=6)
        exact = [one for one in found if text.strip() in {one.name, str(one)}]
        chosen = exact if len(exact) == 1 else found
        if len(chosen) == 1:
            return Area.objects.get(pk=chosen[0].id)
        if not found:
            raise forms.ValidationError(_("We do not know this village. Type its name without the town."))
        self.widget.several = tuple(str(one) for one in found)
        raise forms.ValidationError(_("Several are called so. Tap the one you mean."))


class PersonForm(forms.Form):
    """What the order needs to know about a person, and no more."""

    name = forms.CharField(label=_("Full name"), max_length=40)
    phone = forms.CharField(
        label=_("Mobile number"), max_length=20, required=False, widget=forms.TextInput(_TEL)
    )
    area = VillageField(required=False)
    address = forms.CharField(
        label=_("Lane and door"), max_length=120, required=False, help_text=_("As you would tell a visitor")
    )
    birth_year = forms.IntegerField(
        label=_("Year of birth"),
        required=False,
        help_text=_("Only for the young, so that a guardian is asked"),
    )
    contact_name = forms.CharField(label=_("Whom to call when nobody opens"), max_length=40, required=False)
    contact_phone = forms.CharField(
        label=_("The number of that person"), max_length=20, required=False, widget=forms.TextInput(_TEL)
    )
    reads_messages = forms.BooleanField(
        label=_("Reads text messages (if not, somebody calls)"), required=False, initial=True
    )


class RegisterForm(forms.Form):
    """One volunteer's entry in the register (民政部令67号 art. 5); what is left empty stays as it is known."""

    volunteer_number = forms.CharField(
        label=_("National volunteer number"), max_length=30, required=False,
        help_text=_("As the national volunteer system shows it"),
    )  # fmt: skip
    id_number = forms.CharField(
        label=_("ID number"), max_length=24, required=False,
        help_text=_("18 signs. Kept sealed; needed for the national register, not for helping."),
    )  # fmt: skip
    gender = forms.ChoiceField(
        label=_("Gender"), required=False, choices=[("", "—"), ("m", _("male")), ("f", _("female"))],
        help_text=_("Not needed beside an ID number"),
    )  # fmt: skip
    born_on = forms.DateField(
        label=_("Date of birth"), required=False, widget=forms.DateInput(_DATE),
        help_text=_("Not needed beside an ID number"),
    )  # fmt: skip
    skills = forms.CharField(
        label=_("Skills"),
        max_length=200,
        required=False,
        help_text=_("What the person can do, in own words."),
    )
    categories = forms.MultipleChoiceField(
        label=_("Likes to help with"), required=False, choices=[(word, word) for word in CATEGORIES],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    consented_on = forms.DateField(
        label=_("Agreed to be entered on"), required=False, widget=forms.DateInput(_DATE)
    )
    channel = forms.ChoiceField(
        label=_("How the person agreed"), widget=forms.RadioSelect, initial=Channel.PAPER.value, required=False,
        choices=[
            (Channel.PAPER.value, _("signed on paper")), (Channel.COUNTER.value, _("said so at the counter")),
            (Channel.PHONE.value, _("said so on the telephone")),
        ],
    )  # fmt: skip

    def clean_volunteer_number(self) -> str:
        text = self.cleaned_data["volunteer_number"]
        try:
            return volunteer_number(text, date.min) if text else ""
        except BadCell as wrong:
            raise forms.ValidationError(
                _("This is no volunteer number. Copy it from the national system.")
            ) from wrong

    def clean_channel(self) -> Channel:
        return Channel(self.cleaned_data["channel"] or Channel.PAPER)


class NumberForm(forms.Form):
    """The number of a phone."""

    phone = forms.CharField(label=_("Mobile number"), max_length=20, widget=forms.TextInput(_TEL))


class WhoForm(forms.Form):
    """One further fact beside the phone."""

    name = forms.CharField(label=_("Your name"), max_length=40, required=False)
    area = VillageField(
        required=False, help_text=_("The name alone is enough; the village helps when names are alike.")
    )
    order_number = forms.CharField(
        label=_("or the number of something you ordered"), max_length=24, required=False,
        help_text=_("As it stands in the message, D141024-26-…"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not any(given.get(name) for name in ("name", "area", "order_number")) and not self.errors:
            raise forms.ValidationError(_("Give your name, your village or an order's number."))
        return given


class ReasonForm(forms.Form):
    """Why somebody is looked at in full."""

    reason = forms.ChoiceField(
        label=_("What for"),
        choices=[(code, labels.REASONS[code]) for code in REASONS["person.reveal"]],
        widget=forms.RadioSelect,
    )


class PostForm(forms.Form):
    """A post: role, place, from–to."""

    role = forms.ChoiceField(
        label=_("Post"), choices=[(r.value, labels.ROLES[r.value]) for r in Role if r in GRANTABLE]
    )
    place = forms.ChoiceField(
        label=_("Where"), help_text=_("County, town or station; for teams the team below")
    )
    village = VillageField(required=False, label=_("or one village"))
    team = forms.ModelChoiceField(
        Team.objects.filter(ended_on=None).order_by("name"), label=_("Team"), required=False, empty_label="—"
    )
    valid_from = forms.DateField(label=_("From"), widget=forms.DateInput(_DATE), required=False)
    valid_to = forms.DateField(
        label=_("Until (without this day)"), widget=forms.DateInput(_DATE), required=False
    )

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        areas = Area.objects.filter(level__in=("county", "town"), valid_to=None).order_by("code")
        stations = Station.objects.filter(closed_on=None).order_by("level", "name")
        field: Any = self.fields["place"]
        field.choices = [
            ("", "—"),
            *((f"area-{area.pk}", area.name) for area in areas),
            *((f"station-{station.pk}", station.name) for station in stations),
        ]
        field.required = False

    def place_of(self) -> dict[str, Any]:
        """`area` and `station` as the action takes them."""
        kind, _dash, number = self.cleaned_data["place"].partition("-")
        area = self.cleaned_data["village"]
        if kind == "area" and area is None:
            area = Area.objects.get(pk=number)
        station = Station.objects.get(pk=number) if kind == "station" else None
        return {"area": area, "station": station}


class AccountForm(forms.Form):
    """A colleague's sign-in name."""

    username = forms.CharField(
        label=_("Sign-in name"), max_length=32, help_text=_("Small letters and digits")
    )


class TeamForm(forms.Form):
    """A team's own facts."""

    name = forms.CharField(label=_("Name of the team"), max_length=60)
    kind = forms.CharField(
        label=_("What kind"), max_length=30, help_text=_("As the menu names it, e.g. 医疗志愿队")
    )
    area = forms.ModelChoiceField(
        Area.objects.filter(level__in=("county", "town"), valid_to=None).order_by("code"),
        label=_("At home in"),
    )
    about = forms.CharField(
        label=_("What it can do"), required=False, widget=forms.Textarea({"rows": 3}), max_length=2000
    )
    station = forms.ModelChoiceField(
        Station.objects.filter(closed_on=None).order_by("area_path", "name"),
        label=_("Belongs to the station"),
        required=False,
        empty_label="—",
    )
    serves = forms.ModelMultipleChoiceField(
        Area.objects.filter(level="town", valid_to=None).order_by("code"),
        label=_("Goes to these towns"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: the whole county."),
    )
    featured = forms.BooleanField(label=_("Shown first among our teams"), required=False)
    ended_on = forms.DateField(label=_("Ends on"), required=False, widget=forms.DateInput(_DATE))


class IntroForm(forms.Form):
    """What a team says about itself."""

    about = forms.CharField(
        label=_("What we do, for the neighbours"), required=False, widget=forms.Textarea({"rows": 3}),
        max_length=2000,
    )  # fmt: skip


class ReachForm(forms.Form):
    """How the desk reaches a team."""

    reach = forms.ChoiceField(
        label=_("How to reach the team"),
        choices=[("answers", _("answers messages")), ("call_first", _("telephone first, then send"))],
    )


class WeekForm(forms.Form):
    """Weekday × half-day: how many visits."""

    def __init__(self, *args: Any, week: dict[tuple[int, str], int], **words: Any) -> None:
        super().__init__(*args, **words)
        for (day, half), number in week.items():
            self.fields[f"d{day}_{half}"] = forms.IntegerField(
                min_value=0,
                max_value=200,
                initial=number,
                label=f"{weekday_name(day)} {labels.HALF_DAYS[half]}",
                widget=forms.NumberInput({"inputmode": "numeric", "class": "form-control"}),
            )

    def rows(self) -> Iterable[tuple[str, list[Any]]]:
        """Weekday by weekday, for a table."""
        return [(weekday_name(day), [self[f"d{day}_{half}"] for half in HALF_DAYS]) for day in range(7)]

    def week(self) -> dict[tuple[int, str], int]:
        return {(day, half): self.cleaned_data[f"d{day}_{half}"] for day in range(7) for half in HALF_DAYS}


def weekday_name(day: int) -> str:
    """周一 … 周日."""
    from datetime import date

    return weekday(date(2024, 1, 1 + day))  # a Monday


class DayForm(forms.Form):
    """Another number for one half-day."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(_DATE))
    half = forms.ChoiceField(label=_("When"), choices=[(half, labels.HALF_DAYS[half]) for half in HALF_DAYS])
    capacity = forms.IntegerField(label=_("How many visits"), min_value=0, max_value=200)


class RestForm(forms.Form):
    """Until when the team rests; empty: it is back."""

    until = forms.DateField(
        label=_("Back from"), required=False, widget=forms.DateInput(_DATE), help_text=_("Empty: back now")
    )


class JoinForm(forms.Form):
    """Somebody joins the team."""

    name = forms.CharField(label=_("Full name"), max_length=40)
    phone = forms.CharField(label=_("Mobile number"), max_length=20, widget=forms.TextInput(_TEL))
    role = forms.ChoiceField(
        label=_("As"), choices=[(r.value, labels.ROLES[r.value]) for r in sorted(TEAM_ROLES, reverse=True)]
    )


class _OfMembers(forms.Form):
    """A form that chooses among the team's members."""

    def __init__(self, *args: Any, members: list[Post], **words: Any) -> None:
        super().__init__(*args, **words)
        names = {post.person_id: post.person.name for post in members}
        for field in self.fields.values():
            if isinstance(field, forms.TypedChoiceField | forms.TypedMultipleChoiceField):
                field.choices = list(names.items())


class LeadForm(_OfMembers):
    """Who takes over from a contact."""

    from_id = forms.TypedChoiceField(label=_("Who hands over"), coerce=int)
    person_id = forms.TypedChoiceField(label=_("Who takes over"), coerce=int)

    def __init__(self, *args: Any, members: list[Post], **words: Any) -> None:
        super().__init__(*args, members=members, **words)
        leads = {row.person_id: row.person.name for row in members if row.role == Role.TEAM_LEADER}
        self.fields["from_id"].choices = list(leads.items())  # type: ignore[attr-defined]
        takes = self.fields["person_id"]
        takes.choices = [("", _("Choose somebody")), *takes.choices]  # type: ignore[attr-defined]


class CertificateForm(_OfMembers):
    """A member's qualification."""

    person_id = forms.TypedChoiceField(label=_("Who"), coerce=int)
    kind = forms.CharField(label=_("What for"), max_length=40)
    number = forms.CharField(label=_("Number"), max_length=60, required=False)
    valid_from = forms.DateField(label=_("Valid from"), widget=forms.DateInput(_DATE))
    valid_to = forms.DateField(
        label=_("Until (without this day)"), required=False, widget=forms.DateInput(_DATE)
    )


class InsuranceForm(_OfMembers):
    """An insurance policy."""

    policy_number = forms.CharField(label=_("Number of the policy"), max_length=60)
    insurer = forms.CharField(label=_("Insurer"), max_length=60)
    valid_from = forms.DateField(label=_("Valid from"), widget=forms.DateInput(_DATE))
    valid_to = forms.DateField(label=_("Until (without this day)"), widget=forms.DateInput(_DATE))
    covers_all = forms.BooleanField(label=_("Covers everybody in the team"), required=False)
    insured = forms.TypedMultipleChoiceField(
        label=_("Insured"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
