"""派单: every write of dispatch. Slots, occasion and orders move in the same transaction as the offer."""

from laojia.steps.dispatch.actions.follow import wait_with_offer, wait_with_pool
from laojia.steps.dispatch.actions.inviting import (
    accept_invite,
    call_up,
    decline_invite,
    invite,
    withdraw_invite,
)
from laojia.steps.dispatch.actions.ladder import (
    after_no,
    after_yes,
    claimed_offer,
    climb,
    expire,
    offer_again,
    open_pool,
)
from laojia.steps.dispatch.actions.offers import ask_for_call, make_offer, note_call, remind, withdraw
from laojia.steps.dispatch.actions.slots import free_slot, take_slot
from laojia.steps.dispatch.actions.trips import bundle, unbundle

__all__ = [
    "accept_invite",
    "after_no",
    "after_yes",
    "ask_for_call",
    "bundle",
    "call_up",
    "claimed_offer",
    "climb",
    "decline_invite",
    "expire",
    "free_slot",
    "invite",
    "make_offer",
    "note_call",
    "offer_again",
    "open_pool",
    "remind",
    "take_slot",
    "unbundle",
    "wait_with_offer",
    "wait_with_pool",
    "withdraw",
    "withdraw_invite",
]
