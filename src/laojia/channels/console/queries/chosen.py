"""One order on the desk: what is asked, how it stands, which teams fit and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from laojia import labels
from laojia.channels.console.queries.queue import Row, row_of
from laojia.foundation.journal.queries import scoped
from laojia.kernel.clock import local_date
from laojia.policy.facts import Actor, subject_of
from laojia.policy.permissions import open_verbs
from laojia.policy.reasons import REASONS
from laojia.steps.dispatch import queries as dispatch
from laojia.steps.dispatch.models import Offer
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order import queries as orders
from laojia.steps.order.models import OPEN_AT_DESK, Order
from laojia.steps.order.queries.cards import said_wish, said_wishes
from laojia.steps.order.rules import wants_rhythm

SHOWN_FITS = 4  # Enter and three alternatives


@dataclass(frozen=True, slots=True)
class FitView:
    """A fitting team as the desk reads it."""

    team_id: int
    name: str
    date: str
    half: str
    when: str
    words: list[str]
    key: str
    call_first: bool


@dataclass(slots=True)
class Chosen:
    """Everything the right-hand pane shows of one order."""

    order: Order
    row: Row
    verbs: tuple[str, ...]
    wishes: list[str]
    answers: list[tuple[str, str]]
    holding: Any
    timeline: list[dict[str, Any]]
    offers: list[Offer]
    fits: list[FitView] = field(default_factory=list)
    more_fits: list[FitView] = field(default_factory=list)
    unfit: list[tuple[str, str]] = field(default_factory=list)
    nobody: str = ""
    look: list[str] = field(default_factory=list)
    seen_by_other: bool = False
    trip: list[Order] = field(default_factory=list)
    same: list[Order] = field(default_factory=list)
    neighbours: int = 0

    @property
    def wants_rhythm(self) -> bool:
        """Regular help is offered once day and hour are fixed; before that there is nothing to ask a team."""
        return wants_rhythm(self.order)

    @property
    def guarded(self) -> bool:
        """One key must not send it."""
        return bool(self.look) and not self.seen_by_other

    def may(self, verb: str) -> bool:
        return verb in self.verbs

    @property
    def holder_word(self) -> str:
        return str(labels.HOLDERS.get(self.order.holder, ""))

    @property
    def asked(self) -> Offer | None:
        return next((offer for offer in self.offers if offer.state == "open"), None)


def chosen(actor: Actor, pk: int, now: datetime) -> Chosen:
    """One order as the desk sees it. Raises OutOfScope."""
    order = orders.order_on_desk(pk, actor)
    found = Chosen(
        order=order,
        row=row_of(order, now),
        verbs=open_verbs(actor, subject_of(order)),
        wishes=said_wishes(order.times, now),
        answers=answers_of(order),
        holding=orders.holding(order, now),
        timeline=orders.timeline(order, now),
        offers=dispatch.offers_of(actor, order),
    )
    found.same = same_need(actor, order)
    open_still = order.state in ("received", "waiting") and order.item_version is not None
    if open_still and found.asked is None and not found.wants_rhythm:
        _fill_fits(found, actor, now)
    return found


def _fill_fits(found: Chosen, actor: Actor, now: datetime) -> None:
    order = found.order
    occasion = next((offer.occasion for offer in found.offers if offer.occasion.state == "draft"), None)
    occasion = occasion or Occasion.objects.filter(
        attendances__order=order, attendances__state="expected", state="draft"
    ).select_related("item_version").first()  # fmt: skip
    on_trip = dispatch.orders_on(occasion) if occasion is not None else []
    if len(on_trip) > 1:
        found.trip = on_trip
    fitting = dispatch.fitting_teams(on_trip or [order], now, occasion=occasion)
    views = [fit_view(fit, now, key=key_of(number)) for number, fit in enumerate(fitting.fits)]
    found.fits, found.more_fits = views[:SHOWN_FITS], views[SHOWN_FITS:]
    found.unfit = [(row.team.name, dispatch.say_why_not(*row.codes)) for row in fitting.unfit]
    found.nobody = dispatch.say_why_not(fitting.nobody) if fitting.nobody else ""
    found.look = [dispatch.say_look(code) for code in fitting.second_look]
    found.seen_by_other = order.second_look_by_id not in (None, actor.person_id)
    found.neighbours = (
        len(dispatch.bundle_candidates(actor, order)) if not found.trip and not found.look else 0
    )


def key_of(number: int) -> str:
    """Enter for the first team, 1 to 3 for the next ones."""
    return ("Enter", "1", "2", "3")[number] if number < SHOWN_FITS else ""


def fit_view(fit: dispatch.Fit, now: datetime, key: str = "") -> FitView:
    day, half = fit.slot
    return FitView(
        team_id=fit.team.pk,
        name=fit.team.name,
        date=day.isoformat(),
        half=half,
        when=said_wish(day, half, local_date(now)),
        words=dispatch.say_why(fit.why),
        key=key,
        call_first=fit.team.reach == "call_first",
    )


def answers_of(order: Order) -> list[tuple[str, str]]:
    """The item's own questions with what was answered."""
    version = order.item_version
    if version is None or order.protected:
        return []
    found = []
    for question in version.questions:
        value = order.answers.get(question.get("key", ""))
        if value not in (None, "", []):
            shown = "、".join(map(str, value)) if isinstance(value, list) else _yes_no(value)
            found.append((str(question.get("text", question.get("label", ""))), shown))
    return found


def _yes_no(value: object) -> str:
    return (_("yes") if value else _("no")) if isinstance(value, bool) else str(value)


def same_need(actor: Actor, order: Order) -> list[Order]:
    """Open orders of the same person, body or phone: perhaps the same need twice."""
    whose = Q()
    if order.person_id is not None:
        whose |= Q(person_id=order.person_id)
    if order.unit_id is not None:
        whose |= Q(unit_id=order.unit_id)
    if order.contact_hash:
        whose |= Q(contact_hash=order.contact_hash)
    if not whose:
        return []
    rows = scoped(
        Order.objects.filter(whose, state__in=(*OPEN_AT_DESK, "arranged"), sealed=False), actor, "order.see"
    )
    rows = rows.exclude(pk=order.pk).select_related("item_version", "area__parent", "person", "unit")
    return list(rows.order_by("-id")[:8])


def reasons_of(verb: str) -> list[tuple[str, Any]]:
    return [(code, labels.reason_word(code)) for code in REASONS[verb]]


def mappable() -> list[tuple[int, str]]:
    """Items an unlisted need can be mapped to."""
    rows = ItemVersion.objects.filter(state="published").exclude(
        mode__in=("walk_in", "describe", "volunteers")
    )
    return list(rows.order_by("item__code").values_list("pk", "name"))
