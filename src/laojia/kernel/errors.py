"""Refusals: what the platform will not do, said in the person's words.

Anything that is not a `Refused` is a bug. No framework here: messages may be lazy translations, they
are only turned into text where they are shown.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_ENDS_WIDE = ("。", "！", "？", "；")  # these carry their own room: Chinese puts no space behind them


def joined(*sentences: object) -> str:
    """Sentences as one text, in Chinese without a space between them."""
    text = ""
    for sentence in filter(None, map(str, sentences)):
        text += sentence if not text or text.endswith(_ENDS_WIDE) else f" {sentence}"
    return text


class Refused(Exception):
    """An expected refusal: what was refused (`message`) and what to do next (`hint`).

    `code` is a short stable word for programs (`too_many_digits`), `fields` maps a form field to the sentence
    to show beside it.
    """

    http = 400

    def __init__(
        self,
        code: str,
        message: object = "",
        hint: object = "",
        fields: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.hint = hint
        self.fields: dict[str, object] = dict(fields or {})

    def __str__(self) -> str:
        return joined(self.message, self.hint) or self.code

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r}, {str(self.message)!r})"


class BadInput(Refused):
    """What was typed cannot be used."""

    http = 422


class NotPermitted(Refused):
    """This person may not do this here."""

    http = 403


class OutOfScope(Refused):
    """Outside the person's area: whether the thing exists is not told."""

    http = 404


class WrongState(Refused):
    """The thing has moved on: this move does not start from its present state."""

    http = 409


class Conflict(Refused):
    """Somebody else was faster, or the same thing is there already."""

    http = 409


class TooMany(Refused):
    """Too often in too short a time."""

    http = 429


def put_on(form: Any, refused: Refused, too: Mapping[str, str] = MappingProxyType({})) -> bool:
    """Say a refusal on a form: beside the fields it names; where the form has none of them, above, with what to do next.

    `too`: a named field → another one where its sentence stands as well. Returns whether a field was found.
    """
    beside = {
        field: sentence
        for name, sentence in refused.fields.items()
        for field in (name, too.get(name))
        if sentence and field in form.fields
    }
    for field, sentence in beside.items():
        form.add_error(field, str(sentence))
    if not beside:
        form.add_error(None, str(refused))
    return bool(beside)
