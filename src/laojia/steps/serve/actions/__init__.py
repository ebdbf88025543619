"""接单: every write of serving, by verb."""

from laojia.steps.serve.actions.answers import accept, claim, decline, give_back, hand_over
from laojia.steps.serve.actions.records import open_record, record, remind_of_record, tally_walk_ins
from laojia.steps.serve.actions.roster import (
    answer,
    ask,
    join,
    leave,
    move_up,
    name_helpers,
    stand_in,
    turn_up,
)
from laojia.steps.serve.actions.visits import mark, not_home_next, say, settle

__all__ = [
    "accept",
    "answer",
    "ask",
    "claim",
    "decline",
    "give_back",
    "hand_over",
    "join",
    "leave",
    "mark",
    "move_up",
    "name_helpers",
    "not_home_next",
    "open_record",
    "record",
    "remind_of_record",
    "say",
    "settle",
    "stand_in",
    "tally_walk_ins",
    "turn_up",
]
