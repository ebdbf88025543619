"""The cast stands: every role is there and acts where its posts say."""

import pytest

from laojia.policy.roles import Role
from tests.cast import PEOPLE, Cast


@pytest.mark.django_db
def test_everybody_is_there(cast: Cast) -> None:
    for key in PEOPLE:
        assert cast.as_(getattr(cast, key)).has(Role.RESIDENT)
    assert cast.as_(cast.dispatcher).prefixes(Role.DISPATCHER) == (cast.county.path,)
    assert len(cast.as_(cast.station_staff).prefixes(Role.STATION_STAFF)) == 2
    assert cast.as_(cast.leader).team_ids == {cast.team.pk}
