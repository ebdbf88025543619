"""Pages of serving."""

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
    "decline",
    "done",
    "door",
    "give_back",
    "hand_over",
    "join",
    "occasion",
    "offer",
    "record_sheet",
    "settle",
    "stand_in",
    "station",
    "strike",
    "tally",
    "today",
    "volunteer",
]
