"""What must be true of the rows after any number of crashes. Each check reads the database alone and names what is wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db.models import Count, Q, Sum

from laojia.foundation.journal.models import JournalRow
from laojia.foundation.outbox.models import Clock, Message
from laojia.foundation.teams.models import TeamSlot
from laojia.policy.transitions import MACHINES
from laojia.steps.dispatch.models import Offer, PoolEntry
from laojia.steps.menu.models import Occasion
from laojia.steps.order.models import Attendance, Hop, Order
from tests.crash.load import Acknowledged

LOOKED_FOR = ("received", "waiting")
OVER = ("cancelled", "closed", "refused", "merged")
HOLDING = ("open", "accepted")


def acknowledged(heard: Acknowledged) -> None:
    """Every order the server said yes to is there once, under its key and number; nothing nobody asked for."""
    numbers = {str(key): number for key, number in Order.objects.values_list("key", "number")}
    assert len(set(numbers.values())) == len(numbers) == Order.objects.count()
    wrong = [(key, number) for key, number in heard.orders if numbers.get(key) != number]
    assert not wrong, wrong[:5]
    assert set(numbers) <= heard.sent_keys
    states = dict(Order.objects.values_list("number", "state"))
    assert {states[number] for number in heard.cancelled} <= {"cancelled"}
    nudges = dict(Order.objects.values_list("number", "nudges"))
    assert all(nudges[number] >= 1 for number in heard.nudged)


def answered(heard: Acknowledged) -> None:
    """Offers made, accepted and declined stayed so, or went on from there as the machine allows."""
    made = Counter(str(key) for key in Offer.objects.exclude(made_by_id=None).values_list("key", flat=True))
    assert all(made[key] == 1 for key in set(heard.offered)), "an acknowledged offer is missing"
    states = dict(Offer.objects.values_list("pk", "state"))
    assert {states[pk] for pk in heard.accepted} <= {"accepted", "returned", "withdrawn"}
    assert {states[pk] for pk in heard.declined} <= {"declined"}


def journal_tells_each_state() -> None:
    """The rows of order, offer, occasion and attendance follow from one another and end where the thing stands."""
    last: dict[tuple[str, int], str] = {}
    begun: Counter[tuple[str, int]] = Counter()
    moved = Counter[str]()
    for row in JournalRow.objects.order_by("id").values(
        "kind", "subject_id", "from_state", "to_state", "verb"
    ):
        thing = (row["kind"], row["subject_id"])
        if row["kind"] not in MACHINES:
            continue
        if row["from_state"] == "" and thing not in last and row["to_state"] in MACHINES[row["kind"]].starts:
            begun[thing] += 1
        else:
            assert last.get(thing, row["from_state"]) == row["from_state"], (row, last.get(thing))
        last[thing] = row["to_state"]
        moved[row["verb"]] += 1
    assert set(begun.values()) <= {1}
    for model in (Order, Offer):
        kind = model.SCOPE.kind
        rows = dict(model.objects.values_list("pk", "state"))
        assert {pk: last.get((kind, pk)) for pk in rows} == rows
        assert {pk for one, pk in begun if one == kind} == set(rows), f"a {kind} without its first row"
    for model in (Occasion, Attendance):
        kind = model.SCOPE.kind
        rows = dict(model.objects.values_list("pk", "state"))
        assert all(last[kind, pk] == state for pk, state in rows.items() if (kind, pk) in last)


def orders_are_whole() -> None:
    """Hop, attendance, clocks and receipt of each order match what the order says."""
    hops: dict[int, list[Hop]] = defaultdict(list)
    for hop in Hop.objects.order_by("id"):
        hops[hop.order_id].append(hop)
    visits: dict[int, list[str]] = defaultdict(list)
    for order_id, state in Attendance.objects.values_list("order_id", "state"):
        visits[order_id].append(state)
    receipts = Counter(
        Message.objects.filter(template__in=("order.received", "order.seat", "order.waitlisted"), about_kind="order")
        .values_list("about_id", flat=True)
    )  # fmt: skip
    for order in Order.objects.all():
        held = hops[order.pk][-1]
        said = (order.holder, order.holder_id, order.holder_since, order.holder_why)
        assert (held.holder, held.holder_id, held.at, held.why) == said, order.number
        expected = visits[order.pk].count("expected")
        if order.state == "arranged":
            assert expected == 1, order.number
        elif order.state == "waitlisted" or order.state in OVER:
            assert expected == 0, order.number
        assert receipts[order.pk] == 1, order.number


def no_clock_is_lost() -> None:
    """What waits has its promise clock, what is asked its answer clock, what is over has none; all show the same moment."""
    pending: dict[tuple[str, str, int], list[Clock]] = defaultdict(list)
    for clock in Clock.objects.filter(state="pending"):
        pending[clock.kind, clock.about_kind, clock.about_id].append(clock)
    for order in Order.objects.all():
        clocks = pending[("order.promise", "order", order.pk)]
        if order.state in LOOKED_FOR:
            assert [(c.round, c.due_at) for c in clocks] == [(order.round, order.promise_due_at)], (
                order.number
            )
        elif order.state in OVER:
            assert not [key for key, found in pending.items() if found and key[1:] == ("order", order.pk)]
    for offer in Offer.objects.all():
        clocks = pending[("offer.answer", "offer", offer.pk)]
        wanted = [offer.answer_due_at] if offer.state == "open" else []
        assert [c.due_at for c in clocks] == wanted, (offer.pk, offer.state)
    for entry in PoolEntry.objects.filter(closed_at=None):
        kind = {"pool": "pool.claim", "station": "station.claim", "centre": "centre.end"}[entry.step]
        assert len(pending[kind, "occasion", entry.occasion_id]) == 1


def nothing_is_overbooked() -> None:
    """Counters of places and team slots say what the rows say, and never more than there is."""
    for one in Occasion.objects.filter(kind="seats"):
        used = Attendance.objects.filter(occasion=one).exclude(state="released").aggregate(
            open=Sum("seats", filter=Q(held_seat=False)), held=Sum("seats", filter=Q(held_seat=True))
        )  # fmt: skip
        assert (one.taken, one.held_taken) == (used["open"] or 0, used["held"] or 0)
        assert one.taken + one.held_taken <= one.places
    used_slots = {
        (row["team"], row["date"], row["half"]): row["n"]
        for row in Offer.objects.filter(state__in=HOLDING, date__isnull=False)
        .values("team", "date", "half").annotate(n=Count("id"))
    }  # fmt: skip
    slots = {(s.team_id, s.date, s.half): s for s in TeamSlot.objects.all()}
    assert {key: slot.taken for key, slot in slots.items() if slot.taken} == used_slots
    assert all(slot.taken <= slot.capacity for slot in slots.values())
    taken = Counter(Offer.objects.filter(state__in=HOLDING).values_list("occasion_id", flat=True))
    assert set(taken.values()) <= {1}


def messages_once(requests: Counter[str], accepted: Iterable[str], kills: int) -> None:
    """One row a key; the operator took each once, and heard one again only when a worker died in between."""
    keys = set(Message.objects.values_list("key", flat=True))
    assert len(keys) == Message.objects.count()
    accepted = list(accepted)
    assert len(set(accepted)) == len(accepted)
    assert set(accepted) <= keys
    assert sum(requests.values()) - len(accepted) <= kills
    left = Counter(Message.objects.values_list("state", flat=True))
    assert set(left) <= {"sent", "delivered", "to_call", "failed"}, left
    failed = Counter(Message.objects.filter(state="failed").values_list("note", flat=True))
    assert set(failed) <= {"withdrawn"}, failed  # taken back before it left; never because of a crash
    left_us = Message.objects.filter(state__in=("sent", "delivered"), to_team_id=None)
    assert set(left_us.values_list("key", flat=True)) <= set(accepted)
