"""The stage of a journey: the cast in committed rows, the county's real menu, a clock that moves, messages that arrive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Page

from laojia.conf.crew import gather
from laojia.foundation.outbox.jobs import turn
from laojia.foundation.outbox.models import Clock, Message
from laojia.foundation.people.models import Person
from laojia.kernel import clock
from tests.acting import account_of
from tests.cast import NOW, Cast
from tests.conftest import DESK, PHONE

Open = Callable[..., Page]


@dataclass
class Stage:
    """Everybody, a browser for each, and the time."""

    cast: Cast
    open_page: Open
    travel: Any
    now: datetime = NOW

    def phone(self, who: Person | None, path: str, **words: Any) -> Page:
        """A phone in somebody's hand; None: nobody is signed in."""
        return self.open_page(path, size=PHONE, signed_in=account_of(who) if who else None, **words)

    def desk(self, who: Person, path: str, **words: Any) -> Page:
        """A desk screen of a colleague, second factor done."""
        return self.open_page(path, size=DESK, signed_in=account_of(who), **words)

    def pass_to(self, moment: datetime) -> None:
        """Time passes; every clock rings at its own moment and every message leaves at its own."""
        while True:
            ahead = Clock.objects.filter(state="pending", due_at__lte=moment).order_by("due_at")
            # In a year whose calendar nobody has published yet nothing is called overdue: such clocks rest.
            due = ahead.exclude(provisional=True, kind__endswith=".overdue").first()
            at = max(due.due_at, self.now) if due else moment
            self.now = at
            self.travel.move_to(at)
            for _turn in range(20):
                if not turn(gather()):
                    break
            if due is None:
                return

    def later(self, **words: float) -> None:
        """So much time passes."""
        self.pass_to(self.now + timedelta(**words))

    def told(self, who: Person, template: str) -> Message:
        """The newest message of that kind to somebody, as it was said. The clock has run on while pages were used."""
        self.now = max(self.now, clock.now())
        self.later(seconds=1)
        found = Message.objects.filter(template=template, to_person_id=who.pk).order_by("-id").first()
        assert found is not None, f"{template} never reached {who}"
        assert found.text, f"{template} was not said: {found.state} {found.gateway_id}"
        return found

    def link(self, who: Person, template: str) -> str:
        """The link in that message, as a path."""
        text = self.told(who, template).text or ""
        words = [word for word in text.replace("我们不会", " ").replace("。", " ").split() if "/" in word]
        assert words, text
        found = words[-1]
        start = found.index("http") if "http" in found else found.index(":") + 1
        path = found[start:]
        return "/" + path.split("/", 3)[3] if path.startswith("http") else "/" + path.lstrip("/")
