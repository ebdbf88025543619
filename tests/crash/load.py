"""A bounded load of real requests: people order, take seats, remind, cancel; the desk asks teams; leaders answer.

It speaks HTTP to 127.0.0.1 and to nothing else, remembers what the server acknowledged, and ends by itself:
after so many requests, when told to stop, or when its time is over.
"""

from __future__ import annotations

import random
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

MOST_REQUESTS = 1500  # of each hand
LONGEST = 400.0  # seconds
_TOKEN = "c" * 32  # against forged forms: cookie and header say the same


@dataclass
class Acknowledged:
    """What the server said yes to. Lists and counters are only added to."""

    orders: list[tuple[str, str]] = field(default_factory=list)  # key, number: one line for every answer
    cancelled: list[str] = field(default_factory=list)
    nudged: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)  # keys
    accepted: list[int] = field(default_factory=list)
    declined: list[int] = field(default_factory=list)
    sent_keys: set[str] = field(default_factory=set)
    sent_offers: set[str] = field(default_factory=set)
    codes: Counter[str] = field(default_factory=Counter)

    def numbers(self) -> list[str]:
        return [number for _key, number in self.orders]


class Browser:
    """One signed-in person. A request is tried again while the server is away, like a phone on the way."""

    def __init__(self, address: str, session: str, heard: Acknowledged, chance: random.Random) -> None:
        assert address.startswith("http://127.0.0.1:"), "the load never leaves this machine"
        self.heard, self.chance, self.mine = heard, chance, list[str]()
        self.client = httpx.Client(
            base_url=address,
            timeout=10,
            trust_env=False,
            headers={"X-CSRFToken": _TOKEN, "Accept-Language": "zh", "User-Agent": f"crash {session}"},
        )
        self.client.cookies.update({"sessionid": session, "csrftoken": _TOKEN})

    def ask(self, what: str, method: str, path: str, *, tries: int, **words: Any) -> httpx.Response | None:
        """The answer; None when none came: then nobody knows whether it was done."""
        for _attempt in range(tries):
            try:
                answer = self.client.request(method, path, **words)
            except httpx.HTTPError:
                self.heard.codes[f"{what} no answer"] += 1
                time.sleep(0.08)
                continue
            self.heard.codes[f"{what} {answer.status_code}"] += 1
            if answer.status_code < 500:
                return answer
            time.sleep(0.08)
        return None


@dataclass
class Town:
    """What may be asked for: the item and its times, the occasion with too few places, the teams."""

    item: str
    area: str
    wishes: list[tuple[str, str]]
    occasion: int
    teams: list[int]


def resident(one: Browser, town: Town) -> None:
    """One thing a resident does; what was begun without an answer is asked again under the same key, or given up."""
    heard, chance = one.heard, one.chance
    turn = chance.random()
    if turn < 0.6 or not one.mine:
        _place(one, town, seat=turn < 0.15)
    elif turn < 0.75:
        number = chance.choice(one.mine)
        answer = one.ask("nudge", "POST", f"/api/v1/orders/{number}/nudge", tries=2)
        if answer is not None and answer.status_code == 200:
            heard.nudged.append(number)
    elif turn < 0.9:
        number = chance.choice(one.mine)
        answer = one.ask(
            "cancel", "POST", f"/api/v1/orders/{number}/cancel", tries=1, json={"reason": "not_needed"}
        )
        if answer is not None and answer.status_code == 200:
            heard.cancelled.append(number)
    else:
        one.ask("see", "GET", f"/o/{chance.choice(one.mine)}/", tries=1)


def _place(one: Browser, town: Town, *, seat: bool) -> None:
    heard, chance = one.heard, one.chance
    key = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    day, half = chance.choice(town.wishes)
    body: dict[str, Any] = {"item_code": town.item, "area_code": town.area, "place": "一巷3号", "sure": True}
    body |= {"occasion_id": town.occasion, "head_count": chance.choice((1, 1, 2))} if seat else {}
    body |= {} if seat else {"times": [{"date": day, "half": half}]}
    heard.sent_keys.add(key)
    for _again in range(1 + (chance.random() < 0.3)):  # some send a second time what was answered already
        answer = one.ask(
            "place",
            "POST",
            "/api/v1/orders",
            tries=chance.choice((1, 40)),
            json=body,
            headers={"Idempotency-Key": key},
        )
        if answer is not None and answer.status_code == 201:
            heard.orders.append((key, answer.json()["number"]))
            one.mine.append(answer.json()["number"])


def dispatcher(one: Browser, town: Town) -> None:
    """Offers one of the latest orders to a team, at one of its wishes; a refusal is an answer too."""
    if not one.heard.orders:
        return
    number = one.chance.choice(one.heard.numbers()[-40:])
    order_id = int(number.split("-")[2])
    day, half = one.chance.choice(town.wishes)
    key = str(uuid.UUID(int=one.chance.getrandbits(128), version=4))
    form = {"team": one.chance.choice(town.teams), "date": day, "half": half, "key": key}
    one.heard.sent_offers.add(key)
    answer = one.ask(
        "offer", "POST", f"/desk/o/{order_id}/offer/", tries=3, data=form, headers={"HX-Request": "true"}
    )
    if answer is not None and answer.status_code == 200:  # a refusal leads back to the queue
        one.heard.offered.append(key)


def leader(one: Browser, town: Town) -> None:
    """Reads what waits for an answer, and answers some of it."""
    page = one.ask("today", "GET", "/team/", tries=1)
    open_offers = (
        sorted({int(found) for found in re.findall(r"/team/offers/(\d+)/", page.text)}) if page else []
    )
    if not open_offers:
        return
    pk = one.chance.choice(open_offers)
    yes = one.chance.random() < 0.7
    path = f"/team/offers/{pk}/{'accept' if yes else 'decline'}/"
    answer = one.ask("answer", "POST", path, tries=1, data={} if yes else {"reason": "no_one_free"})
    if answer is not None and answer.status_code == 302:
        (one.heard.accepted if yes else one.heard.declined).append(pk)


Hand = tuple[Callable[[Browser, Town], None], Browser]


class Load:
    """Several hands at once, each with one or more browsers, until `stop()`."""

    def __init__(self, town: Town, hands: list[list[Hand]], pause: float = 0.03) -> None:
        self._ended, self.broken = threading.Event(), list[BaseException]()
        self._until = time.monotonic() + LONGEST
        self._threads = [threading.Thread(target=self._work, args=(hand, town, pause)) for hand in hands]
        for thread in self._threads:
            thread.start()

    def _work(self, hand: list[Hand], town: Town, pause: float) -> None:
        try:
            for _request in range(MOST_REQUESTS):
                if self._ended.wait(pause) or time.monotonic() > self._until:
                    return
                act, browser = hand[_request % len(hand)]
                act(browser, town)
        except BaseException as error:  # shown by the test: a thread that died silently proves nothing
            self.broken.append(error)

    def stop(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(timeout=60)
            assert not thread.is_alive()
