"""The editor's form of one item version, with its own questions; everything works without script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia import labels
from laojia.foundation.area.models import Area
from laojia.policy.reasons import REASONS
from laojia.steps.menu.models import MODES, ItemVersion
from laojia.steps.menu.queries.words import (
    ASKER_WORDS,
    DANGER_WORDS,
    DAY_KIND_WORDS,
    FIELD_WORDS,
    QUESTION_KINDS,
    REQUIRES_WORDS,
    TILE_WORDS,
)
from laojia.steps.menu.rules.items import APART, AUDIENCES, CATEGORIES, EVERYWHERE, TILES, tile_of
from laojia.steps.menu.rules.questions import KINDS, MOST_QUESTIONS
from laojia.steps.menu.rules.times import DAY_KINDS, HALF_DAYS

_LISTS = ("risks", "search", "qualification")
_LINES = forms.Textarea(attrs={"rows": 4})
_SLOT_CHOICES = [
    (f"{kind}:{half}", f"{kind}:{half}") for kind in DAY_KINDS for half in HALF_DAYS
]  # labels are set per request, they are translated

_GROUPS = (
    (_("What people read"), "name short about who_comes how_long risks contact_note search tile"),
    (
        _("Who, when, how many"),
        "mode asked_by slots minutes lead_working_days quota_per_week places held_back areas",
    ),
    (
        _("Care"),
        "team_kind qualification danger insured two_people adults_only requires protected sealed keeper trusted",
    ),
    (_("Official lists and English"), "category audience name_en short_en"),
)


class Lines(forms.CharField):
    """A list as one line each; empty lines fall away."""

    widget = _LINES

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        return [line.strip() for line in text.splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


# Without these no item is published: they are not called optional, although a draft is kept without them.
_WANTED_TO_PUBLISH = ("short", "about", "who_comes", "how_long", "risks", "asked_by", "audience")


class ItemForm(forms.Form):
    """All that an editor writes about an item, beside its questions."""

    name = forms.CharField(label=FIELD_WORDS["name"], max_length=40)
    short = forms.CharField(label=FIELD_WORDS["short"], max_length=40, required=False)
    about = forms.CharField(
        label=FIELD_WORDS["about"], required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    who_comes = forms.CharField(label=FIELD_WORDS["who_comes"], max_length=120, required=False)
    how_long = forms.CharField(label=FIELD_WORDS["how_long"], max_length=120, required=False)
    risks = Lines(
        label=FIELD_WORDS["risks"],
        required=False,
        help_text=_("One line each: things that really happen, 40 characters at most."),
    )
    contact_note = forms.CharField(label=FIELD_WORDS["contact_note"], max_length=120, required=False)
    search = Lines(
        label=FIELD_WORDS["search"], required=False, help_text=_("One word a line, as people say it.")
    )
    tile = forms.ChoiceField(label=_("Tile"))
    mode = forms.ChoiceField(label=FIELD_WORDS["mode"], choices=[(m, labels.MODES[m]) for m in MODES])
    asked_by = forms.MultipleChoiceField(
        label=FIELD_WORDS["asked_by"],
        choices=list(ASKER_WORDS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    minutes = forms.IntegerField(label=FIELD_WORDS["minutes"], min_value=0, max_value=1440)
    lead_working_days = forms.IntegerField(label=FIELD_WORDS["lead_working_days"], min_value=0, max_value=60)
    slots = forms.MultipleChoiceField(
        label=FIELD_WORDS["slots"], choices=_SLOT_CHOICES, widget=forms.CheckboxSelectMultiple, required=False
    )
    quota_per_week = forms.IntegerField(
        label=FIELD_WORDS["quota_per_week"], min_value=0, max_value=9999, help_text=_("0: no limit")
    )
    places = forms.IntegerField(label=FIELD_WORDS["places"], min_value=0, max_value=5000)
    held_back = forms.IntegerField(label=FIELD_WORDS["held_back"], min_value=0, max_value=5000)
    team_kind = forms.CharField(label=FIELD_WORDS["team_kind"], max_length=30, required=False)
    qualification = Lines(label=FIELD_WORDS["qualification"], required=False)
    danger = forms.ChoiceField(
        label=FIELD_WORDS["danger"], choices=list(DANGER_WORDS.items()), required=False
    )
    insured = forms.BooleanField(label=FIELD_WORDS["insured"], required=False)
    two_people = forms.BooleanField(label=FIELD_WORDS["two_people"], required=False)
    adults_only = forms.BooleanField(label=FIELD_WORDS["adults_only"], required=False)
    requires = forms.MultipleChoiceField(
        label=FIELD_WORDS["requires"],
        choices=list(REQUIRES_WORDS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    protected = forms.BooleanField(label=FIELD_WORDS["protected"], required=False)
    sealed = forms.BooleanField(label=FIELD_WORDS["sealed"], required=False)
    keeper = forms.TypedChoiceField(
        label=FIELD_WORDS["keeper"],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Only for a sealed item: the person whose hands it goes to."),
    )
    trusted = forms.BooleanField(label=FIELD_WORDS["trusted"], required=False)
    areas = forms.ModelMultipleChoiceField(
        label=FIELD_WORDS["areas"],
        queryset=Area.objects.none(),
        required=False,
        help_text=_("None chosen: the whole county."),
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    category = forms.ChoiceField(label=FIELD_WORDS["category"], choices=[(c, c) for c in CATEGORIES])
    audience = forms.MultipleChoiceField(
        label=FIELD_WORDS["audience"],
        choices=[(a, a) for a in AUDIENCES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    name_en = forms.CharField(label=FIELD_WORDS["name_en"], max_length=80, required=False)
    short_en = forms.CharField(label=FIELD_WORDS["short_en"], max_length=120, required=False)

    def __init__(self, *args: Any, towns: Any, keepers: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["areas"].queryset = towns  # type: ignore[attr-defined]
        self.fields["keeper"].choices = [("", _("Nobody")), *keepers]  # type: ignore[attr-defined]
        tiles = [(t.name, TILE_WORDS[t.key]) for t in TILES] + [
            (EVERYWHERE, _("beside every tile")),
            (APART, _("not on the menu, for the desk alone")),
        ]
        self.fields["tile"].choices = tiles  # type: ignore[attr-defined]
        self.fields["slots"].choices = [  # type: ignore[attr-defined]
            (f"{kind}:{half}", f"{DAY_KIND_WORDS[kind]} {labels.HALF_DAYS[half]}")
            for kind in DAY_KINDS
            for half in HALF_DAYS
        ]
        for name in _WANTED_TO_PUBLISH:
            self.fields[name].unmarked = True  # type: ignore[attr-defined]  # a draft may wait with it

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Fields as the page shows them: what people read, who and when, care, official lists."""
        return [(title, [self[name] for name in names.split()]) for title, names in _GROUPS]

    def clean_slots(self) -> dict[str, list[str]]:
        chosen = set(self.cleaned_data["slots"])
        return {kind: [half for half in HALF_DAYS if f"{kind}:{half}" in chosen] for kind in DAY_KINDS}

    def facts(self) -> dict[str, Any]:
        """The fields of the version; tile and areas go apart."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("tile", "areas", "keeper")
        }

    @staticmethod
    def first(row: ItemVersion) -> dict[str, Any]:
        """What stands in the form at first."""
        data = {
            name: getattr(row, name)
            for name in ItemForm.base_fields
            if name not in ("tile", "areas", "slots", "keeper")
        }
        data["slots"] = [f"{kind}:{half}" for kind, halves in row.slots.items() for half in halves]
        tile = tile_of(row.item.tile)
        data["tile"] = tile.name if tile else row.item.tile
        data["keeper"] = row.keeper_id
        data["areas"] = [area.pk for area in row.areas.all()]
        return data


class QuestionForm(forms.Form):
    """One own question; an empty text takes it away."""

    key = forms.CharField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(label=_("Question"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Kind of answer"), choices=[(k, QUESTION_KINDS[k]) for k in KINDS])
    choices = Lines(
        label=_("Answers to choose from"),
        required=False,
        help_text=_("One line each; only for “one of several”."),
    )
    required = forms.BooleanField(
        label=_("Must be answered"),
        required=False,
        help_text=_(
            "A yes-or-no question that must be answered is a condition: "
            "“no” ends the order with the help line."
        ),
    )
    help = forms.CharField(label=_("Help line"), max_length=100, required=False)


class _Questions(forms.BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    def facts(self) -> list[dict[str, Any]]:
        """The questions as they are stored; new ones get a key of their own."""
        rows = [f.cleaned_data for f in self.forms if f.cleaned_data.get("text", "").strip()]
        keys = {row["key"] for row in rows if row["key"]}
        found = []
        for row in rows:
            key = row["key"] if re.fullmatch(r"[a-z][a-z0-9_]{0,29}", row["key"] or "") else _free_key(keys)
            keys.add(key)
            found.append(
                {
                    "key": key,
                    "text": row["text"].strip(),
                    "kind": row["kind"],
                    "choices": row["choices"] if row["kind"] == "choice" else [],
                    "required": row["required"],
                    "help": row["help"].strip(),
                }
            )
        return found


def _free_key(keys: set[str]) -> str:
    return next(name for number in range(1, 100) if (name := f"question_{number}") not in keys)


def questions_form(data: Mapping[str, Any] | None, row: ItemVersion | None) -> Any:
    """The questions there are and two empty ones, six at most."""
    there = list(row.questions) if row is not None else []
    empty = min(2, max(0, MOST_QUESTIONS - len(there)))
    factory = forms.formset_factory(QuestionForm, formset=_Questions, extra=empty, max_num=MOST_QUESTIONS + 2)
    initial = [{**q, "choices": list(q.get("choices", []))} for q in there]
    return factory(data, initial=initial, prefix="q")


class NewItemForm(forms.Form):
    """A new item begins with code, name and how it is had."""

    code = forms.RegexField(
        r"^[A-Za-z]{2}[0-9]{2}$",
        label=_("Code"),
        help_text=_("Two letters and two digits, for example LN07."),
        error_messages={"invalid": _("Two letters and two digits, for example LN07.")},
    )
    name = forms.CharField(label=FIELD_WORDS["name"], max_length=40)
    tile = forms.ChoiceField(label=_("Tile"), choices=[(t.name, TILE_WORDS[t.key]) for t in TILES])
    mode = forms.ChoiceField(label=FIELD_WORDS["mode"], choices=[(m, labels.MODES[m]) for m in MODES])

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).upper()


class ReasonForm(forms.Form):
    """Why: one of the verb's reasons."""

    reason = forms.ChoiceField(label=_("Why"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, verb: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [(c, labels.reason_word(c)) for c in REASONS[verb]]  # type: ignore[attr-defined]
