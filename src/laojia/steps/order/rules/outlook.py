"""What happened and what comes next, in words, computed from state, holder and the outer clock.

Sentences are English msgids; whoever shows them translates and fills in. Times are real moments, never typed text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta


def gettext_noop(text: str) -> str:
    """Marks a sentence for translation."""
    return text


@dataclass(frozen=True, slots=True)
class Moment:
    """One step still to come. `by`: the time is the latest, not the appointment."""

    text: str
    at: datetime | None = None
    by: bool = False
    now: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order stands, reduced to what the outlook needs."""

    state: str
    promise_due: datetime
    starts_at: datetime | None = None
    review_until: datetime | None = None
    resumes_at: datetime | None = None
    asked_until: datetime | None = None
    sealed: bool = False
    seated: bool = False
    ends_at: datetime | None = None
    host: bool = False  # a body that asked for it: it prepares the place


# Why somebody holds an order → sentence. A code without an entry would show as silence: a test walks over them.
HOLDER_WORDS: Mapping[str, str] = {
    "placed": gettext_noop("The practice centre reads what you asked for."),
    "trusted": gettext_noop("The practice centre is looking for a team for you."),
    "unlisted": gettext_noop("The practice centre is finding out who can do what you described."),
    "keeper": gettext_noop("One person looks after this, nobody else can read it."),
    "mapped": gettext_noop("We know what you need; the practice centre is looking for a team."),
    "looked_at": gettext_noop("The practice centre is looking for a team for you."),
    "asked_back": gettext_noop("We need to know one thing from you before we go on."),
    "answered": gettext_noop("You answered; the practice centre goes on with it."),
    "asking_team": gettext_noop("We have asked a team and are waiting for its answer."),
    "no_answer": gettext_noop(
        "The team before did not answer; we are asking the next one. You need not ask again."
    ),
    "declined": gettext_noop(
        "The team before cannot come this time; we are asking the next one. You need not ask again."
    ),
    "pool": gettext_noop("Several teams can see it now, and the practice centre looks for one as well."),
    "passed_down": gettext_noop("The station near you is looking for somebody now."),
    "passed_back": gettext_noop("The practice centre has taken it over again."),
    "arranged": gettext_noop("A team has taken it on and comes at the agreed time."),
    "seated": gettext_noop("Your place is kept for you."),
    "waiting_list": gettext_noop("All places are taken; you move up as soon as one is free."),
    "promoted": gettext_noop("A place became free and is yours now."),
    "returned": gettext_noop(
        "The team cannot come after all; we are looking for another one. You need not ask again."
    ),
    "called_off": gettext_noop(
        "What had been arranged does not take place; we are looking for something else."
    ),
    "not_home": gettext_noop("Nobody opened the door; we are finding a new time."),
    "team_absent": gettext_noop("The team did not come. We are sorry; we are looking for another one."),
    "suspended": gettext_noop("Noted for later, as you wished."),
    "resumed": gettext_noop("It is time again; the practice centre is looking for a team."),
    "unmerged": gettext_noop("It stands on its own again; the practice centre is looking for a team."),
    "promise_passed": gettext_noop(
        "We promised you an answer by now and have found nobody yet. We go on looking."
    ),
    "triage_late": gettext_noop("The practice centre has not got round to it yet; it comes first now."),
    "reopened": gettext_noop("It was not solved; we are looking again."),
    "standing": gettext_noop("Your regular help; the team comes as always."),
    "standing_paused": gettext_noop("Regular help rests; on the day named it goes on by itself."),
    "standing_again": gettext_noop("The pause is over; the practice centre is looking for a team."),
    "visit_missed": gettext_noop("A visit was missed. Your station calls you to hear how you are."),
    "visits_missed": gettext_noop("Two visits were missed. The practice centre calls you and looks into it."),
    "no_reply": gettext_noop("We have not heard from you; the practice centre calls you."),
    "served": gettext_noop("It was done; we would like to hear how it was."),
    "closed": gettext_noop("This is finished."),
    "cancelled": gettext_noop("It was cancelled."),
    "refused": gettext_noop("We cannot do this; see below who can."),
    "merged": gettext_noop("It goes on together with another order for the same need."),
    "ended": gettext_noop("We have found nobody. See below what you can do."),
}

# What happened, by verb; verbs without an entry are our own bookkeeping and not told.
PAST_WORDS: Mapping[str, str] = {
    "order.place": gettext_noop("Received."),
    "order.describe": gettext_noop("Received, in your own words."),
    "order.map": gettext_noop("We found what it is on the menu."),
    "order.triage": gettext_noop("Looked at; a team is being found."),
    "order.ask_back": gettext_noop("We asked you one thing."),
    "order.answer": gettext_noop("You answered."),
    "order.change": gettext_noop("Changed."),
    "order.nudge": gettext_noop("You reminded us."),
    "order.arrange": gettext_noop("Somebody has taken it on."),
    "order.promote": gettext_noop("A place became free and is yours."),
    "order.unarrange": gettext_noop("What was arranged fell through; we are looking anew."),
    "order.suspend": gettext_noop("Noted for later."),
    "order.resume": gettext_noop("Taken up again."),
    "order.pass_down": gettext_noop("Handed to the station near you."),
    "pool.open": gettext_noop("Several teams were asked at once."),
    "order.serve": gettext_noop("Done."),
    "order.reopen": gettext_noop("Not solved: we are looking again."),
    "order.close": gettext_noop("Finished."),
    "order.end": gettext_noop("Nobody could be found."),
    "order.cancel": gettext_noop("Cancelled."),
    "order.refuse": gettext_noop("We cannot do this."),
    "order.merge": gettext_noop("Joined to another order for the same need."),
    "order.unmerge": gettext_noop("Separated from the other order again."),
}

_TELL = gettext_noop("We tell you who comes and when, or that nobody was found and what you can do.")
_KEEPER = gettext_noop("The one person who looks after this calls you.")
_LOOK = gettext_noop("The practice centre reads it and asks a team.")
_ASK = gettext_noop("We ask one team after the other.")
_SEAT = gettext_noop("It takes place. Tell us your name at the entrance.")
_HOST = gettext_noop("The team comes. Please have the place ready.")
_COME = gettext_noop("The team comes. Ask for the word at the door before you let anybody in.")
# The time has passed and the team has not said yet how it was: "comes as agreed" would not be true any more.
PASSED = gettext_noop("The agreed time is over; we are waiting to hear from the team how it was.")
_HEAR = gettext_noop("The team notes how it was. Nobody came? Tell us or call; we see to it at once.")
_REVIEW = gettext_noop("You tell us how it was.")
_REVIEW_UNTIL = gettext_noop("You can say how it was, or that it was not solved.")
_WAIT = gettext_noop("When a place becomes free, we tell you at once.")
_OCCASION = gettext_noop("It takes place.")
_ANSWER = gettext_noop("You answer our question; then we go on.")
_RESUME = gettext_noop("We take it up again.")


def outlook(s: Standing, now: datetime) -> list[Moment]:
    """接下来会怎样: the steps still to come, dated from the outer clock; the first one is what happens now."""
    if s.sealed and s.state in ("received", "waiting"):
        return [Moment(_KEEPER, s.promise_due, by=True, now=True)]
    told, how = Moment(_TELL, s.promise_due, by=True), Moment(_REVIEW)
    open_window = s.review_until is not None and now < s.review_until
    say = Moment(_REVIEW_UNTIL, s.review_until, by=s.review_until is not None, now=s.state == "served")
    coming = Moment(_HOST if s.host else _SEAT if s.seated else _COME, s.starts_at, now=True)
    if is_past(s.ends_at or s.starts_at, now):
        coming = Moment(_HEAR, now=True)
    steps: dict[str, list[Moment]] = {
        "received": [Moment(_LOOK, now=True), told, how],
        "waiting": [Moment(_ASK, now=True), told, how],
        "need_info": [Moment(_ANSWER, s.asked_until, by=s.asked_until is not None, now=True), Moment(_ASK)],
        "waitlisted": [Moment(_WAIT, now=True), Moment(_OCCASION, s.starts_at)],
        "suspended": [Moment(_RESUME, s.resumes_at, now=True)],
        "arranged": [coming, how],
        "served": [say],
        "closed": [say] if open_window else [],
    }
    return steps.get(s.state, [])


def is_past(moment: datetime | None, now: datetime) -> bool:
    """A time that stands and is over."""
    return moment is not None and moment < now


def holder_words(why: str) -> str:
    """The sentence for a holder's code; an unknown code says the least that is true."""
    return HOLDER_WORDS.get(why, HOLDER_WORDS["looked_at"])


def past_words(verb: str) -> str:
    """The sentence for what happened; empty for what is not told."""
    return PAST_WORDS.get(verb, "")


def half_day(moment: datetime) -> tuple[str, int]:
    """The half-day a nudge counts in: (date, 0 before noon or 1 after), of an already local moment."""
    return moment.date().isoformat(), int(moment.hour >= 12)


def same_half_day(one: datetime, other: datetime) -> bool:
    """Both moments local: was it the same half-day?"""
    return abs(one - other) < timedelta(days=1) and half_day(one) == half_day(other)
