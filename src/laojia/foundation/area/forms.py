"""Forms of the areas pages. What needs the database's facts is decided by the actions."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area
from laojia.kernel.geo import System
from laojia.policy.roles import AreaLevel, StationLevel

LEVEL_WORDS = {
    AreaLevel.COUNTY: _("County"),
    AreaLevel.TOWN: _("Towns"),
    AreaLevel.VILLAGE: _("Villages and communities"),
    AreaLevel.GRID: _("Grids"),
    AreaLevel.MICRO_GRID: _("Micro-grids"),
}
STATION_WORDS = {
    StationLevel.CENTRE: _("Practice centre"),
    StationLevel.INSTITUTE: _("Institute"),
    StationLevel.STATION: _("Station"),
}

Choices = Sequence[tuple[Any, Any]]
_SEVERAL = _("Several may be chosen: hold Ctrl and click one after the other.")


class SearchForm(forms.Form):
    """Which areas to list."""

    level = forms.ChoiceField(
        label=_("Level"), choices=[(k.value, v) for k, v in LEVEL_WORDS.items()], required=False
    )
    text = forms.CharField(label=_("Name or code"), max_length=40, required=False)
    closed = forms.BooleanField(label=_("Closed ones too"), required=False)


class AreaForm(forms.Form):
    """A new area below the one on the page."""

    name = forms.CharField(label=_("Name"), max_length=60)
    code = forms.CharField(
        label=_("Code"),
        max_length=17,
        required=False,
        help_text=_("For a grid or micro-grid it is given when left empty."),
    )
    households = forms.IntegerField(label=_("Households"), min_value=0, max_value=20_000, required=False)


class RenameForm(forms.Form):
    """Another name."""

    name = forms.CharField(label=_("New name"), max_length=60)


class CloseForm(forms.Form):
    """The end of an area."""

    on = forms.DateField(label=_("Closed on"), widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(
        label=_("What became of it"),
        choices=[
            ("merge", _("Merged into another one")),
            ("split", _("Split into several")),
            ("rename", _("Renumbered: same place, new code")),
        ],
    )
    codes = forms.CharField(
        label=_("Codes of what takes its place"),
        max_length=400,
        required=False,
        help_text=_("Several codes with a space between them."),
    )


def _day() -> forms.DateField:
    return forms.DateField(label=_("Takes effect on"), widget=forms.DateInput(attrs={"type": "date"}))


class MergeForm(forms.Form):
    """This area and others become one, which is there already or is new."""

    others = forms.TypedMultipleChoiceField(
        label=_("Together with"),
        coerce=int,
        widget=forms.SelectMultiple(attrs={"size": 10}),
        help_text=_SEVERAL,
    )
    into = forms.TypedChoiceField(label=_("They become"), coerce=int, empty_value=None, required=False)
    name = forms.CharField(label=_("Name of the new one"), max_length=60, required=False)
    code = forms.CharField(
        label=_("Code of the new one"),
        max_length=17,
        required=False,
        help_text=_("The next free code is taken when left empty."),
    )
    on = _day()

    def __init__(self, *args: Any, area: Area, choices: Choices, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["others"].choices = choices  # type: ignore[attr-defined]
        self.fields["into"].choices = [("", _("a new one")), (area.pk, area.name), *choices]  # type: ignore[attr-defined]


STAYS_ITSELF = 0
_NEW_PARTS = 4


class SplitForm(forms.Form):
    """Which parts, which area below goes to which part, and where goes what lies on none."""

    keeps = forms.BooleanField(label=_("The area itself goes on; only parts of it leave"), required=False)

    def __init__(self, *args: Any, area: Area, below: Sequence[Area], **words: Any) -> None:
        super().__init__(*args, **words)
        self._below = below
        parts = [
            (STAYS_ITSELF, _("stays with %(name)s") % {"name": area.name}),
            *((number, _("to part %(number)s") % {"number": number}) for number in range(1, _NEW_PARTS + 1)),
        ]
        for number in range(1, _NEW_PARTS + 1):
            word = _("Name of part %(number)s") % {"number": number}
            self.fields[f"name_{number}"] = forms.CharField(label=word, max_length=60, required=False)
            word = _("Code of part %(number)s") % {"number": number}
            self.fields[f"code_{number}"] = forms.CharField(label=word, max_length=17, required=False)
        for one in below:
            child = forms.TypedChoiceField(
                label=one.name, coerce=int, choices=[("", "—"), *parts], required=False, empty_value=None
            )
            child.unmarked = True  # type: ignore[attr-defined]  # clean() wants an answer
            self.fields[f"child_{one.pk}"] = child
        self.fields["rest"] = forms.TypedChoiceField(
            label=_("What lies on no smaller area goes"), coerce=int, choices=parts, initial=1
        )
        self.fields["on"] = _day()

    def clean(self) -> dict[str, Any]:
        entry: dict[str, Any] = super().clean() or {}
        numbers = range(1, _NEW_PARTS + 1)
        entry["parts"] = [
            (entry[f"name_{n}"], entry.get(f"code_{n}", "")) for n in numbers if entry.get(f"name_{n}")
        ]
        where = {one.pk: entry.get(f"child_{one.pk}") for one in self._below}
        for one in self._below:
            if where[one.pk] is None and f"child_{one.pk}" not in self.errors:
                self.add_error(f"child_{one.pk}", _("Please say for each area below where it goes."))
        entry["where"] = where
        return entry


class NewNameForm(forms.Form):
    """Another name from a day on."""

    name = forms.CharField(label=_("New name"), max_length=60)
    on = _day()


class StationForm(forms.Form):
    """A station, institute or the centre."""

    level = forms.ChoiceField(label=_("Kind"), choices=[(k.value, v) for k, v in STATION_WORDS.items()])
    name = forms.CharField(label=_("Name"), max_length=60)
    area = forms.TypedChoiceField(label=_("Stands at"), coerce=int)
    villages = forms.TypedMultipleChoiceField(
        label=_("Serves these villages"),
        coerce=int,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 12}),
        help_text=format_lazy(
            "{} {}", _("A centre and an institute serve their whole area; leave it empty there."), _SEVERAL
        ),
    )
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    address = forms.CharField(label=_("Address"), max_length=120, required=False)
    lon = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180, required=False)
    lat = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90, required=False)
    system = forms.ChoiceField(
        label=_("Coordinate system"),
        choices=[
            (System.WGS84.value, _("GPS (WGS-84)")),
            (System.GCJ02.value, _("Amap, Tencent (GCJ-02)")),
            (System.CGCS2000.value, "CGCS2000"),
        ],
        required=False,
    )

    def __init__(self, *args: Any, places: Choices, villages: Choices, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["area"].choices = places  # type: ignore[attr-defined]
        self.fields["villages"].choices = villages  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        entry: dict[str, Any] = super().clean() or {}
        if (entry.get("lon") is None) != (entry.get("lat") is None):
            self.add_error("lat", _("Longitude and latitude go together: give both or neither."))
        return entry


class ZoneForm(forms.Form):
    """A zone and its villages."""

    name = forms.CharField(label=_("Name"), max_length=60)
    villages = forms.TypedMultipleChoiceField(
        label=_("Villages"), coerce=int, widget=forms.SelectMultiple(attrs={"size": 16}), help_text=_SEVERAL
    )

    def __init__(self, *args: Any, villages: Choices, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["villages"].choices = villages  # type: ignore[attr-defined]
