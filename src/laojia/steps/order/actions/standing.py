"""结对: the same people come in a rhythm without being asked again. It ends by a visit or a call, never by silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.actions import Event, advance, check, record
from laojia.foundation.outbox.actions import cancel_clocks, set_clock
from laojia.foundation.people.models import Person
from laojia.kernel.clock import CHINA, local_date
from laojia.kernel.db import swap
from laojia.kernel.errors import BadInput, NotPermitted
from laojia.policy.facts import CLOCK, Actor
from laojia.policy.roles import DESK_ROLES
from laojia.steps.order.actions.beginning import check_rhythm, half_at
from laojia.steps.order.actions.checks import start_asking, stop_asking
from laojia.steps.order.actions.course import close, serve, unarrange
from laojia.steps.order.actions.holding import changed_meanwhile, hold, looking_again
from laojia.steps.order.actions.planning import call_off_visits, open_order, plan, say
from laojia.steps.order.actions.seating import stop_looking
from laojia.steps.order.models import ENDED_HOW, ENDED_WITH, Order, StandingGap, StandingHelp

LONGEST_UNKNOWN = timedelta(weeks=4)  # a pause nobody can name the end of is looked at again after this
_LONGEST_PAUSE = timedelta(days=366)
_TOLD_BEFORE = timedelta(days=2)
_CHANGEABLE = frozenset("weekdays every_weeks starts minutes holidays valid_to".split())


@transaction.atomic
def pause(
    *,
    standing: StandingHelp,
    reason: str,
    until: date | None = None,
    from_day: date | None = None,
    actor: Actor,
    now: datetime,
) -> StandingHelp:
    """先停一停, at once or from a day on: visits in it are called off, both sides are told, and it goes on by itself.

    Nobody knows until when: four weeks, and two days before they end both sides are told that it goes on.
    """
    today = local_date(now)
    begins = from_day or today
    ends = until or begins + LONGEST_UNKNOWN
    _check_pause(begins, ends, today)
    gap = {"from_day": begins, "until": ends, "reason": reason, "created_at": now}
    if begins > today:
        # Announced: it stays active until then, the days in between are left out.
        record(standing, "standing.pause", actor=actor, now=now, reason=reason, fields=("gaps",))
        StandingGap.objects.create(standing=standing, kind="pause", **gap)
        call_off_visits(standing, "standing.pause", actor, now, first=begins, until=ends)
    else:
        advance(standing, "standing.pause", actor=actor, now=now, reason=reason, paused_until=ends)
        StandingGap.objects.create(standing=standing, kind="pause", **gap)
        call_off_visits(standing, "standing.pause", actor, now)
        _forget_plan(standing)
        _wake_at(standing, ends, now)
        _order_rests(standing, ends, now)
    say(
        standing, open_order(standing), "standing.paused", now=now, mark=f"p{standing.version}-{begins}",
        day=begins.isoformat(), until=ends.isoformat(),
    )  # fmt: skip
    if begins > today:
        plan(standing=standing, actor=CLOCK, now=now)
    return standing


def _check_pause(begins: date, ends: date, today: date) -> None:
    wrong: dict[str, object] = {}
    if begins < today:
        wrong["from_day"] = _("That day is over already. Choose a later one.")
    if ends <= max(begins, today):
        wrong["until"] = _("That day is over already. Choose a later one.")
    if ends - begins > _LONGEST_PAUSE:
        wrong["until"] = _("A year at most; then it is better to ask anew.")
    if wrong:
        raise BadInput("until", next(iter(wrong.values())), "", wrong)


def _wake_at(standing: StandingHelp, until: date, now: datetime) -> None:
    """On that morning it goes on; two days before both sides hear of it."""
    wakes = datetime.combine(until, time(8), tzinfo=CHINA)
    set_clock("standing.resume", about=("standing", standing.pk), due=wakes, now=now)
    soon = datetime.combine(until - _TOLD_BEFORE, time(10), tzinfo=CHINA)
    if soon > now:
        set_clock("standing.soon", about=("standing", standing.pk), due=soon, now=now)


def _order_rests(standing: StandingHelp, until: date, now: datetime) -> None:
    """Nobody looks for a team meanwhile; the clock of the pause is the holder's."""
    order = open_order(standing)
    if order is None or order.state == "arranged":
        return
    stop_looking(order)
    wakes = datetime.combine(until, time(8), tzinfo=CHINA)
    _set(order, hold(order, holder="nobody", why="standing_paused", until=wakes, now=now))


def _set(order: Order, fields: Mapping[str, Any]) -> None:
    Order.objects.filter(pk=order.pk).update(**fields)
    for name, value in fields.items():
        setattr(order, name, value)


def _forget_plan(standing: StandingHelp) -> None:
    """Planned anew from today on."""
    StandingHelp.objects.filter(pk=standing.pk).update(planned_to=None)
    standing.planned_to = None


@transaction.atomic
def prolong(*, standing: StandingHelp, until: date, actor: Actor, now: datetime) -> StandingHelp:
    """The pause lasts longer, or not so long, than was said."""
    today = local_date(now)
    _check_pause(today, until, today)
    _change(standing, {"paused_until": until})
    record(standing, "standing.prolong", actor=actor, now=now, fields=("paused_until",))
    standing.gaps.filter(kind="pause", from_day__lte=today, until__gt=today).update(until=until)
    cancel_clocks(("standing", standing.pk), ("standing.soon",))
    _wake_at(standing, until, now)
    _order_rests(standing, until, now)
    say(
        standing, open_order(standing), "standing.paused", now=now, mark=f"p{standing.version}-{until}",
        day=today.isoformat(), until=until.isoformat(),
    )  # fmt: skip
    return standing


def _change(standing: StandingHelp, changes: Mapping[str, Any]) -> None:
    expect = {"state": standing.state, "version": standing.version}
    if not swap(StandingHelp, standing.pk, expect, version=standing.version + 1, **changes):
        raise changed_meanwhile()
    for name, value in {"version": standing.version + 1, **changes}.items():
        setattr(standing, name, value)


@transaction.atomic
def going_on_soon(*, standing: StandingHelp, now: datetime) -> None:
    """Clock standing.soon: in two days they come again, unless somebody says otherwise."""
    if standing.state == "paused" and standing.paused_until is not None:
        day = standing.paused_until.isoformat()
        say(standing, open_order(standing), "standing.soon", now=now, mark=f"r{standing.version}", day=day)


@transaction.atomic
def resume(*, standing: StandingHelp, actor: Actor, now: datetime) -> StandingHelp:
    """On it goes, by itself on the day named or because somebody says so."""
    today = local_date(now)
    advance(standing, "standing.resume", actor=actor, now=now, paused_until=None)
    cancel_clocks(("standing", standing.pk), ("standing.resume", "standing.soon"))
    # The pause is over today, whatever day was named; one of the same day leaves nothing to keep.
    standing.gaps.filter(kind="pause", from_day__lt=today, until__gt=today).update(until=today)
    standing.gaps.filter(kind="pause", from_day=today).delete()
    _forget_plan(standing)
    order = open_order(standing)
    if order is not None and order.holder_why == "standing_paused":
        _set(order, looking_again(order, "standing_again", now))
    plan(standing=standing, actor=CLOCK, now=now)
    say(standing, order, "standing.resumed", now=now, mark=f"r{standing.version}")
    return standing


# --- changes ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def change(
    *, standing: StandingHelp, changes: Mapping[str, Any], actor: Actor, now: datetime
) -> StandingHelp:
    """Other days, another hour, rhythm or last day, without starting anew: visits to come follow, both sides are told."""
    if unknown := set(changes) - _CHANGEABLE:
        raise ValueError(f"not changeable: {unknown}")
    check(standing, "standing.change", actor=actor)
    new = {name: value for name, value in changes.items() if getattr(standing, name) != value}
    if not new:
        return standing
    if "weekdays" in new:
        new["weekdays"] = sorted(set(new["weekdays"]))
    rhythm = {name: new.get(name, getattr(standing, name)) for name in _CHANGEABLE}
    check_rhythm(rhythm, standing.valid_from, local_date(now))
    if "starts" in new:
        new["half"] = half_at(new["starts"])
    call_off_visits(standing, "standing.change", actor, now)
    _change(standing, {**new, "planned_to": None})
    record(standing, "standing.change", actor=actor, now=now, fields=new)
    stop_asking(standing=standing, answer="changed", now=now, kinds=("wish", "end"))
    if standing.state == "active":
        plan(standing=standing, actor=CLOCK, now=now)
    say(standing, open_order(standing), "standing.changed", now=now)
    return standing


@transaction.atomic
def other_team(
    *, standing: StandingHelp, reason: str, actor: Actor, now: datetime, because: str = ""
) -> StandingHelp:
    """The team does not come any more: another one is asked at once, and the person hears so. The help goes on."""
    if not because:
        check(standing, "standing.other_team", actor=actor)
    order = open_order(standing)
    call_off_visits(standing, because or "standing.other_team", actor, now)
    say(standing, None, "standing.let_go", now=now)
    _change(standing, {"team": None, "planned_to": None, "missed": 0})
    record(standing, "standing.other_team", actor=actor, now=now, reason=reason, because=because)
    standing.usual.clear()
    stop_asking(standing=standing, answer="other_team", now=now, kinds=("team",))
    cancel_clocks(("standing", standing.pk), ("standing.ask_team",))
    if order is not None and order.state == "arranged":
        cancel_clocks(("order", order.pk), ("standing.missed",))
        unarrange(order=order, reason="team_returned", actor=actor, now=now, because="standing.other_team")
    if standing.state == "active":
        plan(standing=standing, actor=CLOCK, now=now)
    elif standing.paused_until is not None:
        _order_rests(standing, standing.paused_until, now)
    return standing


@transaction.atomic
def set_usual(
    *, standing: StandingHelp, people: Sequence[Person], actor: Actor, now: datetime, because: str = ""
) -> StandingHelp:
    """The volunteers he is used to: asked first for each visit from now on."""
    if not because:
        check(standing, "standing.usual", actor=actor)
    before = set(standing.usual.values_list("pk", flat=True))
    wanted = {person.pk for person in people}
    if before != wanted:
        facts = {"gone": before - wanted}
        standing.usual.set(people)
        record(
            standing, "standing.usual", actor=actor, now=now, fields=("usual",), because=because, facts=facts
        )
    return standing


@transaction.atomic
def finish(
    *, standing: StandingHelp, reason: str, how: str, spoke_with: str, actor: Actor, now: datetime
) -> StandingHelp:
    """It ends by a word that was spoken, on a visit or on the telephone: why, who spoke, with whom. The order is served."""
    if not actor.has(*DESK_ROLES):
        raise NotPermitted(
            "ended_by_a_call",
            _("Regular help ends by a call or a visit, so that nobody is left alone by mistake."),
            _("Say that it is not needed any more: your station telephones you. Or call it yourself."),
        )
    if how not in ENDED_HOW or spoke_with not in ENDED_WITH:
        said = _("With whom was it spoken, on a visit or on the telephone?")
        raise BadInput("spoken", said, "", {"how": said} if how not in ENDED_HOW else {"spoke_with": said})
    team, order = standing.team_id, open_order(standing)
    advance(
        standing, "standing.end", actor=actor, now=now, reason=reason, paused_until=None, ended_how=how,
        ended_with=spoke_with, ended_by_id=actor.person_id, ended_at=now,
        valid_to=max(local_date(now), standing.valid_from),
    )  # fmt: skip
    call_off_visits(standing, "standing.end", actor, now)
    cancel_clocks(("standing", standing.pk))
    stop_asking(standing=standing, answer="ended", now=now)
    if team is not None:
        say(standing, order if reason != "person_died" else None, "standing.ended", now=now)
    for one in standing.orders.filter(state__in=("received", "waiting", "arranged")):
        _order_ends(one, reason, actor, now)
    return standing


def _order_ends(order: Order, reason: str, actor: Actor, now: datetime) -> None:
    """Somebody came for a time: served. Nobody was found yet: not needed any more, by the same word."""
    from laojia.steps.order.actions.asking import cancel

    cancel_clocks(("order", order.pk), ("standing.missed",))
    if order.state == "arranged":
        serve(order=order, outcome="done", actor=actor, now=now, because="standing.end")
        if reason == "person_died":
            close(order=order, actor=actor, now=now, because="standing.end")
    else:
        cancel(order=order, reason="not_needed", actor=actor, now=now, because="standing.end")


def team_found(event: Event) -> None:
    """After order.arrange: the team that accepted the first visit comes from now on; two weeks are planned."""
    order: Order = event.row
    if order.standing_id is None:
        return
    standing = StandingHelp.objects.get(pk=order.standing_id)
    if standing.team_id is not None or standing.state != "active":
        return
    StandingHelp.objects.filter(pk=standing.pk).update(team_id=order.team_id)
    standing = StandingHelp.objects.select_related("team", "item_version", "area").get(pk=order.standing_id)
    start_asking(standing=standing, now=event.now)
    plan(standing=standing, actor=CLOCK, now=event.now)


def complaint_filed(event: Event) -> None:
    """complaint.file about conduct or money: that team does not come to this person any more; another one is asked."""
    complaint = event.row
    if not event.facts.get("stops") or complaint.about_team_id is None:
        return
    person_id = complaint.person_id or (complaint.order.person_id if complaint.order is not None else None)
    if person_id is None:
        return
    rows = StandingHelp.objects.filter(
        person_id=person_id, team_id=complaint.about_team_id, state__in=("active", "paused")
    )
    for standing in rows.select_related("team", "item_version", "area"):
        other_team(
            standing=standing, reason="complaint", actor=event.actor, now=event.now, because="complaint.file"
        )
