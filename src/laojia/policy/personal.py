"""What personal data a table holds, for what and how long (个人信息保护法 art. 6, 17, 19). Every model says it in PERSONAL."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Keep(StrEnum):
    """How long a field is kept before the retention job blanks it."""

    WHILE_NEEDED = "while_needed"  # until the person asks for erasure
    ORDER_YEAR = "order_year"  # one year after the order is closed
    RECORD_TEN_YEARS = "record_ten_years"  # the record of law (GB/T 40143)
    MESSAGE_HALF_YEAR = "message_half_year"
    SHARED_THREE_YEARS = "shared_three_years"


@dataclass(frozen=True, slots=True)
class Held:
    """Fields kept for one purpose. `purpose` is an English msgid shown on the privacy page."""

    fields: tuple[str, ...]
    purpose: str
    keep: Keep


NONE: tuple[Held, ...] = ()
