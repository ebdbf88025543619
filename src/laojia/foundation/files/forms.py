"""A form field for uploads that believes the content only."""

import io
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.translation import gettext_lazy as _

from laojia.foundation.files.rules import LARGEST, LARGEST_SHEET, Checked, Unfit, check, check_sheet

_SAID = {
    "too_large": _(
        "This file is too large: up to 8 MB please. A photo taken anew with the phone is small enough."
    ),
    "empty": _("This file is empty. Please choose it again."),
    "unknown_kind": _("Please choose a photo (JPEG or PNG) or a PDF."),
    "broken": _("This file is damaged. Please take the photo or save the paper again."),
    "acting": _("This PDF contains programs. Please print it to a new PDF and choose that."),
}


class InMemory(FileUploadHandler):
    """Keeps what is uploaded in memory: a process that dies leaves no sheet of names behind on the disk.

    All files of one request together may be as large as the largest sheet; what goes beyond is counted, not kept,
    and the form that asked for it says that it is too large.
    """

    chunk_size = 256 * 1024

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.room = LARGEST_SHEET

    def new_file(self, *args: Any, **words: Any) -> None:
        super().new_file(*args, **words)
        self.kept = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.room -= len(raw_data)
        if self.room >= 0:
            self.kept.write(raw_data)
        elif self.kept.tell():
            self.kept = io.BytesIO()

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        size = file_size if self.room >= 0 else LARGEST_SHEET + 1
        self.kept.seek(0)
        return InMemoryUploadedFile(
            self.kept, self.field_name, self.file_name, self.content_type, size, self.charset, self.content_type_extra
        )  # fmt: skip


class CheckedFile(forms.FileField):
    """Cleans to `Checked`: media type found in the content, pictures without place and time."""

    widget = forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"})

    def clean(self, data: Any, initial: Any = None) -> Checked | None:
        upload: Any = super().clean(data, initial)
        if not upload:
            return None
        if upload.size and upload.size > LARGEST:
            raise forms.ValidationError(_SAID["too_large"], code="too_large")
        try:
            return check(upload.read())
        except Unfit as unfit:
            raise forms.ValidationError(_SAID[unfit.code], code=unfit.code) from None


SHEET_SAID = {
    "too_large": _("This file is too large. Divide the list, or save it as CSV."),
    "empty": _("This file is empty. Please choose it again."),
    "unknown_kind": _("This is no table. Please choose a file of XLSX, XLS, ODS or CSV."),
    "broken": _("This file is damaged. Open it, save it anew and choose it again."),
    "locked": _("This file asks for a password. Save it without one and choose it again."),
    "too_wide": _(
        "Something stands far to the right or far below in this sheet. Copy the rows of the list into a new file."
    ),
}


@dataclass(frozen=True)
class Sheet:
    """A table fit to be read: `kind` is found in the content."""

    kind: str
    data: bytes


class SheetFile(forms.FileField):
    """Cleans to `Sheet`: a table of the four kinds offices send, of a size one can read."""

    widget = forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv"})

    def clean(self, data: Any, initial: Any = None) -> Sheet | None:
        upload: Any = super().clean(data, initial)
        if not upload:
            return None
        if upload.size and upload.size > LARGEST_SHEET:
            raise forms.ValidationError(SHEET_SAID["too_large"], code="too_large")
        body = upload.read()
        try:
            return Sheet(check_sheet(body), body)
        except Unfit as unfit:
            raise forms.ValidationError(SHEET_SAID[unfit.code], code=unfit.code) from None
