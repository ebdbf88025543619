"""Lets three weeks pass: what people do at their moments, and between them every clock by its real handler.

Everything is done by the verbs that pages call, with the moment handed in; nothing here writes a state.
"""

from __future__ import annotations

import heapq
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import F

from laojia.conf import crew
from laojia.conf.demonstration.folk import Folk
from laojia.conf.demonstration.land import Land
from laojia.conf.demonstration.scale import Scale, chance
from laojia.foundation.outbox.jobs.clocks import ring_due
from laojia.foundation.outbox.jobs.messages import Carrier, send_due
from laojia.foundation.outbox.models import Clock, InboxEntry, Message
from laojia.foundation.outbox.rules import Outgoing, Sent
from laojia.foundation.people.models import Person
from laojia.foundation.people.queries import grants_of, posts_on, resident
from laojia.kernel.clock import CHINA, local, local_date
from laojia.kernel.codes import mask_name, mask_phone
from laojia.kernel.errors import Refused
from laojia.policy.facts import Actor
from laojia.policy.roles import Channel
from laojia.wiring import CLOCKS

Deed = Callable[..., object]
_OPENS, _CLOSES = time(8, 30), time(17, 30)
_AT_ONCE = 200
_READ = timedelta(days=2)


class PastInbox:
    """The demonstration's post box with the moment of the play: nothing leaves the machine."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def send(self, message: Outgoing) -> Sent:
        entry = InboxEntry(
            key=message.key, person_id=message.person_id, text=message.text, at=self.moment,
            shown_to=f"{mask_name(message.name)} {mask_phone(message.phone)}".strip(),
        )  # fmt: skip
        InboxEntry.objects.bulk_create([entry], ignore_conflicts=True)
        return Sent(f"inbox:{message.key}"[:80], delivered=True)


class Play:
    """The moments still to come, in order. `refused` counts what somebody tried and was told no."""

    def __init__(self, land: Land, folk: Folk, scale: Scale, now: datetime) -> None:
        self.land, self.folk, self.scale, self.now = land, folk, scale, now
        self.rng = chance("play")
        self.begins = now - timedelta(days=scale.days)
        self.moment = self.begins
        self.refused: Counter[str] = Counter()
        self.watchers: list[Deed] = []  # looked at after every deed: new offers, new entries of the pool
        self._heap: list[tuple[datetime, int, Deed, tuple[Any, ...]]] = []
        self._count = 0
        self._grants: dict[int, Any] = {}
        self._inbox = PastInbox(self.moment)
        self._carrier = Carrier(crew.recipients, crew.words_about, self._inbox)

    # --- time ------------------------------------------------------------------------------------------------------------

    def at(self, moment: datetime, deed: Deed, *facts: Any) -> None:
        """Do it then; what would come after now never happens."""
        if moment < self.now:
            self._count += 1
            heapq.heappush(self._heap, (max(moment, self.moment), self._count, deed, facts))

    def later(self, deed: Deed, *facts: Any, hours: tuple[float, float]) -> None:
        """Some time after this moment."""
        self.at(self.moment + timedelta(hours=self.rng.uniform(*hours)), deed, *facts)

    def office(self, moment: datetime) -> datetime:
        """This moment, or the next in which somebody sits at the desk (on rota, weekends too)."""
        there = local(moment)
        if there.time() < _OPENS:
            there = datetime.combine(there.date(), _OPENS, tzinfo=CHINA)
        elif there.time() >= _CLOSES:
            there = datetime.combine(there.date() + timedelta(days=1), _OPENS, tzinfo=CHINA)
        return there + timedelta(minutes=self.rng.uniform(0, 40))

    def daytime(self, first: datetime, last: datetime) -> datetime:
        """A moment between the two at which people are awake."""
        for _turn in range(200):
            moment = first + (last - first) * self.rng.random()
            if time(7, 20) <= local(moment).time() <= time(20, 30):
                return moment
        return first

    def run(self) -> None:
        """Until now. Two clocks due together ring in the order of their moments."""
        while self._heap:
            moment, _count, deed, facts = heapq.heappop(self._heap)
            self._ring(moment)
            self.moment = moment
            self.attempt(deed, *facts)
            self._watch()
        self._ring(self.now)
        self.moment = self.now
        self._send()

    def attempt(self, deed: Deed, *facts: Any) -> Any:
        """People try things that are refused (a full week, a second order): they are told no and life goes on."""
        try:
            return deed(*facts)
        except Refused as refused:
            self.refused[f"{getattr(deed, '__name__', '')}: {refused.code}"] += 1
            return None

    def _watch(self) -> None:
        for look in self.watchers:
            look()

    def _ring(self, until: datetime) -> None:
        """Every clock at its own moment, by the worker's own code; once a day's half the messages leave."""
        while True:
            pending = Clock.objects.filter(state="pending", due_at__lte=until).filter(lease="")
            due = pending.order_by("due_at", "id").values_list("due_at", flat=True).first()
            if due is None:
                return
            moment = self.moment = max(due, self.moment)
            ring_due(CLOCKS, lambda at=moment: at, _AT_ONCE)  # type: ignore[misc]
            stuck = Clock.objects.filter(state="pending", attempts__gt=0).first()
            if stuck is not None:
                raise RuntimeError(f"clock {stuck.kind} of {stuck.about_kind} {stuck.about_id}: {stuck.note}")
            if pending.filter(due_at__lte=moment, kind__endswith=".overdue").exists():
                return
            self._watch()

    def _send(self) -> None:
        """What is due leaves to the inbox; at night only what is urgent.

        Of messages longer ago only that they came is kept, not their words: thousands of texts that nobody reads.
        """
        if self.moment < self.now - _READ:
            due = Message.objects.filter(state="queued", due_at__lte=self.moment)
            due.update(state="delivered", sent_at=F("due_at"), receipt_at=F("due_at"), attempts=1)
            return
        self._inbox.moment = self.moment
        while send_due(self._carrier, lambda: self.moment, _AT_ONCE):
            pass

    def send_twice_a_day(self) -> None:
        """Messages leave in heaps: nobody in the past looks at them."""
        day = local_date(self.begins)
        while day <= local_date(self.now):
            for hour in (8, 12, 18, 20):
                self.at(datetime.combine(day, time(hour, 5), tzinfo=CHINA), self._send)
            day += timedelta(days=1)

    # --- people ----------------------------------------------------------------------------------------------------------

    def as_(self, person: Person, channel: Channel = Channel.PAGE) -> Actor:
        """The person with all posts; posts do not change in these weeks, so they are read once."""
        if person.pk not in self._grants:
            today = local_date(self.now)
            self._grants[person.pk] = grants_of(posts_on(person.pk, today), today)
        return Actor(person.pk, self._grants[person.pk], channel)

    def for_(self, speaker: Person, person: Person, channel: Channel) -> Actor:
        """A colleague speaking for somebody."""
        actor = self.as_(speaker, channel)
        spoken = resident(person.pk, channel=channel)
        return Actor(actor.person_id, actor.grants, channel, on_behalf_of=spoken)

    def leader(self, team_id: int) -> Actor:
        return self.as_(self.folk.leaders[team_id][0])

    def dispatcher(self, number: int = 0) -> Actor:
        return self.as_(self.folk.dispatchers[number % len(self.folk.dispatchers)])

    def key(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

    def pick(self, pairs: Sequence[tuple[Any, int]]) -> Any:
        return self.rng.choices([one for one, _weight in pairs], [weight for _one, weight in pairs])[0]


__all__ = ["PastInbox", "Play"]
