"""What happens after what, in one place: {verb: (functions, …)} in the same transaction, {clock kind: handler} in the worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from laojia.foundation.journal.actions import Event, connect
from laojia.foundation.outbox.actions import Mirror, connect_mirrors, year_entered
from laojia.foundation.people.actions import post_listed_workers
from laojia.steps.dispatch import jobs as dispatch_jobs
from laojia.steps.dispatch.actions import follow as dispatch_follow
from laojia.steps.dispatch.models import Offer
from laojia.steps.dispatch.queries import connect_barred
from laojia.steps.menu import jobs as menu_jobs
from laojia.steps.order import actions as orders
from laojia.steps.order import jobs as order_jobs
from laojia.steps.order.models import Order
from laojia.steps.review import jobs as review_jobs
from laojia.steps.review.queries import barred_teams
from laojia.steps.serve import jobs as serve_jobs
from laojia.steps.serve.models import LawRecord

AFTER: Mapping[str, tuple[Callable[[Event], None], ...]] = {
    "area.import": (post_listed_workers,),
    "calendar.enter_year": (year_entered,),
    "occasion.open": (orders.occasion_opened, dispatch_follow.ask_first_team, dispatch_follow.hold_place),
    "occasion.confirm": (dispatch_follow.hold_place, serve_jobs.after_time_fixed),
    "occasion.call_off": (
        orders.occasion_called_off,
        dispatch_follow.stop_offers,
        dispatch_follow.free_place,
    ),
    "occasion.postpone": (dispatch_follow.rest_offers, dispatch_follow.free_place, orders.occasion_postponed),
    "occasion.agree_time": (
        dispatch_follow.follow_time,
        orders.occasion_time_fixed,
        serve_jobs.after_time_fixed,
    ),
    "occasion.change": (dispatch_follow.follow_time, orders.occasion_changed),
    "occasion.reconfirm": (
        dispatch_follow.follow_time,
        orders.occasion_time_fixed,
        serve_jobs.after_time_fixed,
    ),
    "occasion.release": (orders.team_let_go, dispatch_follow.free_place),
    "occasion.unoffer": (orders.team_let_go, dispatch_follow.free_place),
    "occasion.pass": (serve_jobs.after_passed,),
    "order.arrange": (orders.team_found,),
    "order.serve": (review_jobs.after_served,),
    "complaint.file": (dispatch_follow.stop_team,),
    "attendance.mark": (orders.visit_marked,),
    "attendance.settle": (orders.visit_marked,),
    "standstill.declare": (orders.work_rests, dispatch_follow.work_rests),
}

# Clock kind → handler(about_id, now); called by the worker when the clock runs out.
CLOCKS: Mapping[str, Callable[[int, datetime], None]] = {
    "offer.remind": dispatch_jobs.remind_due,
    "offer.call": dispatch_jobs.call_due,
    "offer.answer": dispatch_jobs.answer_due,
    "pool.claim": dispatch_jobs.pool_due,
    "station.claim": dispatch_jobs.station_due,
    "centre.end": dispatch_jobs.centre_due,
    "occasion.pass": menu_jobs.pass_due,
    "standstill.over": menu_jobs.standstill_over,
    "occasion.tomorrow": serve_jobs.evening_before,
    "record.remind": serve_jobs.remind,
    "record.overdue": serve_jobs.record_overdue,
    "not_home.resolve": serve_jobs.door_overdue,
    "review.window": review_jobs.window_over,
    "complaint.contact": review_jobs.complaint_due,
    "complaint.answer": review_jobs.complaint_due,
    "order.promise": order_jobs.promise_ran_out,
    "order.triage": order_jobs.triage_ran_out,
    "order.answer": order_jobs.answer_ran_out,
    "order.resume": order_jobs.resume_order,
    "standing.resume": order_jobs.resume_standing,
    "standing.missed": order_jobs.missed_visit_unheard,
    "standing.plan": order_jobs.plan_standing,
}


# Clock kind → the columns that show its due time, so that entering a year mends both.
MIRRORS: Mapping[str, Mirror] = {
    "order.promise": (Order, "promise_due_at", "promise_provisional"),
    "offer.answer": (Offer, "answer_due_at", "answer_provisional"),
    "record.overdue": (LawRecord, "due_at", "provisional"),
}


def start() -> None:
    """Connect the follow-ups and what lower steps ask of higher ones; called once when the application is ready."""
    connect(AFTER)
    connect_mirrors(MIRRORS)
    connect_barred(barred_teams)
