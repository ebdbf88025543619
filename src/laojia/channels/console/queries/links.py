"""Whom the desk is for."""

from __future__ import annotations

from laojia.foundation.journal.actions import require
from laojia.policy.facts import Actor, Subject
from laojia.policy.roles import DESK_ROLES


def let_in(actor: Actor) -> None:
    """Dispatchers and station staff, each for his own area. Raises NotPermitted or OutOfScope."""
    prefixes = actor.prefixes(*DESK_ROLES)
    require(actor, "offer.make", Subject("offer", area_path=prefixes[0] if prefixes else ""))
