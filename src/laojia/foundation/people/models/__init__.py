"""Tables of people, accounts, posts, and of what finds and joins people."""

from laojia.foundation.people.models.likeness import Likeness, Merging, NamePiece
from laojia.foundation.people.models.people import (
    Account,
    AccountBook,
    Certificate,
    Claim,
    Consent,
    Insurance,
    Person,
    Post,
    Registration,
    Unit,
)

__all__ = [
    "Account",
    "AccountBook",
    "Certificate",
    "Claim",
    "Consent",
    "Insurance",
    "Likeness",
    "Merging",
    "NamePiece",
    "Person",
    "Post",
    "Registration",
    "Unit",
]
