"""Every write of orders, attendance and standing help, by verb."""

from laojia.steps.order.actions.asked import Relative
from laojia.steps.order.actions.asking import (
    Revealed,
    answer,
    cancel,
    change,
    nudge,
    reopen,
    reveal,
    take_back,
)
from laojia.steps.order.actions.beginning import begin as start_standing
from laojia.steps.order.actions.beginning import begin_for as start_standing_for
from laojia.steps.order.actions.checks import ask as ask_standing
from laojia.steps.order.actions.checks import heard, nobody_answered, person_says, team_says
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
from laojia.steps.order.actions.exercise import mark_practice, practised
from laojia.steps.order.actions.following import (
    comes_home,
    occasion_called_off,
    occasion_changed,
    occasion_opened,
    occasion_postponed,
    occasion_time_fixed,
    team_let_go,
    work_rests,
)
from laojia.steps.order.actions.holding import hold, link_of, tell
from laojia.steps.order.actions.missed import heard_after_missed, nobody_telephoned, visit_marked
from laojia.steps.order.actions.placing import describe, place
from laojia.steps.order.actions.planning import plan as plan_standing
from laojia.steps.order.actions.ringing import answer_passed, promise_passed, promise_rests, triage_passed
from laojia.steps.order.actions.seating import expect, promote_waiting_list, release
from laojia.steps.order.actions.standing import change as change_standing
from laojia.steps.order.actions.standing import (
    complaint_filed,
    going_on_soon,
    other_team,
    set_usual,
    team_found,
)
from laojia.steps.order.actions.standing import finish as end_standing
from laojia.steps.order.actions.standing import pause as pause_standing
from laojia.steps.order.actions.standing import prolong as prolong_standing
from laojia.steps.order.actions.standing import resume as resume_standing

__all__ = [
    "Relative",
    "Revealed",
    "answer",
    "answer_passed",
    "arrange",
    "ask_back",
    "ask_standing",
    "cancel",
    "change",
    "change_standing",
    "close",
    "comes_home",
    "complaint_filed",
    "describe",
    "end",
    "end_standing",
    "expect",
    "going_on_soon",
    "heard",
    "heard_after_missed",
    "hold",
    "keep",
    "link_of",
    "map_to_item",
    "mark_practice",
    "merge",
    "nobody_answered",
    "nobody_telephoned",
    "nudge",
    "occasion_called_off",
    "occasion_changed",
    "occasion_opened",
    "occasion_postponed",
    "occasion_time_fixed",
    "other_team",
    "pass_down",
    "pause_standing",
    "person_says",
    "place",
    "plan_standing",
    "practised",
    "prolong_standing",
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
    "set_usual",
    "start_standing",
    "start_standing_for",
    "suspend",
    "take_back",
    "team_found",
    "team_let_go",
    "team_says",
    "tell",
    "triage",
    "triage_passed",
    "unarrange",
    "unmerge",
    "visit_marked",
    "work_rests",
]
