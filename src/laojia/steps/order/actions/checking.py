"""What may be asked by whom, where and when; refusals say what to do instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from laojia.foundation.calendar.queries import calendar
from laojia.foundation.limits import actions as limits
from laojia.foundation.people.models import Person, Post, Unit
from laojia.foundation.people.rules import needs_guardian
from laojia.kernel import env
from laojia.kernel.clock import local_date
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, Refused, TooMany, WrongState, joined
from laojia.kernel.geo import System
from laojia.kernel.kept import Given, KeptRead
from laojia.policy.facts import Actor, subject_of
from laojia.policy.permissions import may
from laojia.policy.roles import DESK_ROLES, SPEAKER_ROLES
from laojia.shown import said, said_day
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion
from laojia.steps.menu.queries import paths_of
from laojia.steps.menu.rules.items import may_be_had_here
from laojia.steps.menu.rules.questions import LARGEST_NUMBER, LONGEST_ANSWER, Problem, clean_answers
from laojia.steps.menu.rules.times import earliest_day, wish_days, wish_problem
from laojia.steps.order.actions.holding import voice
from laojia.steps.order.models import Order
from laojia.steps.order.queries.cards import said_wish
from laojia.steps.order.rules import TO_THE_DOOR, Asking, asking_problem

if TYPE_CHECKING:
    from laojia.steps.order.actions.asked import Asked

_person = KeptRead(lambda: Person.objects.filter(pk=Given("pk", BigIntegerField())))

_AN_HOUR = timedelta(hours=1)
_MOST_COUNTED = 2000  # as many moments are written anew at each order
_LONGEST_WORDS, _LONGEST_PLACE = 500, 120
_MOST_WISHES = 3
_LOOKED_AT = 40  # possible days among which the nearest is sought
WITH_TIMES = frozenset({"home_visit", "by_appointment", "whole_village", "keeper"})

_WHO = {
    "ask_guardian": (
        _("For a child under 14, an adult of the family asks."),
        _("Let your mother, father or whoever looks after you ask. If you would rather talk to somebody yourself, "
          "choose “A child would like to talk to somebody”, or call 12355."),
    ),
    "guardian_only": (
        _("This is asked for by whoever looks after the child."),
        _("Let a parent or guardian ask, or call the practice centre."),
    ),
    "not_for_this_body": (
        _("This is not meant for this body."),
        _("Choose something else on the menu, or describe what you need in your own words."),
    ),
    "not_for_one_person": (
        _("This comes for a whole village, a school or a unit, not for one household."),
        _("Ask your village committee to apply, or look at what is on near you."),
    ),
}  # fmt: skip


def asker_of(actor: Actor) -> int:
    """Who asks: the person spoken for, else the one who acts. Nobody without a name can ask."""
    person_id = voice(actor).person_id
    if person_id is None:
        raise NotPermitted(
            "sign_in",
            _("Please leave your phone number first."),
            _("Then we can tell you who comes and when."),
        )
    return person_id


def oneself(person_id: int) -> Person:
    """The one who asks, as the person who is served."""
    person = _person.first(pk=person_id)
    if person is None:
        raise Person.DoesNotExist
    return person


def usual_phone(person: Person | None) -> str:
    """The phone to call when none was given."""
    return (person.phone or "") if person is not None else ""


def is_child(person: Person | None, now: datetime) -> bool:
    return person is not None and needs_guardian(person.birth_year, local_date(now))


def limit_ordering(*, actor: Actor, now: datetime, asked_from: Mapping[str, Any]) -> None:
    """Ordering and cancelling in a loop: so often an hour for one person, three times as often for one device.

    The desks and grid workers order for many; they are not counted. A refusal stays counted: this stands outside the
    order's own transaction. Raises TooMany.
    """
    if actor.on_behalf_of is not None or actor.has(*SPEAKER_ROLES):
        return
    most = env.number("LAOJIA_MOST_ORDERS_AN_HOUR", 20, least=5, most=100_000)
    device = f"{asked_from.get('REMOTE_ADDR', '')} {asked_from.get('HTTP_USER_AGENT', '')}"
    counted = (
        ("order_person", str(actor.person_id or ""), most),
        ("order_device", device, 3 * most),
    )
    again = limits.take_each(
        [limits.Limit(name, key, min(count, _MOST_COUNTED), _AN_HOUR) for name, key, count in counted if key],
        now=now,
    )
    if again is not None:
        raise TooMany(
            "many_orders",
            _now("You have ordered very often within an hour."),
            _now("You can order again from %(when)s. Or call the centre, they note everything at once.")
            % {"when": said(again + timedelta(seconds=59), now)},
        )


def no_place() -> BadInput:
    said = _("Where should somebody come to? Choose the village.")
    return BadInput("place_missing", said, "", {"place": said})


def key_of_somebody_else() -> Conflict:
    return Conflict(
        "key_taken", _("This page has been used already."), _("Open it again and fill it in once more.")
    )


def likely_duplicate_of(earlier: Order, actor: Actor) -> Conflict:
    """The same need is open already: shown first, ordered all the same when the person is sure."""
    mine = may(actor, "order.see", subject_of(earlier))
    shown = _now("You have asked for this already: number %(number)s.") % {"number": earlier.number}
    other = _now("Somebody with this phone number has asked for the same already.")
    return Conflict(
        "likely_duplicate",
        shown if mine else other,
        _("Look at that one first. If this is another need, order it all the same."),
        {"earlier": earlier.number} if mine else {"earlier": ""},
    )


def too_many_open(most: int) -> TooMany:
    """A flood from one person or phone."""
    said = _now("You have %(count)s things open already.") % {"count": most}
    return TooMany(
        "too_many_open", said, _("Let some of them be done or cancel them first, or call the centre.")
    )


def check_asking(asked: Asked, asker_id: int) -> None:
    """Published item, had at this place, asked by somebody it is for, in words that fit. Raises BadInput, WrongState."""
    if len(asked.words) > _LONGEST_WORDS:
        said = _("That is a little long; 500 signs at most, please. The rest can be told on the telephone.")
        raise BadInput("words_long", said, "", {"words": said})
    if len(asked.place) > _LONGEST_PLACE:
        said = _("That is a little long; 120 signs at most, please.")
        raise BadInput("place_long", said, "", {"place": said})
    _check_head_count(asked.seats)
    if asked.actor.on_behalf_of is not None and not asked.consent_spoken:
        said = _("Ask first whether they agree, then tick that they said yes.")
        raise BadInput("consent", said, "", {"consent_spoken": said})
    if asked.unit is not None:
        _check_unit(asked.unit, asked.actor, asker_id, local_date(asked.now))
    elif asked.person is not None:
        _check_person(asked.person, asked, asker_id)
    if asked.item is None:
        if not asked.words:
            said = _("Tell us in your own words what you need.")
            raise BadInput("words", said, "", {"words": said})
        return
    _check_item(asked, asker_id)


def check_point(lon: float, lat: float, system: str) -> None:
    """A place on earth in a system we know. Raises BadInput."""
    if not (abs(lon) <= 180 and abs(lat) <= 90) or (system and system not in set(System)):
        said = _("This place on the map could not be read.")
        raise BadInput("place_unreadable", said, _("Please choose the village by its name."), {"place": said})


def _check_head_count(count: int) -> None:
    if not 1 <= count <= 500:
        said = _("How many people are you? At least one, 500 at most.")
        raise BadInput("head_count", said, "", {"head_count": said})


def _check_unit(unit: Unit, actor: Actor, asker_id: int, today: date) -> None:
    """For a body asks whoever holds a post there, or the station or grid worker of its area."""
    if any(g.role in SPEAKER_ROLES and g.covers(unit.area_path) for g in actor.grants):
        return
    on_day = Q(valid_from__lte=today) & (Q(valid_to=None) | Q(valid_to__gt=today))
    if not Post.objects.filter(on_day, person_id=asker_id, unit=unit).exists():
        raise NotPermitted(
            "not_for_unit",
            _("You are not entered as speaking for this body."),
            _("Ask your station to order for it, or to enter you as its contact."),
        )


def _check_person(person: Person, asked: Asked, asker_id: int) -> None:
    """For oneself, one's ward, somebody one has ordered for before, or somebody one has just entered."""
    if asker_id in (person.pk, person.guardian_id):
        return
    if asked.relative is not None:
        return
    if not Order.objects.filter(asker_id=asker_id, person=person, sealed=False).exists():
        raise NotPermitted(
            "not_for_person",
            _("You have not ordered for this person before."),
            _("Enter them as a new relative or neighbour, or ask your station."),
        )


def _check_item(asked: Asked, asker_id: int) -> None:
    item = asked.item
    assert item is not None
    if item.state != "published":
        raise WrongState(
            "item_not_out",
            _("This cannot be ordered at the moment."),
            _("Look at the menu for something like it, or describe what you need in your own words."),
        )
    if item.mode == "walk_in":
        raise WrongState(
            "walk_in",
            _("No need to order: just go there while it is open."),
            _("The opening hours stand on its page."),
        )
    if asked.occasion is None and item.mode == "volunteers":
        raise WrongState(
            "volunteers",
            _("This one is for those who want to help."),
            _("Choose a date under “what is on” and join."),
        )
    if not may_be_had_here(paths_of(item), asked.area.path):
        said = _("This is not offered in that village yet.")
        raise BadInput("not_here", said, _("Call the centre, they may know another way."), {"place": said})
    if asked.occasion is not None:
        _check_occasion(asked.occasion, asked)
        return
    _check_door(asked, item.mode)
    problem = asking_problem(item, _asking(asked, asker_id))
    if problem:
        message, hint = _WHO[problem]
        raise BadInput(problem, message, hint)
    asked.answers, wrong = clean_answers(item.questions, asked.answers)
    if wrong:
        raise BadInput(
            "answers", _("One more thing, please."), "", {f"answer_{w.field}": answer_words(w) for w in wrong}
        )


def _check_door(asked: Asked, mode: str) -> None:
    """Somebody who comes to a home must find it: as said, on the map, or the address that is known."""
    if mode not in TO_THE_DOOR or asked.place or asked.lon is not None:
        return
    if asked.person is not None and asked.person.address and asked.person.area_path == asked.area.path:
        asked.place = asked.person.address
        return
    said = _("Which lane, which door? As you would tell a visitor.")
    raise BadInput("door_missing", said, "", {"place": said})


def _asking(asked: Asked, asker_id: int) -> Asking:
    person = asked.person
    speaker = asked.actor.has(*DESK_ROLES)
    return Asking(
        unit_kind=asked.unit.kind if asked.unit else "",
        at_station=speaker and asked.actor.on_behalf_of is None and asked.unit is None,
        is_self=person is None or person.pk == asker_id,
        is_guardian=person is not None and person.guardian_id == asker_id,
        person_is_minor=is_child(person, asked.now),
    )


def _check_occasion(occasion: Occasion, asked: Asked) -> None:
    """Seats are for everybody once a team has said yes; a child comes with an adult's order."""
    item = asked.item
    if item is None or occasion.item_version.item_id != item.item_id:
        raise BadInput("other_item", _("This date belongs to something else. Open it again."))
    if occasion.state != "confirmed" or occasion.kind != "seats":
        raise WrongState(
            "not_open",
            _("One cannot sign up for this date at the moment."),
            _("Look at what else is on near you."),
        )
    if occasion.starts_at is not None and occasion.starts_at <= asked.now:
        raise WrongState("begun", _("This one has begun already."), _("Look at what else is on near you."))
    if (
        is_child(asked.person, asked.now)
        and asked.person is not None
        and asked.person.pk == voice(asked.actor).person_id
    ):
        message, hint = _WHO["ask_guardian"]
        raise BadInput("ask_guardian", message, hint)


_ANSWERS: Mapping[str, Any] = {
    "missing": _("Please answer this one."),
    "not_a_choice": _("Please choose one of the answers."),
    "not_yes_or_no": _("Yes or no, please."),
    "not_a_date": _("Please choose a day."),
    "condition_not_met": _("Without this we cannot come."),
}


def answer_words(problem: Problem) -> object:
    """The sentence beside a question."""
    if problem.code == "not_a_number":
        return _now("A number, please, %(most)s at most.") % {"most": LARGEST_NUMBER}
    if problem.code == "too_long":
        return _now("A little shorter, please: %(most)s signs at most.") % {"most": LONGEST_ANSWER}
    return _ANSWERS[problem.code]


def check_wish(asked: Asked) -> None:
    """Two or three half-days that can be kept; one is enough. A wish that cannot is answered with the nearest one."""
    item = asked.item
    if asked.occasion is not None or item is None or item.mode not in WITH_TIMES:
        asked.times = ()
        return
    asked.times = check_times(item, asked.times, asked.now)


def check_times(item: Any, times: Any, now: datetime) -> list[dict[str, str]]:
    """Clean wishes, each once, in the order given. Raises BadInput with the nearest possible half-day."""
    seen = {(str(w.get("date", "")), str(w.get("half", ""))): None for w in times}
    wishes = list(seen)[:_MOST_WISHES]
    if not wishes:
        said = _("When would it suit you? Choose one or two times.")
        raise BadInput("times", said, "", {"times": said})
    for text, half in wishes:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise _bad_time(item, "not_a_date", local_date(now), now) from None
        problem = wish_problem(item.slots, item.lead_working_days, day, half, now, calendar())
        if problem:
            raise _bad_time(item, problem, day, now)
    return [{"date": text, "half": half} for text, half in wishes]


def _bad_time(item: Any, problem: str, wish: date, now: datetime) -> BadInput:
    today = local_date(now)
    if problem == "too_soon" and item.lead_working_days and wish >= today:
        earliest = earliest_day(item.lead_working_days, today, calendar())
        said = _now("That is too soon: it can be had from %(day)s on.") % {"day": said_day(earliest, today)}
    elif problem == "too_far":
        said = _now("That is too far ahead; ask again nearer the time.")
    else:
        said = _now("At that time nobody can come.")
    possible = wish_days(item.slots, item.lead_working_days, now, calendar(), count=_LOOKED_AT)
    after = [one for one in possible if one[0] >= wish] or possible
    hint = _next_possible(after, today)
    return BadInput("time_not_possible", said, hint, {"times": joined(said, hint)})


def _next_possible(possible: Sequence[tuple[date, Sequence[str]]], today: date) -> str:
    if not possible:
        return _now("Call the centre, they look for a way.")
    day, halves = possible[0]
    return _now("The next possible time is %(when)s. Take that one?") % {
        "when": said_wish(day, halves[0], today)
    }


def take_quota(asked: Asked) -> None:
    """One of the week's orders of this item, counted in the week of the first wish. Raises Conflict `week_full`."""
    item = asked.item
    if item is None or not item.quota_per_week or asked.occasion is not None:
        return
    day = date.fromisoformat(asked.times[0]["date"]) if asked.times else local_date(asked.now)
    if menu.take_quota(item_version=item, on=day, actor=asked.actor, now=asked.now):
        return
    raise week_full(item, day, asked.now)


def week_full(item: Any, day: date, now: datetime) -> Refused:
    """这个时段约满了: offers the first half-day of the following weeks."""
    today = local_date(now)
    possible = wish_days(item.slots, item.lead_working_days, now, calendar(), count=_LOOKED_AT)
    said = _now("That week is full.")
    hint = _next_possible(
        [one for one in possible if one[0].isocalendar()[:2] > day.isocalendar()[:2]], today
    )
    return Conflict("week_full", said, hint, {"times": joined(said, hint)})
