"""Every write of orders, attendance and standing help, by verb."""

from laojia.steps.order.actions.asked import Relative
from laojia.steps.order.actions.asking import Revealed, answer, cancel, change, nudge, reopen, reveal, take_back
from laojia.steps.order.actions.course import arrange, close, keep, serve, unarrange
from laojia.steps.order.actions.deciding import (
    ask_back,
    end,
    map_to_item,
    merge,
    pass_down,
    refuse,
    resume,
    second_look,
    suspend,
    triage,
    unmerge,
)
from laojia.steps.order.actions.following import (
    occasion_called_off,
    occasion_changed,
    occasion_opened,
    occasion_postponed,
    occasion_time_fixed,
    team_let_go,
    work_rests,
)
from laojia.steps.order.actions.holding import hold, link_of, tell
from laojia.steps.order.actions.placing import describe, place
from laojia.steps.order.actions.ringing import answer_passed, promise_passed, promise_rests, triage_passed
from laojia.steps.order.actions.seating import expect, promote_waiting_list, release
from laojia.steps.order.actions.standing import begin as start_standing
from laojia.steps.order.actions.standing import finish as end_standing
from laojia.steps.order.actions.standing import (
    heard_after_missed,
    nobody_telephoned,
    team_found,
    visit_marked,
)
from laojia.steps.order.actions.standing import pause as pause_standing
from laojia.steps.order.actions.standing import plan as plan_standing
from laojia.steps.order.actions.standing import resume as resume_standing

__all__ = [
    "Relative",
    "Revealed",
    "answer",
    "answer_passed",
    "arrange",
    "ask_back",
    "cancel",
    "change",
    "close",
    "describe",
    "end",
    "end_standing",
    "expect",
    "heard_after_missed",
    "hold",
    "keep",
    "link_of",
    "map_to_item",
    "merge",
    "nobody_telephoned",
    "nudge",
    "occasion_called_off",
    "occasion_changed",
    "occasion_opened",
    "occasion_postponed",
    "occasion_time_fixed",
    "pass_down",
    "pause_standing",
    "place",
    "plan_standing",
    "promise_passed",
    "promise_rests",
    "promote_waiting_list",
    "refuse",
    "release",
    "reopen",
    "resume",
    "resume_standing",
    "reveal",
    "second_look",
    "serve",
    "start_standing",
    "suspend",
    "take_back",
    "team_found",
    "team_let_go",
    "tell",
    "triage",
    "triage_passed",
    "unarrange",
    "unmerge",
    "visit_marked",
    "work_rests",
]
