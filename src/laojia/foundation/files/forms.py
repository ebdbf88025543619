"""A form field for uploads that believes the content only."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia.foundation.files.rules import LARGEST, Checked, Unfit, check

_SAID = {
    "too_large": _(
        "This file is too large: up to 8 MB please. A photo taken anew with the phone is small enough."
    ),
    "empty": _("This file is empty. Please choose it again."),
    "unknown_kind": _("Please choose a photo (JPEG or PNG) or a PDF."),
    "broken": _("This file is damaged. Please take the photo or save the paper again."),
    "acting": _("This PDF contains programs. Please print it to a new PDF and choose that."),
}


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
