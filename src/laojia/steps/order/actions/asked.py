"""What came in with an order, in one piece."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from laojia.foundation.area.models import Area
from laojia.foundation.people.models import Person, Unit
from laojia.foundation.teams.models import Team
from laojia.policy.facts import Actor
from laojia.steps.menu.models import ItemVersion, Occasion


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody one orders for who is not known here yet: a mother, a neighbour, one's own child."""

    name: str
    phone: str = ""
    birth_year: int | None = None
    my_child: bool = False  # the one who asks is the guardian


@dataclass
class Asked:
    """What came in, in one piece; filled by `place` and `describe`, read by everything below."""

    actor: Actor
    now: datetime
    key: uuid.UUID
    area: Area
    item: ItemVersion | None = None
    person: Person | None = None
    unit: Unit | None = None
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    position_system: str = ""
    times: Sequence[Mapping[str, str]] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""
    alone: bool = False
    urgent: bool = False
    occasion: Occasion | None = None
    seats: int = 1
    contact_phone: str = ""
    consent_spoken: bool = False
    wants_team: Team | None = None
    sure: bool = False
    relative: Relative | None = None
    said_at: datetime | None = None  # what a paper says; None: just now
