"""Seats and volunteers' places of an occasion: one conditional UPDATE each, right under any number of takers.

Part of order.place, order.cancel, order.promote, roster.join …: those write the journal, not these.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from laojia.policy.facts import Actor
from laojia.steps.menu.models import Occasion
from laojia.steps.menu.rules.seats import RELEASED_BEFORE, SPOKEN_CHANNELS


@transaction.atomic
def take_seats(*, occasion: Occasion, count: int, held: bool, actor: Actor, now: datetime) -> bool:
    """Take `count` seats; False when they are gone or the occasion is not confirmed (any more).

    `held`: out of those kept for people who telephone; only for an actor on the telephone, at the counter or with a
    paper. Which seats a person gets is decided by `rules.seats.seat_kind`. The row passed in is brought up to date.
    """
    if count < 1:
        return False
    rows = Occasion.objects.filter(pk=occasion.pk, state="confirmed")
    rows = rows.filter(Q(public=False) | Q(ends_at__gt=now), taken__lte=F("places") - count)
    if held:
        if actor.channel not in SPOKEN_CHANNELS:
            return False
        taken = rows.filter(held_taken__lte=F("held_back") - count).update(
            taken=F("taken") + count, held_taken=F("held_taken") + count
        )
    else:
        fits = Q(taken__lte=F("places") - F("held_back") + F("held_taken") - count)
        taken = rows.filter(fits | Q(starts_at__lte=now + RELEASED_BEFORE)).update(taken=F("taken") + count)
    occasion.refresh_from_db(fields=["taken", "held_taken", "places", "held_back", "state", "version"])
    return taken == 1


@transaction.atomic
def give_back_seats(*, occasion: Occasion, count: int, held: bool, actor: Actor, now: datetime) -> bool:
    """Give back what was taken, whatever the state has become; False when so many were never taken."""
    rows = Occasion.objects.filter(pk=occasion.pk, taken__gte=count)
    if held:
        given = rows.filter(held_taken__gte=count).update(
            taken=F("taken") - count, held_taken=F("held_taken") - count
        )
    else:
        given = rows.filter(taken__gte=F("held_taken") + count).update(taken=F("taken") - count)
    occasion.refresh_from_db(fields=["taken", "held_taken", "places", "held_back", "state", "version"])
    return given == 1


@transaction.atomic
def take_volunteer_place(*, occasion: Occasion, actor: Actor, now: datetime) -> bool:
    """One place for a volunteer who joins by himself; False when all are taken or the occasion is not confirmed."""
    taken = (
        Occasion.objects.filter(pk=occasion.pk, state="confirmed", volunteers_taken__lt=F("volunteer_places"))
        .filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now))
        .update(volunteers_taken=F("volunteers_taken") + 1)
    )
    occasion.refresh_from_db(fields=["volunteers_taken", "volunteer_places", "state", "version"])
    return taken == 1


@transaction.atomic
def give_back_volunteer_place(*, occasion: Occasion, actor: Actor, now: datetime) -> bool:
    """A volunteer cannot come after all."""
    given = Occasion.objects.filter(pk=occasion.pk, volunteers_taken__gte=1).update(
        volunteers_taken=F("volunteers_taken") - 1
    )
    occasion.refresh_from_db(fields=["volunteers_taken", "volunteer_places", "state", "version"])
    return given == 1
