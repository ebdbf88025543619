"""The password rule of level protection: at least three of four classes (GB/T 22239)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def classes_of(password: str) -> int:
    """How many of small letters, capitals, digits and other signs appear."""
    return sum(
        (
            any(sign.islower() for sign in password),
            any(sign.isupper() for sign in password),
            any(sign.isdigit() for sign in password),
            any(not sign.isalnum() for sign in password),
        )
    )


class ThreeClasses:
    """Django password validator."""

    def validate(self, password: str, user: Any = None) -> None:
        if classes_of(password) < 3:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return _("Use at least three of these: small letters, capitals, digits, other signs.")
