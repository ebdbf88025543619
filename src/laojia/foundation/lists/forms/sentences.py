"""What is wrong with a cell and what to do about it, for every code a check or a kind may give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from laojia.foundation.lists.rules import Flaw, ListKind
from laojia.kernel.errors import joined

# code → (what is wrong, what to do). `value` is what stands in the cell, `other` what the check adds.
WORDS: Mapping[str, tuple[object, object]] = {
    "empty": (_("the cell is empty."), _("Fill it in.")),
    "one_of": (_("none of these is filled in: %(other)s."), _("Fill in at least one of them.")),
    "too_long": (_("this is longer than %(other)s characters."), _("Write it shorter.")),
    "too_short": (_("this is shorter than %(other)s characters."), _("Write it out.")),
    "name": (_("“%(value)s” is no person's name."), _("Write the name alone, without a title or a number.")),
    "as_number": (
        _("the spreadsheet has turned it into the number “%(value)s”."),
        _("Format the column as text and write it again."),
    ),
    "phone_empty": (_("there is no phone number in it."), _("Write the number, digits only.")),
    "phone_signs": (_("a phone number has digits only."), _("Write the number, digits only.")),
    "phone_length": (
        _("a mobile number has 11 digits; this one has %(other)s."),
        _("Look at the number again and mend it."),
    ),
    "phone_range": (_("a mobile number begins with 13 to 19."), _("Look at the first digits again.")),
    "id_length": (_("an ID number has 18 signs; this one has %(other)s."), _("Look at the card again.")),
    "id_check": (
        _("the check digit or the birthday in the ID number is wrong."),
        _("A digit is mistyped: look at the card again."),
    ),
    "volunteer_number": (
        _("“%(value)s” is no volunteer number."),
        _("Copy it from the national volunteer system, or leave the cell empty."),
    ),
    "day": (_("“%(value)s” is no date."), _("Write it like 2024-03-05.")),
    "day_none": (_("“%(value)s”: there is no such day."), _("Look at month and day again.")),
    "day_year": (_("“%(value)s” lies too far away."), _("Look at the year again.")),
    "day_ahead": (_("“%(value)s” is still to come."), _("Look at the year again.")),
    "days_order": (_("the end lies before the beginning."), _("Look at both dates again.")),
    "number": (_("“%(value)s” is no number between %(other)s."), _("Write digits only.")),
    "choice": (_("“%(value)s” is none of: %(other)s."), _("Write one of these words.")),
    "yes_no": (_("“%(value)s” is neither 是 nor 否."), _("Write 是 or 否.")),
    "too_many": (_("there are more than %(other)s."), _("Leave the less important ones out.")),
    "in_row": (
        _("row %(other)s is about the same one but says something else."),
        _("Keep the right one of the two rows."),
    ),
    "area_unknown": (
        _("there is no area named “%(value)s”."),
        _("Write it as in the list of areas; add the town before the village where needed."),
    ),
    "area_ambiguous": (
        _("several areas are named “%(value)s”: in %(other)s."),
        _("Write the town before it, like 甘亭镇天井村."),
    ),
    "not_yours": (
        _("this lies outside the area of your post."),
        _("Leave the row out, or ask a colleague of the county centre to read it in."),
    ),
    "team_unknown": (
        _("there is no team named “%(value)s”."),
        _("Read in the list of teams first, or write the name as it stands there."),
    ),
    "person_unknown": (
        _("we do not know this person."),
        _("Write name and mobile number as they stand in the register, or read in the volunteers first."),
    ),
    "refused": (_("this could not be taken in: %(other)s"), _("Mend it and read the row in again.")),
    "stopped": (
        _("the list stopped before this row, by a fault of the program."),
        _("Read the row in again. If it stops again, tell whoever runs the machine."),
    ),
    "with_others": (
        _("it hangs on a row that cannot be used."),
        _("Mend row %(other)s first."),
    ),
}
# Why a row stays when its list is taken back.
STAYS: Mapping[str, object] = {
    "gone": _("it is gone already"),
    "used": _("it is in use elsewhere"),
    "changed": _("it was changed since"),
    "account": _("the person signs in with it"),
    "works": _("visits or orders hang on it"),
    "below": _("other areas lie below it"),
    "lasting": _("what was recorded of it stays, as the law wants it"),
    "forbidden": _("you may not take it back"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One flaw in words: where, what is wrong, what to do."""

    column: str
    wrong: str
    mend: str

    @property
    def said(self) -> str:
        return joined(self.wrong, self.mend)

    def __str__(self) -> str:
        return self.column + gettext(": ") + self.said


def told(kind: ListKind, flaws: Sequence[Sequence[str]], cells: Mapping[str, str]) -> list[Told]:
    """Every flaw of a row in words of today's language; the cells' own text is put in only here."""
    return [_one(kind, Flaw(*flaw), cells) for flaw in flaws]


def _one(kind: ListKind, flaw: Flaw, cells: Mapping[str, str]) -> Told:
    wrong, mend = kind.words.get(flaw.code) or WORDS.get(flaw.code) or WORDS["refused"]
    column = kind.column(flaw.column)
    holes = {"value": cells.get(flaw.column, ""), "other": flaw.other}
    return Told(column.heading if column else "", str(wrong) % holes, str(mend) % holes)
