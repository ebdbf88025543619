"""Pure decisions about orders: where one begins, who may ask, which times, what comes next, the rhythm of standing help."""

from laojia.steps.order.rules.outlook import (
    HOLDER_WORDS,
    PASSED,
    PAST_WORDS,
    Moment,
    Standing,
    holder_words,
    is_past,
    outlook,
    past_words,
    same_half_day,
)
from laojia.steps.order.rules.placing import (
    DUPLICATE_DAYS,
    OPEN_STATES,
    TO_THE_DOOR,
    Asking,
    asking_problem,
    first_state,
    likely_duplicate,
    needs_second_look,
)
from laojia.steps.order.rules.rhythm import Turn, dates_of, is_holiday, missed_step, turns_of, wants_rhythm

__all__ = [
    "DUPLICATE_DAYS",
    "HOLDER_WORDS",
    "OPEN_STATES",
    "PASSED",
    "PAST_WORDS",
    "TO_THE_DOOR",
    "Asking",
    "Moment",
    "Standing",
    "Turn",
    "asking_problem",
    "dates_of",
    "first_state",
    "holder_words",
    "is_holiday",
    "is_past",
    "likely_duplicate",
    "missed_step",
    "needs_second_look",
    "outlook",
    "past_words",
    "same_half_day",
    "turns_of",
    "wants_rhythm",
]
