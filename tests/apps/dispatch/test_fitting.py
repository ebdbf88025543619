"""Who fits and why, in words; the plan for all; the same number of questions for any number of teams."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from laojia.foundation.teams.models import Team
from laojia.steps.dispatch import actions, queries
from laojia.steps.dispatch.queries import fitting
from laojia.steps.dispatch.queries.words import BLOCKED, LOOK, say_why, say_why_not
from laojia.steps.order.models import Attendance, Order
from laojia.steps.review.models import Complaint, TeamStop
from tests.apps.dispatch.conftest import THURSDAY, Place, fresh, make_item, more_team
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def names(found: queries.Fitting) -> list[str]:
    return [fit.team.name for fit in found.fits]


def test_the_near_team_comes_first_and_the_others_say_why_not(cast: Cast, place: Place) -> None:
    resting = more_team(cast, "歇着的队", resting_until=THURSDAY + timedelta(days=3))
    full = more_team(cast, "约满的队", capacity=0)
    found = queries.fitting_teams([place()], NOW)
    assert names(found) == [cast.team.name, cast.other_team.name]
    assert {one.team.name: one.codes for one in found.unfit} == {
        resting.name: ("resting",),
        full.name: ("full",),
    }
    assert say_why(found.fits[0].why) == [
        "首选的时间能去", "就在本镇", "那时还能接 2 件", "这两周还没派过",
    ]  # fmt: skip


def test_the_wished_team_and_the_known_team_come_first(cast: Cast, place: Place) -> None:
    wanted = place(wants_team=cast.other_team)
    assert names(queries.fitting_teams([wanted], NOW))[0] == cast.other_team.name
    order = place(sure=True)
    offer = actions.make_offer(
        actor=cast.as_(cast.dispatcher), now=NOW, orders=[order], team=cast.other_team, date=THURSDAY, half="morning"
    )  # fmt: skip
    Attendance.objects.filter(occasion=offer.occasion).update(state="came", team_id=cast.other_team.pk)
    found = queries.fitting_teams([place(sure=True)], NOW)
    knows = next(fit for fit in found.fits if fit.team == cast.other_team)
    assert "knows" in knows.why


def test_distance_counts_when_both_places_are_known(cast: Cast, place: Place) -> None:
    Team.objects.filter(pk=cast.team.pk).update(lon=111.43, lat=36.41)
    Team.objects.filter(pk=cast.other_team.pk).update(lon=111.601, lat=36.181)
    order = place()
    Order.objects.filter(pk=order.pk).update(lon=111.60, lat=36.18, position_system="wgs84")
    order = Order.objects.select_related("item_version", "person").get(pk=order.pk)
    found = queries.fitting_teams([order], NOW)
    assert names(found)[0] == cast.other_team.name
    assert "公里" in " ".join(say_why(found.fits[1].why))


def test_the_centre_of_a_village_stands_for_its_doors(cast: Cast, place: Place) -> None:
    square = '{"type":"Polygon","coordinates":[[[111.6,36.1],[111.7,36.1],[111.7,36.2],[111.6,36.2],[111.6,36.1]]]}'
    type(cast.village).objects.filter(pk=cast.village.pk).update(outline=square, outline_system="wgs84")
    Team.objects.filter(pk=cast.team.pk).update(lon=111.65, lat=36.16)
    found = queries.fitting_teams([place()], NOW)
    near = next(fit for fit in found.fits if fit.team == cast.team)
    assert any(code.startswith("metres:11") for code in near.why)


def test_a_complaint_stops_the_team_for_that_person_only(cast: Cast, place: Place) -> None:
    complaint = Complaint.objects.create(
        number="C1", key="00000000-0000-4000-8000-000000000001", kind="conduct", state="filed", person=cast.resident,
        about_team=cast.team, words="…", area_path=cast.village.path, channel="page", filed_at=NOW,
        contact_due_at=NOW, answer_due_at=NOW,
    )  # fmt: skip
    stop = TeamStop.objects.create(person=cast.resident, team=cast.team, complaint=complaint, since=NOW)
    mine = place()
    assert names(queries.fitting_teams([mine], NOW)) == [cast.other_team.name]
    other = place(actor=cast.as_(cast.neighbour))
    assert cast.team.name in names(queries.fitting_teams([other], NOW))
    stop.lifted_at = NOW
    stop.save()
    assert cast.team.name in names(queries.fitting_teams([mine], NOW))


def test_nobody_fits_is_said_with_its_reason(cast: Cast, place: Place) -> None:
    lonely = place(item_version=make_item("D50", team_kind="放映队"))
    assert queries.fitting_teams([lonely], NOW).nobody == "no_team_of_this_kind"
    Team.objects.update(resting_until=THURSDAY + timedelta(days=60))
    assert queries.fitting_teams([place(sure=True)], NOW).nobody == "resting"


def test_questions_do_not_grow_with_the_teams(cast: Cast, place: Place) -> None:
    order = place()
    with CaptureQueriesContext(connection) as few:
        queries.fitting_teams([order], NOW)
    for n in range(25):
        more_team(cast, f"第{n}队")
    with CaptureQueriesContext(connection) as many:
        found = queries.fitting_teams([order], NOW)
    assert len(found.fits) == 27
    assert len(many) == len(few) <= 12


def test_the_plan_keeps_every_rule_and_asks_as_few_questions(cast: Cast, place: Place) -> None:
    rows = [place(sure=True) for _n in range(3)]
    careful = place(sure=True, alone=True)
    desk = cast.as_(cast.dispatcher)
    waiting = queries.waiting_orders(desk)
    with CaptureQueriesContext(connection) as few:
        plan = queries.suggest(waiting, NOW)
    assert {line.order.pk for line in plan.lines} == {row.pk for row in rows}
    assert [one.pk for one in plan.look_first] == [careful.pk]
    assert plan.method == "flow"
    rows += [place(sure=True) for _n in range(6)]
    with CaptureQueriesContext(connection) as many:
        plan = queries.suggest(queries.waiting_orders(desk), NOW)
    assert len(many) <= len(few) + 1
    assert len(plan.lines) == 4  # two teams, two places each
    assert {code for _order, code in plan.left} == {"all_full"}
    assert not Attendance.objects.exists()


def test_a_slow_solver_is_replaced_and_says_so(cast: Cast, place: Place, monkeypatch) -> None:
    monkeypatch.setattr(fitting, "SOLVER_SECONDS", 0.001)
    place()
    plan = queries.suggest(queries.waiting_orders(cast.as_(cast.dispatcher)), NOW)
    assert plan.method == "greedy"
    assert len(plan.lines) == 1


def test_an_asked_order_is_not_planned_again(cast: Cast, place: Place) -> None:
    order = place()
    desk = cast.as_(cast.dispatcher)
    actions.make_offer(actor=desk, now=NOW, orders=[order], team=cast.team, date=THURSDAY, half="morning")
    assert queries.waiting_orders(desk) == []
    assert [one.state for one in queries.offers_of(desk, fresh(order))] == ["open"]


def test_every_code_has_words(cast: Cast) -> None:
    from laojia.solver import explain
    from laojia.solver.problem import Crew, Need

    need = Need(
        1,
        "x",
        "/1/2/3/",
        ((THURSDAY, "morning"),),
        qualification=("x",),
        insured=True,
        wants=5,
        knows=frozenset({5}),
    )
    crew = Crew(5, "x", "/1/2/3/", call_first=True)
    codes = explain.reasons(need, crew, (THURSDAY, "morning"), 2)
    assert len(say_why(codes)) == len(codes)
    assert say_why(["metres:1900", "free:1", "unknown"]) == ["1.9 公里，骑车约 10 分钟", "那时还能接 1 件"]
    for code in (*BLOCKED, *LOOK):
        words = say_why_not(code) or queries.say_look(code)
        assert words
        assert not words.isascii()
