"""The inbox: one's own messages; in a demonstration everybody's; in any other installation nobody else's."""

import pytest

from laojia.foundation.outbox.jobs.gateways import Inbox
from laojia.foundation.outbox.jobs.messages import Carrier, send_due
from laojia.foundation.outbox.models import Message
from laojia.foundation.outbox.rules import Recipient
from tests.acting import signed_in
from tests.apps.outbox.conftest import NOW


@pytest.fixture
def told(cast, put):
    """A demonstration in which the resident and a neighbour were told something."""
    for key, who in (("k1", cast.resident), ("k2", cast.neighbour)):
        put(key, to_person_id=who.pk, variables={"number": f"D-{key}"})
    people = {p.pk: Recipient(p.pk, p.name, p.phone) for p in (cast.resident, cast.neighbour)}
    post = Carrier(lambda person, team: [people[person]], lambda kind, about_id, language: {}, Inbox())
    assert send_due(post, lambda: NOW, 9) == 2


@pytest.fixture
def resident(client, cast):
    return signed_in(client, cast.resident)


def test_the_demonstration_shows_everybody_what_would_have_gone_out(client, told):
    text = client.get("/inbox/").content.decode()
    assert "D-k1" in text
    assert "D-k2" in text
    assert "演示" in text
    assert "王*" in text
    assert "王秀英" not in text


def test_a_person_sees_her_own(resident, told, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        text = resident.get("/inbox/").content.decode()
    assert "D-k1" in text
    assert "D-k2" not in text
    assert "D-k2" in resident.get("/inbox/?whose=all").content.decode()


def test_outside_a_demonstration_nobody_sees_anything_of_others(client, cast, put):
    put(to_person_id=cast.resident.pk)
    Message.objects.update(text="geheim", state="sent")
    for address in ("/inbox/", "/inbox/?whose=all"):
        page = client.get(address)
        assert page.status_code == 200
        assert "geheim" not in page.content.decode()
        assert "演示" not in page.content.decode()


def test_a_wrong_page_mark_is_refused(client, db):
    assert client.get("/inbox/?after=zzz").status_code == 422
