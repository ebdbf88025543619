"""What an attacker would try first: headers, gates, odd input. Each test once failed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client, RequestFactory

from laojia.foundation.people.models import Account, Post
from laojia.policy.roles import Role
from tests.acting import BACKEND, signed_in
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
ODD_TEXTS = ("王\x00", "\x00", "%00", "\ud800")
ODD_NUMBERS = ("²", "٣", "9" * 5000, "9" * 30, "-1", "1e9", " ")


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


# --- gates ------------------------------------------------------------------------------------------------------------


def test_nobody_gives_himself_a_password(cast: Cast, client: Client) -> None:
    """Whoever has a colleague's phone must not set a password and with it a second factor: that would open the desk."""
    account = Account.objects.create_user(
        person=cast.dispatcher, phone=cast.dispatcher.phone, phone_hash=cast.dispatcher.phone_hash, phone_verified=True
    )  # fmt: skip
    client.force_login(account, backend=BACKEND)
    assert client.get("/accounts/password/set/").status_code == 404
    new = {"password1": "Abcd-1234-xyz", "password2": "Abcd-1234-xyz"}
    assert client.post("/accounts/password/set/", new).status_code == 404
    account.refresh_from_db()
    assert not account.has_usable_password()


def test_a_family_member_lends_nobody_a_post(cast: Cast, client: Client) -> None:
    """A colleague whose phone also acts for a relative does not get the relative's posts."""
    from laojia.foundation.people.models import Claim
    from laojia.foundation.people.queries import CHOSEN

    signed_in(client, cast.station_staff)
    account = Account.objects.get(person=cast.station_staff)
    Post.objects.create(person=cast.resident, role=Role.SECURITY_ADMIN, valid_from=date(2026, 1, 1))
    Claim.objects.create(account=account, person=cast.resident, proof="name", at=NOW)
    kept = client.session
    kept[CHOSEN] = cast.resident.pk
    kept.save()
    assert client.get("/posts/").status_code in (302, 403, 404)
    assert client.get("/me/").status_code != 500
