"""Model fields for personal data at rest."""

from typing import Any

from django.core.exceptions import FieldError
from django.db import models

from laojia.kernel import crypto


class PlainOrder(models.CharField):  # type: ignore[type-arg]
    """Text ordered sign by sign on both databases, so that one index serves equality, beginnings and order.

    PostgreSQL orders text by the server's language unless told otherwise; such an index finds no beginnings.
    """

    description = "Text in the order of its signs"

    def db_parameters(self, connection: Any) -> Any:
        return {**super().db_parameters(connection), "collation": self._collation(connection)}

    @staticmethod
    def _collation(connection: Any) -> str | None:
        return "C" if connection.vendor == "postgresql" else None


class SealedText(models.TextField):  # type: ignore[type-arg]
    """Text sealed in the database, plain in the program; blank stays blank so that "none" can be asked for.

    Cannot be searched: keep a `keyed_hash` column beside it where equality is needed.
    """

    description = "Text, sealed at rest"

    def get_prep_value(self, value: Any) -> Any:
        plain = super().get_prep_value(value)
        return crypto.seal(plain) if plain else plain

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> str | None:
        return crypto.unseal(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        """Only "is null": every sealing differs, so any comparison would quietly find nothing."""
        if lookup_name != "isnull":
            raise FieldError(f"a sealed column cannot be compared ({self.name}): use its keyed hash")
        return super().get_lookup(lookup_name)
