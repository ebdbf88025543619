"""The form a sheet comes in by, and the search among the rows of a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia.foundation.files.forms import SheetFile
from laojia.foundation.lists.rules import BAD, CHANGE, NEW, REPEAT, SAME, ListKind

FOUND_WORDS = {
    BAD: _("to be mended"),
    NEW: _("new"),
    CHANGE: _("to be corrected"),
    SAME: _("already there"),
    REPEAT: _("twice in the list"),
}


class SheetForm(forms.Form):
    """Which list, and the file."""

    kind = forms.ChoiceField(label=_("What list is it?"))
    file = SheetFile(label=_("The file (XLSX, XLS, ODS or CSV)"))

    def __init__(self, *args: Any, kinds: Iterable[ListKind], **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["kind"].choices = [(kind.name, kind.title) for kind in kinds]  # type: ignore[attr-defined]


class RowsForm(forms.Form):
    """Which rows of a list are shown."""

    found = forms.ChoiceField(
        label=_("Which rows"),
        required=False,
        choices=[("", _("all rows")), *FOUND_WORDS.items(), ("stays", _("stayed"))],
    )
    row = forms.IntegerField(label=_("From row"), required=False, min_value=1, max_value=9_999_999)
