"""The operator's gateway, and messages and clocks of a made-up thing."""

from datetime import UTC, datetime

import pytest

from laojia.foundation.calendar import queries as calendar_queries
from laojia.foundation.outbox import actions
from laojia.foundation.outbox.rules import Recipient
from tests.apps.outbox.operator import Operator

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)  # a Wednesday, ten in the morning in China


@pytest.fixture
def operator():
    operator = Operator()
    yield operator
    operator.close()


@pytest.fixture(autouse=True)
def fresh_calendar():
    calendar_queries.forget()
    yield
    calendar_queries.forget()


@pytest.fixture
def resolve():
    """People 1–89 have a phone with messages, 90–98 none, 99 is gone; team 5 has two contacts, 6 none."""

    def find(person_id, team_id):
        if team_id == 5:
            return [reachable(51), reachable(52)]
        if team_id is not None:
            return [Recipient(None, "", "", area_path="/1/4/")] if team_id == 6 else []
        if person_id == 99:
            return []
        if person_id >= 90:
            return [
                Recipient(person_id, "王老汉", "" if person_id > 90 else "13812340090", False, "/1/4/17/")
            ]
        return [reachable(person_id)]

    def reachable(person_id):
        return Recipient(person_id, "张三", f"138123400{person_id:02d}", area_path="/1/4/17/")

    return find


@pytest.fixture
def put():
    """Queue a message with everything it needs."""

    def queue(key="k1", template="order.need_info", **words):
        words = {"to_person_id": 1, "about": ("order", 3), "now": NOW} | words
        variables = words.pop("variables", {"number": "D141024-26-000123-7", "link": "l/abc"})
        actions.post(template, key=key, variables=variables, **words)

    return queue
