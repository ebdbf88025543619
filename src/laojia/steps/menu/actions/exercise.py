"""演练: an exercise, or something staged for guests. Marked, visible, in no figure; the mark can be taken back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.actions import check, record
from laojia.kernel.db import swap
from laojia.kernel.errors import BadInput, Conflict
from laojia.policy.facts import Actor
from laojia.policy.reasons import is_reason
from laojia.steps.menu.models import Occasion


def need_reason(verb: str, reason: str) -> None:
    """The mark takes something out of every figure: nobody sets it without saying why. Raises BadInput."""
    if not is_reason(verb, reason):
        said = _("Please say why.")
        raise BadInput("reason", said, _("Choose one of the reasons."), {"reason": said})


@transaction.atomic
def mark_practice(
    *, occasion: Occasion, practice: bool, reason: str, actor: Actor, now: datetime, because: str = ""
) -> Occasion:
    """It is an exercise, or it is none after all (reason `by_mistake`). Its orders follow. Raises Conflict, BadInput."""
    if not because:
        check(occasion, "occasion.mark_practice", actor=actor)
        need_reason("occasion.mark_practice", reason)
    if occasion.practice == practice:
        return occasion
    if not swap(
        Occasion, occasion.pk, {"version": occasion.version}, practice=practice, version=occasion.version + 1
    ):
        raise Conflict(
            "changed_meanwhile",
            _("Somebody else has just changed this."),
            _("Look at it again and decide anew; nothing of yours was saved."),
        )
    occasion.practice, occasion.version = practice, occasion.version + 1
    record(
        occasion,
        "occasion.mark_practice",
        actor=actor,
        now=now,
        fields=("practice",),
        reason=reason,
        because=because,
    )
    return occasion
