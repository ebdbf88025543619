"""What every shown figure means, once: name, sentence, formula in words, what is left out, unit, where it is shown.

Pure. A page shows a figure by its code; a code that does not stand here cannot be shown. `laojia docs` prints the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MONTH, OVERVIEW, PUBLIC = "month", "overview", "figures"
GROUPS = ("done", "asked", "said", "duty", "now", "open")


def gettext_noop(text: str) -> str:
    """Marks a sentence for translation; it is shown by the page that reads it."""
    return text


EXCLUSIONS: Mapping[str, str] = {
    "practice": gettext_noop("Practice and visitors' trials are never counted."),
    "sealed": gettext_noop("Sealed cases are never counted, nowhere."),
    "protected": gettext_noop(
        "Protected items count in the centre's total of the whole county only, never by town and never for others."
    ),
    "protected_absent": gettext_noop("Protected items are absent."),
    "merged": gettext_noop("An order joined to another one is counted once: as the one it goes on as."),
    "cancelled_before": gettext_noop(
        "An order cancelled before anybody was found for it is left out here and counted apart."
    ),
    "small": gettext_noop(
        "Figures below five are hidden, and a further one so that they cannot be reckoned."
    ),
    "own_work": gettext_noop("Work done as somebody's paid job is no volunteering and brings no minutes."),
    "released": gettext_noop("Places let go before the day are left out."),
    "late_words": gettext_noop("What was said after the time for it had ended is kept but not counted."),
    "provisional": gettext_noop("Nothing is called late on a date that is still provisional."),
}

UNITS: Mapping[str, str] = {
    "occasions": gettext_noop("occasions"),
    "orders": gettext_noop("orders"),
    "seats": gettext_noop("seats"),
    "visitors": gettext_noop("visitors"),
    "people_said": gettext_noop("people, as the record says"),
    "visits": gettext_noop("visits"),
    "arrangements": gettext_noop("arrangements"),
    "minutes": gettext_noop("hours"),  # kept in minutes, shown in hours
    "hours": gettext_noop("hours (middle value)"),
    "reviews": gettext_noop("reviews"),
    "complaints": gettext_noop("complaints"),
    "incidents": gettext_noop("incidents"),
    "records": gettext_noop("records"),
    "calls": gettext_noop("calls"),
    "percent": gettext_noop("percent"),
}


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure. `split` names what it is told apart by; `teams`: a team sees it of its own work."""

    code: str
    group: str
    name: str
    sentence: str
    formula: str
    excludes: tuple[str, ...]
    unit: str
    pages: tuple[str, ...] = (MONTH,)
    split: str = ""
    teams: bool = False


_ORDERS = ("practice", "sealed", "protected", "merged")
_TAKEN = (*_ORDERS, "cancelled_before")
_USUAL = ("practice", "sealed", "protected")
_ = gettext_noop

_ALL = (
    # what took place in the month
    Metric(
        "occasions_held", "done", _("Occasions held"),
        _("How often something took place: visits, appointments, occasions with places and all others."),
        _("Occasions that have taken place or are recorded, by the day they began."),
        _USUAL, "occasions", split="kind", teams=True,
    ),
    Metric(
        "helped_orders", "done", _("Orders helped with"),
        _("Orders by people and villages that were done, wholly or partly. Seats are counted apart."),
        _("Orders served in the month with the outcome done or partly done, seats at occasions left out."),
        _ORDERS, "orders", split="outcome", teams=True,
    ),
    Metric(
        "helped_seats", "done", _("Seats used"),
        _("Places at occasions that somebody had booked and really used."),
        _("Sum of the seats of those who came to an occasion with places that began in the month."),
        (*_USUAL, "released"), "seats", teams=True,
    ),
    Metric(
        "village_heads", "done", _("People at occasions for whole villages"),
        _("How many were there, as the team wrote it into the record."),
        _("Sum of the people helped in the records of occasions for a whole village that began in the month."),
        _USUAL, "people_said", teams=True,
    ),
    Metric(
        "walk_ins", "done", _("Visitors at service points"),
        _("Who came by without an order, counted in heads only."),
        _("Sum of the tallies of the days of the month, corrections included."),
        (), "visitors",
    ),
    Metric(
        "standing_made", "done", _("Visits of standing help"),
        _("Visits that come again and again and took place."),
        _("Visits of standing help in the month at which the person was met."),
        (*_USUAL, "released"), "visits", teams=True,
    ),
    Metric(
        "standing_missed", "done", _("Visits of standing help that were missed"),
        _("Nobody opened, or the team did not come."),
        _("Visits of standing help in the month that ended with nobody home, not let in or the team absent."),
        (*_USUAL, "released"), "visits", split="visit", teams=True,
    ),
    Metric(
        "standing_running", "done", _("Standing help running"),
        _("Arrangements that were not ended before the month and had begun by its end."),
        _("Standing help that began by the end of the month and is running or resting, or ended inside the month or later."),
        ("protected",), "arrangements", split="standing", teams=True,
    ),
    Metric(
        "volunteer_time", "done", _("Volunteer hours recorded"),
        _("Time really given, attested line by line."),
        _("Sum of the attested minutes of those who were there, of occasions that began in the month."),
        (*_USUAL, "own_work"), "minutes", teams=True,
    ),
    # what was asked for in the month and what became of it until now
    Metric(
        "orders_taken", "asked", _("Orders taken"),
        _("What people asked for in the month, by the way it reached us. What became of it stands below."),
        _("Orders placed in the month: helped with, not possible, cancelled later or still open."),
        _TAKEN, "orders", split="channel",
    ),
    Metric(
        "orders_helped", "asked", _("Of these: helped with"),
        _("Orders of this month that have been done, wholly or partly, until today."),
        _("Orders placed in the month that are served or closed, outcome not 'could not be done'."),
        _TAKEN, "orders", split="outcome",
    ),
    Metric(
        "orders_open", "asked", _("Of these: still open"),
        _("Orders of this month for which something has still to happen."),
        _("Orders placed in the month whose state is not an end."),
        _TAKEN, "orders", split="state",
    ),
    Metric(
        "cannot", "asked", _("Of these: could not be done"),
        _("Said honestly, with the reason."),
        _("Orders placed in the month that were refused with a way elsewhere, ended without anybody found, or visited and not possible."),
        _TAKEN, "orders", split="reason",
    ),
    Metric(
        "cancelled_later", "asked", _("Of these: cancelled after somebody was found"),
        _("The person did not need it any more after it had been arranged."),
        _("Orders placed in the month, cancelled while arranged."),
        _TAKEN, "orders",
    ),
    Metric(
        "cancelled_early", "asked", _("Cancelled before anybody was found"),
        _("Asked for by mistake, found otherwise, or not needed any more."),
        _("Orders placed in the month, cancelled and never arranged. They are not among the orders taken."),
        _ORDERS, "orders",
    ),
    Metric(
        "orders_late", "asked", _("Later than promised"),
        _("Orders of this month whose first promise could not be kept, with where each of them is now."),
        _("Orders placed in the month that are marked late, or still looked for after the promised time."),
        (*_TAKEN, "provisional"), "orders", split="why",
    ),
    Metric(
        "until_found", "asked", _("Time until somebody was found"),
        _("Half of the orders were quicker, half slower. Hours of the clock, nights and holidays included."),
        _("Middle value of the time from placing to arranging, of orders placed in the month; seats are found at once and left out."),
        _TAKEN, "hours",
    ),
    Metric(
        "unlisted", "asked", _("Needs outside the menu"),
        _("What people asked for in their own words, and what became of it."),
        _("Orders placed in the month that were described instead of chosen from the menu."),
        _TAKEN, "orders", split="fate",
    ),
    # what people said
    Metric(
        "reviews", "said", _("How it was, in people's word"),
        _("Solved, partly solved or not solved: only what people really said."),
        _("Reviews given in the month within the time for them."),
        (*_USUAL, "late_words"), "reviews", split="solved",
    ),
    Metric(
        "not_reviewed", "said", _("Not reviewed"),
        _("Nobody said anything until the time for it had passed. That is neither good nor bad."),
        _("Orders served in the month that were closed without a word of the person."),
        _ORDERS, "orders",
    ),
    Metric(
        "complaints", "said", _("Complaints"),
        _("What was complained about, by kind."),
        _("Complaints received in the month."),
        _USUAL, "complaints", split="complaint",
    ),
    Metric(
        "complaint_ends", "said", _("How the complaints ended"),
        _("The same complaints, by the answer."),
        _("Complaints received in the month by the answer given until now; those without one are open."),
        _USUAL, "complaints", split="ending",
    ),
    Metric(
        "incidents", "said", _("Incidents"),
        _("Falls, damage and the like, each with a sheet of its own."),
        _("Incident sheets by the day it happened."),
        _USUAL, "incidents", split="incident",
    ),
    # what has to be written and called
    Metric(
        "records_in_time", "duty", _("Records complete in time"),
        _("The record of law was entered within ten working days."),
        _("Records of occasions that began in the month, entered by their due time."),
        _USUAL, "records", teams=True,
    ),
    Metric(
        "records_late", "duty", _("Records entered late"),
        _("The record of law came after the ten working days."),
        _("Records of occasions that began in the month, entered after their due time."),
        (*_USUAL, "provisional"), "records", teams=True,
    ),
    Metric(
        "records_owed", "duty", _("Records still owed"),
        _("The occasion is over, the record of law is not there yet."),
        _("Records of occasions that began in the month and are not entered, by whether the time is over."),
        (*_USUAL, "provisional"), "records", split="owed", teams=True,
    ),
    Metric(
        "calls_ticked", "duty", _("Calls ticked as told"),
        _("People without messages on their phone who were called and told."),
        _("Messages said by telephone and ticked in the month."),
        ("protected",), "calls",
    ),
    Metric(
        "follow_ups", "duty", _("Follow-up calls"),
        _("Calls after a visit to hear how it was, by whether somebody answered."),
        _("Follow-up calls noted in the month."),
        _USUAL, "calls", split="answered",
    ),
    # how things stand at this moment: the leader's page
    Metric(
        "now_waiting", "now", _("Waiting now"),
        _("Orders that somebody at a desk has to do something about."),
        _("Orders received, waiting or with a question back, at this moment."),
        ("practice", "sealed", "protected_absent", "merged"), "orders", (OVERVIEW,),
    ),
    Metric(
        "now_late", "now", _("Later than promised now"),
        _("Waiting longer than was promised, or promised anew after the first time could not be kept."),
        _("Orders waiting now that are marked late, or whose promised time is over."),
        ("practice", "sealed", "protected_absent", "merged", "provisional"), "orders", (OVERVIEW,),
    ),
    Metric(
        "now_pool", "now", _("No team has answered yet"),
        _("Open to every fitting team, or with the station."),
        _("Orders waiting now that lie in the open pool or at a station."),
        ("practice", "sealed", "protected_absent", "merged"), "orders", (OVERVIEW,),
    ),
    Metric(
        "served_week", "now", _("Served in the last seven days"),
        _("Somebody was there."),
        _("Orders served within seven times 24 hours before now."),
        ("practice", "sealed", "protected_absent", "merged"), "orders", (OVERVIEW,),
    ),
    Metric(
        "now_short", "now", _("Where help is short"),
        _("Items for which most people wait."),
        _("Orders waiting now by item, the eight items with most."),
        ("practice", "sealed", "protected_absent", "merged"), "orders", (OVERVIEW,),
    ),
    # what everybody may see
    Metric(
        "public_helped", "open", _("How often somebody was helped"),
        _("By item and town, for everybody to read."),
        _("Orders of every kind served in the month with the outcome done or partly done."),
        ("practice", "sealed", "protected_absent", "merged", "small"), "orders", (PUBLIC,),
    ),
    Metric(
        "public_heard", "open", _("How many said how it was"),
        _("Whoever said nothing is counted as nothing."),
        _("Reviews given in the month within the time for them."),
        ("practice", "sealed", "protected_absent", "late_words"), "reviews", (PUBLIC, OVERVIEW),
    ),
    Metric(
        "public_solved", "open", _("How many of them said: solved"),
        _("A share of those who said something."),
        _("Reviews that say solved, in percent of all reviews of the month, rounded."),
        ("practice", "sealed", "protected_absent", "late_words"), "percent", (PUBLIC, OVERVIEW),
    ),
)  # fmt: skip

METRICS: Mapping[str, Metric] = {metric.code: metric for metric in _ALL}


def on_page(page: str, *, team: bool = False) -> tuple[Metric, ...]:
    """The figures of one page in order; for a team those of its own work only."""
    return tuple(m for m in _ALL if page in m.pages and (m.teams or not team))
