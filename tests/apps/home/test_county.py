"""What every page says about the county, in one statement; the mark of a demonstration holds for good."""

from typing import Any

import pytest
from django.test import Client

from laojia.channels.home.queries import County, county
from laojia.foundation.area.actions import mark_demonstration
from laojia.foundation.area.models import AreaBook
from laojia.kernel.errors import Conflict
from laojia.policy.facts import CLOCK
from tests.cast import NOW


@pytest.mark.django_db
def test_nothing_before_there_is_a_county() -> None:
    assert county() == County()


def test_name_and_telephone(cast: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        found = county()
    assert found == County(cast.county.name, cast.centre.phone, demonstration=False)


def test_every_page_names_the_county(cast: Any, client: Client) -> None:
    text = client.get("/how/").content.decode()
    assert cast.county.name in text
    assert "演示" not in text


@pytest.mark.django_db
def test_demonstration_is_marked_before_the_county_and_said_on_every_page(client: Client) -> None:
    from laojia.foundation.area.jobs import create_county

    mark_demonstration(actor=CLOCK, now=NOW)
    create_county(code="141024")
    assert county().demonstration
    for path in ("/", "/how/", "/accounts/login/", "/nothing/"):
        assert "演示。" in client.get(path).content.decode()


def test_a_real_county_never_becomes_a_demonstration(cast: Any) -> None:
    with pytest.raises(Conflict):
        mark_demonstration(actor=CLOCK, now=NOW)
    assert not AreaBook.objects.filter(demonstration=True).exists()
