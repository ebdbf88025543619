"""What happens after what, in one place: {verb: (functions, …)} in the same transaction, {clock kind: handler} in the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from laojia.desks.reports.models import ExchangeFile, ExchangeLine, MonthNote, SavedTable
from laojia.foundation.area import jobs as area_jobs
from laojia.foundation.area.jobs.areas_list import AREAS, connect_workers
from laojia.foundation.area.jobs.stations_list import STATIONS
from laojia.foundation.area.queries import only_county
from laojia.foundation.area.queries.holdings import BOTH, FOLLOW, OPEN_FOLLOW, Holding, connect_holdings
from laojia.foundation.journal.actions import Event, connect
from laojia.foundation.journal.queries import scoped
from laojia.foundation.lists.models import Batch
from laojia.foundation.lists.queries import connect as connect_lists
from laojia.foundation.lists.rules import ListKind
from laojia.foundation.outbox.actions import Mirror, connect_mirrors, number_was_wrong, year_entered
from laojia.foundation.outbox.models import Message
from laojia.foundation.people.actions import post_listed_workers, posts_follow, sweep_merged
from laojia.foundation.people.actions.listed import known_workers
from laojia.foundation.people.jobs import TEAMS, VOLUNTEERS
from laojia.foundation.people.jobs import look as look_for_doubles
from laojia.foundation.people.jobs.insurance_list import INSURANCE
from laojia.foundation.people.jobs.posts_list import POSTS
from laojia.foundation.people.models import Likeness, Merging, Person, Post, Unit
from laojia.foundation.people.queries import actor_of, connect_orders
from laojia.foundation.people.queries.merging import connect_person_columns
from laojia.foundation.people.rules import Fate, PersonColumn
from laojia.foundation.teams.actions import serves_follow
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import local_date
from laojia.policy.facts import Actor
from laojia.policy.roles import Channel
from laojia.steps.dispatch import jobs as dispatch_jobs
from laojia.steps.dispatch.actions import follow as dispatch_follow
from laojia.steps.dispatch.actions import inviting
from laojia.steps.dispatch.models import Invite, Offer, PoolEntry
from laojia.steps.dispatch.queries import connect_barred
from laojia.steps.menu import jobs as menu_jobs
from laojia.steps.menu.forms.menu_list import MENU
from laojia.steps.menu.forms.points_list import POINTS
from laojia.steps.menu.models import ItemVersion, Occasion, Point, Standstill
from laojia.steps.order import actions as orders
from laojia.steps.order import jobs as order_jobs
from laojia.steps.order.forms.old_book import ORDERS
from laojia.steps.order.models import STILL_OPEN, Attendance, Order, StandingHelp
from laojia.steps.review import jobs as review_jobs
from laojia.steps.review.models import Complaint, FollowUp, Incident, Review
from laojia.steps.review.queries import barred_teams
from laojia.steps.serve import jobs as serve_jobs
from laojia.steps.serve.actions import hearing, usual
from laojia.steps.serve.models import LawRecord, RosterLine, WalkInTally

AFTER: Mapping[str, tuple[Callable[[Event], None], ...]] = {
    "area.import": (post_listed_workers,),
    "calendar.enter_year": (year_entered,),
    "person.wrong_number": (number_was_wrong,),
    "occasion.open": (
        orders.occasion_opened,
        dispatch_follow.ask_first_team,
        dispatch_follow.hold_place,
        serve_jobs.after_opened,
        usual.usual_first,
    ),
    "occasion.confirm": (dispatch_follow.hold_place, serve_jobs.after_time_fixed, usual.usual_first),
    "occasion.record": (usual.first_ones_are_usual,),
    "occasion.call_off": (
        hearing.fell,
        orders.occasion_called_off,
        dispatch_follow.stop_offers,
        dispatch_follow.free_place,
        inviting.let_helpers_go,
    ),
    "occasion.postpone": (
        dispatch_follow.rest_offers,
        dispatch_follow.free_place,
        orders.occasion_postponed,
        hearing.put_off,
        inviting.tell_helpers,
    ),
    "occasion.agree_time": (
        dispatch_follow.follow_time,
        orders.occasion_time_fixed,
        serve_jobs.after_time_fixed,
        hearing.moved,
        inviting.tell_helpers,
    ),
    "occasion.change": (
        dispatch_follow.follow_time,
        orders.occasion_changed,
        serve_jobs.after_changed,
        hearing.moved,
        inviting.tell_helpers,
    ),
    "occasion.reconfirm": (
        dispatch_follow.follow_time,
        orders.occasion_time_fixed,
        serve_jobs.after_time_fixed,
        hearing.moved,
        inviting.tell_helpers,
    ),
    "occasion.release": (orders.team_let_go, dispatch_follow.free_place),
    "occasion.unoffer": (orders.team_let_go, dispatch_follow.free_place),
    "occasion.pass": (serve_jobs.after_passed,),
    "order.arrange": (orders.team_found,),
    "order.serve": (review_jobs.after_served,),
    "order.reopen": (orders.comes_home,),
    "occasion.mark_practice": (orders.practised,),
    "complaint.file": (dispatch_follow.stop_team, orders.complaint_filed),
    "standing.usual": (usual.usual_changed,),
    "roster.answer": (usual.usual_cannot,),
    "attendance.mark": (orders.visit_marked,),
    "attendance.settle": (orders.visit_marked,),
    "standstill.declare": (orders.work_rests, dispatch_follow.work_rests),
}

# Clock kind → handler(about_id, now); called by the worker when the clock runs out.
CLOCKS: Mapping[str, Callable[[int, datetime], object]] = {
    "offer.remind": dispatch_jobs.remind_due,
    "offer.call": dispatch_jobs.call_due,
    "offer.answer": dispatch_jobs.answer_due,
    "pool.claim": dispatch_jobs.pool_due,
    "station.claim": dispatch_jobs.station_due,
    "centre.end": dispatch_jobs.centre_due,
    "area.take_effect": area_jobs.change_due,
    "occasion.pass": menu_jobs.pass_due,
    "standstill.over": menu_jobs.standstill_over,
    "occasion.tomorrow": serve_jobs.evening_before,
    "record.remind": serve_jobs.remind,
    "record.overdue": serve_jobs.record_overdue,
    "not_home.resolve": serve_jobs.door_overdue,
    "review.window": review_jobs.window_over,
    "complaint.contact": review_jobs.complaint_due,
    "complaint.answer": review_jobs.complaint_due,
    "person.sweep": sweep_merged,
    "person.look": look_for_doubles,
    "order.promise": order_jobs.promise_ran_out,
    "order.triage": order_jobs.triage_ran_out,
    "order.answer": order_jobs.answer_ran_out,
    "order.resume": order_jobs.resume_order,
    "standing.resume": order_jobs.resume_standing,
    "standing.missed": order_jobs.missed_visit_unheard,
    "standing.soon": order_jobs.pause_ends_soon,
    "standing.ask_person": order_jobs.ask_person,
    "standing.ask_team": order_jobs.ask_team,
    "standing.check": order_jobs.check_unanswered,
    "standing.plan": order_jobs.plan_standing,
}


# Clock kind → the columns that show its due time, so that entering a year mends both.
MIRRORS: Mapping[str, Mirror] = {
    "order.promise": (Order, "promise_due_at", "promise_provisional"),
    "offer.answer": (Offer, "answer_due_at", "answer_provisional"),
    "record.overdue": (LawRecord, "due_at", "provisional"),
}

_OPEN_OCCASION = Q(occasion__state__in=("draft", "offered", "confirmed", "postponed"))

# Every table above the areas that names one, by key or by path: what becomes of its rows when areas merge or split
# (docs/adr/0007). tests/tables/test_at_area.py fails when a table is missing here.
AT_AREA: tuple[Holding, ...] = (
    Holding(
        "orders", _("Orders"), Order, "area", "area_path", Q(state__in=STILL_OPEN), OPEN_FOLLOW,
        shows=("number", "state"),
    ),
    Holding(
        "standing", _("Standing help"), StandingHelp, "area", "area_path", Q(state__in=("active", "paused")),
        OPEN_FOLLOW, shows=("id", "state"),
    ),
    Holding(
        "occasions", _("Occasions"), Occasion, "area", "area_path",
        Q(state__in=("draft", "offered", "confirmed", "postponed")), OPEN_FOLLOW, shows=("item_version__name", "date", "state"),
    ),
    Holding("teams", _("Teams"), Team, "area", "area_path", Q(), FOLLOW, shows=("name",)),
    Holding("goes_to", _("Places teams go to"), Team, follow=serves_follow, listed=False),
    Holding(
        "points", _("Service points"), Point, "area", "area_path", Q(closed_on__isnull=True), FOLLOW,
        named=("name",), shows=("name",),
    ),
    Holding("items", _("Items limited to an area"), ItemVersion.areas.through, "area", becomes=BOTH,
        owner="itemversion", shows=("itemversion__name",)),
    Holding("posts", _("Posts"), Post, "area", follows=Q(), becomes=FOLLOW, follow=posts_follow,
        shows=("role",), counts=Q(valid_to__isnull=True)),
    Holding("persons", _("People"), Person, "area", "area_path", Q(), FOLLOW, shows=("id",)),
    Holding("units", _("Units"), Unit, "area", "area_path", Q(), FOLLOW, named=("name",), shows=("name",)),
    Holding(
        "standstills", _("Work at rest"), Standstill, "area", "area_path", Q(state="standing"), OPEN_FOLLOW, shows=("id", "state"),
    ),
    # These hang on something counted above: they go where a reader of that thing looks for them.
    Holding("visits", _("Visits"), Attendance, path="area_path", follows=Q(state="expected"), listed=False),
    Holding("offers", _("Offers"), Offer, path="area_path", follows=_OPEN_OCCASION, listed=False),
    Holding("pool", _("Open pool"), PoolEntry, path="area_path", follows=Q(closed_at__isnull=True), listed=False),
    Holding("roster", _("Rosters"), RosterLine, path="area_path", follows=_OPEN_OCCASION, listed=False),
    Holding("records", _("Records of law"), LawRecord, path="area_path", follows=_OPEN_OCCASION, listed=False),
    Holding("tallies", _("Walk-in tallies"), WalkInTally, path="area_path", listed=False),
    Holding("reviews", _("Reviews"), Review, path="area_path", listed=False),
    Holding("follow_ups", _("Follow-up calls"), FollowUp, path="area_path", listed=False),
    Holding(
        "complaints", _("Complaints"), Complaint, path="area_path", follows=~Q(state="closed"), becomes=OPEN_FOLLOW,
        shows=("number", "state"),
    ),
    Holding(
        "incidents", _("Incidents"), Incident, path="area_path", follows=Q(state="reported"), becomes=OPEN_FOLLOW,
        shows=("id", "state"),
    ),
    Holding("likenesses", _("Likely duplicates"), Likeness, path="area_path", follows=Q(apart_at=None), listed=False),
    Holding("mergings", _("Duplicates"), Merging, path="area_path", follows=Q(state="proposed"), listed=False),
    Holding("invites", _("Asked to join a drive"), Invite, path="area_path", follows=_OPEN_OCCASION, listed=False),
    Holding("lists", _("Lists read in"), Batch, path="area_path", listed=False),
    Holding("month_notes", _("Notes to a month"), MonthNote, "area", "area_path", listed=False),
    Holding("tables", _("Saved tables"), SavedTable, path="area_path", follows=Q(), listed=False),
    Holding("exchange", _("Exchange files"), ExchangeFile, path="area_path", listed=False),
    Holding("exchanged", _("Exchanged records"), ExchangeLine, path="area_path", listed=False),
    Holding(
        "messages", _("Messages"), Message, path="area_path", follows=Q(state__in=("queued", "to_call")), listed=False
    ),
)  # fmt: skip

# Kinds of lists that are read in, in the order a new county needs them.
LISTS: tuple[ListKind, ...] = (
    AREAS, STATIONS, POSTS, TEAMS, VOLUNTEERS, INSURANCE, MENU, POINTS, ORDERS,
)  # fmt: skip


def _reader(person_id: int, now: datetime, channel: Channel) -> Actor:
    """Who read a list in, with the posts he holds now."""
    return actor_of(Person.objects.get(pk=person_id), local_date(now), channel=channel)


# Every column anywhere that holds a person's id: what becomes of the row when two rows turn out to be one person
# (docs/adr/0008). tests/tables/test_of_person.py fails when a column is missing here.
OF_PERSON: tuple[PersonColumn, ...] = (
    PersonColumn("order.Order", "person_id", _("Orders")),
    PersonColumn("order.Order", "asker_id", _("Orders asked for somebody")),
    PersonColumn("order.Order", "entered_by_id"),
    PersonColumn("order.Order", "keeper_id"),
    PersonColumn("order.Order", "holder_id", where=(("holder__in", ("resident", "keeper")),)),
    PersonColumn("order.Order", "second_look_by_id"),
    PersonColumn("order.Hop", "holder_id", where=(("holder__in", ("resident", "keeper")),)),
    PersonColumn("order.Attendance", "person_id", _("Visits")),
    PersonColumn("order.Attendance", "asker_id"),
    PersonColumn("order.StandingHelp", "person_id", _("Standing help")),
    PersonColumn("order.StandingHelp", "asker_id"),
    PersonColumn("order.StandingHelp", "ended_by_id"),
    PersonColumn("order.StandingHelp_usual", "person_id"),
    PersonColumn("order.StandingCheck", "holder_id", where=(("holder", "resident"),)),
    PersonColumn("order.StandingCheck", "answered_by_id"),
    PersonColumn("order.StandingCheck", "entered_by_id"),
    PersonColumn("serve.RosterLine", "person_id", _("Where you helped"), adds="minutes"),
    PersonColumn("serve.RosterLine", "attested_by_id"),
    PersonColumn("serve.LawRecord", "in_charge_id", _("Records of law")),
    PersonColumn("serve.LawRecord", "recorded_by_id"),
    PersonColumn("serve.WalkInTally", "entered_by_id"),
    PersonColumn("review.Review", "person_id", _("Reviews")),
    PersonColumn("review.Review", "asker_id"),
    PersonColumn("review.Review", "given_by_id"),
    PersonColumn("review.Review", "recorder_id"),
    PersonColumn("review.FollowUp", "by_id"),
    PersonColumn("review.Complaint", "person_id", _("Complaints")),
    PersonColumn("review.Complaint", "holder_id"),
    PersonColumn("review.TeamStop", "person_id"),
    PersonColumn("review.Incident", "reporter_id", _("Incidents")),
    PersonColumn("dispatch.Offer", "made_by_id"),
    PersonColumn("dispatch.Offer", "answered_by_id"),
    PersonColumn("dispatch.Invite", "made_by_id"),
    PersonColumn("dispatch.Invite", "answered_by_id"),
    PersonColumn("menu.ItemVersion", "keeper_id"),
    PersonColumn("menu.Occasion", "keeper_id"),
    PersonColumn("menu.Occasion", "opened_by_id"),
    PersonColumn("menu.Standstill", "declared_by_id"),
    PersonColumn("reports.MonthNote", "by_id"),
    PersonColumn("reports.ExchangeLine", "person_id"),
    PersonColumn("reports.SavedTable", "owner_id"),
    PersonColumn("reports.ExchangeFile", "made_by_id"),
    PersonColumn("lists.Batch", "by_id"),
    PersonColumn("outbox.Message", "to_person_id", _("Messages")),
    PersonColumn("outbox.InboxEntry", "person_id"),
    PersonColumn("area.AreaChange", "asked_by_id"),
    PersonColumn("area.AreaChange", "ended_by_id"),
    PersonColumn("people.Post", "person_id", _("Posts"),
        twin=("role", "area_id", "station_id", "team_id", "unit_id", "zone_id", "valid_to")),
    PersonColumn("people.Certificate", "person_id", _("Certificates")),
    PersonColumn("people.Registration", "person_id", _("Entry in the register of volunteers")),
    PersonColumn("people.Insurance_insured", "person_id", _("Insurance")),
    PersonColumn("people.Consent", "person_id", _("Consents")),
    PersonColumn("people.Consent", "heard_by_id"),
    PersonColumn("people.Person", "guardian_id", _("Wards")),
    PersonColumn("people.Person", "merged_into_id"),
    # What was true of the one row: its phones lead on by the pointer, its name is found and leads on, who decided stays.
    PersonColumn("people.Account", "person_id", fate=Fate.STAYS),
    PersonColumn("people.Claim", "person_id", fate=Fate.STAYS),
    PersonColumn("people.NamePiece", "person_id", fate=Fate.STAYS),
    PersonColumn("people.Likeness", "low_id", fate=Fate.STAYS),
    PersonColumn("people.Likeness", "high_id", fate=Fate.STAYS),
    PersonColumn("people.Merging", "gone_id", fate=Fate.STAYS),
    PersonColumn("people.Merging", "kept_id", fate=Fate.STAYS),
    PersonColumn("people.Merging", "proposed_by_id", fate=Fate.STAYS),
    PersonColumn("people.Merging", "confirmed_by_id", fate=Fate.STAYS),
    # The journal is append-only: it says which row did something.
    PersonColumn("journal.JournalRow", "actor_id", fate=Fate.STAYS),
    PersonColumn("journal.JournalRow", "behalf_id", fate=Fate.STAYS),
)  # fmt: skip


def _person_of_order(number: str) -> int | None:
    """Whose order it is; a sealed case proves nothing to anybody."""
    orders_of = Order.objects.filter(number=number, sealed=False)
    return orders_of.values_list("person_id", flat=True).first()


def _orders_named(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Number and desk page of the orders the actor may see."""
    rows = scoped(Order.objects.filter(pk__in=list(ids), sealed=False), actor, "order.see")
    return {pk: (number, f"/o/{number}/") for pk, number in rows.values_list("pk", "number")}


def start() -> None:
    """Connect the follow-ups and what lower steps ask of higher ones; called once when the application is ready."""
    connect(AFTER)
    connect_mirrors(MIRRORS)
    connect_workers(known_workers)
    connect_lists(LISTS, _reader, lambda: only_county().path)
    connect_barred(barred_teams)
    connect_holdings(AT_AREA)
    connect_person_columns(OF_PERSON)
    connect_orders(_person_of_order, {"order": _orders_named})
