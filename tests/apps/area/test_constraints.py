"""What must be true of areas and stations, the database itself refuses to break."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from laojia.foundation.area.models import Area, AreaBook, AreaSuccessor, Station, Zone

DAY = date(2026, 1, 1)


def facts(places, **words):
    pk = words.pop("pk", 900_000)
    village = places.village
    return {
        "id": pk, "code": village.code + "777", "name": "片", "official_name": "片", "level": "grid", "kind": "网格",
        "parent": village, "path": f"{village.path}{pk}/", "valid_from": DAY, **words,
    }  # fmt: skip


def test_a_right_row_is_taken(places):
    Area.objects.create(**facts(places))


@pytest.mark.parametrize(
    "words",
    [
        {"level": "hamlet"},
        {"level": "village"},
        {"code": "14102410100177"},
        {"code": "14102410100177x"},
        {"path": "/1/2/900000"},
        {"path": "/1/2/3/4/900000/"},
        {"path": "1/2/3/900000/"},
        {"path": "/1/2/3/900001/"},
        {"parent": None},
        {"valid_to": DAY},
        {"valid_to": date(2025, 12, 31)},
        {"outline": "{}"},
        {"outline": "{}", "outline_system": "bd09"},
        {"outline_system": "wgs84"},
        {"schematic": True},
        {"name": ""},
        {"kind": ""},
    ],
)
def test_a_wrong_row_is_not(places, words):
    with pytest.raises(IntegrityError), transaction.atomic():
        Area.objects.create(**facts(places, **words))


def test_codes_are_unique_for_ever(places):
    with pytest.raises(IntegrityError), transaction.atomic():
        Area.objects.create(**facts(places, code=places.grids[0].code))


def test_successors_zones_and_the_book(places):
    for make in (
        lambda: AreaSuccessor.objects.create(old=places.village, new=places.village, date=DAY, kind="merge"),
        lambda: AreaSuccessor.objects.create(old=places.village, new=places.second, date=DAY, kind="sold"),
        lambda: Zone.objects.create(name=""),
        lambda: AreaBook.objects.create(pk=2),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()


@pytest.mark.parametrize(
    "words",
    [
        {"level": "shop"},
        {"name": ""},
        {"area_path": "1/2"},
        {"lon": 111.6},
        {"lon": 111.6, "lat": 36.2},
        {"lon": 111.6, "lat": 136.2, "position_system": "wgs84"},
        {"position_system": "wgs84"},
    ],
)
def test_a_station_is_whole(places, words):
    right = {"level": "station", "name": "站", "area": places.village, "area_path": places.village.path}
    with pytest.raises(IntegrityError), transaction.atomic():
        Station.objects.create(**{**right, **words})
