"""Refusals of dispatch, in the words one would say to a colleague."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from laojia.kernel.errors import BadInput, Conflict, WrongState
from laojia.steps.dispatch.queries.words import BLOCKED, LOOK


class Listed:
    """A lazy sentence with a list of lazy parts in it: translated only when shown."""

    def __init__(self, sentence: object, words: Sequence[object]) -> None:
        self._sentence, self._words = sentence, words

    def __str__(self) -> str:
        return str(self._sentence) % {"list": str(_("; ")).join(str(word) for word in self._words)}


def blocked_words(codes: Sequence[str]) -> list[object]:
    return [BLOCKED.get(code, code) for code in codes]


def does_not_fit(codes: Sequence[str]) -> BadInput:
    return BadInput(
        "does_not_fit",
        Listed(_("This team cannot be asked: %(list)s."), blocked_words(codes)),
        _("Choose another team or another time."),
        {"team": Listed("%(list)s", blocked_words(codes))},
    )


def second_look_missing(codes: Sequence[str]) -> BadInput:
    return BadInput(
        "second_look",
        Listed(_("This needs a second look before it goes out: %(list)s."), [LOOK.get(c, c) for c in codes]),
        _("Read it once more and confirm, or ask a colleague to look at it."),
        {"looked": _("Please confirm that you have looked at it a second time.")},
    )


def slot_full() -> Conflict:
    return Conflict(
        "slot_full",
        _("This team's places at that time have just been taken."),
        _("Take the next team in the list, or another time."),
    )


def asked_elsewhere() -> WrongState:
    return WrongState(
        "asked_already",
        _("A team is being asked for this just now."),
        _("Wait for its answer, or take that offer back first."),
    )


def time_over() -> BadInput:
    said = _("That time is over already. Choose a later one.")
    return BadInput("time_over", said, "", {"date": said})


def not_on_menu() -> BadInput:
    return BadInput(
        "not_mapped",
        _("It is not clear yet which item of the menu this is."),
        _("Choose the item first, or say where else the person can go."),
    )


def no_rhythm() -> BadInput:
    return BadInput(
        "no_rhythm",
        _("Regular help is asked of a team once day and hour are fixed."),
        _("Make it regular help first; then the first visit is offered."),
    )


def no_common_trip(message: object) -> BadInput:
    return BadInput("no_common_trip", message, _("Send them one by one, or choose others."))


def claimed_already() -> Conflict:
    return Conflict(
        "claimed_already",
        _("Another team has taken it already."),
        _("Thank you all the same; the next one may be for you."),
    )
