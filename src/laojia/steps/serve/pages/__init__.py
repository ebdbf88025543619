"""Pages of serving."""

from laojia.steps.serve.pages.inviting import come, invite, name_helpers, not_come
from laojia.steps.serve.pages.leader import accept, by_link, claim, decline, offer, today
from laojia.steps.serve.pages.station import called, settle, station, strike, tally
from laojia.steps.serve.pages.visits import (
    agree_time,
    ask_people,
    done,
    door,
    give_back,
    hand_over,
    occasion,
    record_sheet,
    stand_in,
    turn_up,
)
from laojia.steps.serve.pages.volunteer import answer_line, join, volunteer

__all__ = [
    "accept",
    "agree_time",
    "answer_line",
    "ask_people",
    "by_link",
    "called",
    "claim",
    "come",
    "decline",
    "done",
    "door",
    "give_back",
    "hand_over",
    "invite",
    "join",
    "name_helpers",
    "not_come",
    "occasion",
    "offer",
    "record_sheet",
    "settle",
    "stand_in",
    "station",
    "strike",
    "tally",
    "today",
    "turn_up",
    "volunteer",
]
