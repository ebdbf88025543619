"""The exchange file: what goes in, what is kept back and why, the answer read back, nothing sent twice."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from laojia.desks.reports import actions
from laojia.desks.reports.models import ExchangeFile, ExchangeLine
from laojia.desks.reports.queries.exchange import HEADINGS, MOST_ROWS, unsent
from laojia.desks.reports.rules import Answer, read_answers
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.people.models import Consent, Person, Post
from laojia.kernel.errors import BadInput, NotPermitted, OutOfScope, WrongState
from laojia.policy.roles import Role
from laojia.steps.menu.models import Occasion
from laojia.steps.serve.models import LawRecord, RosterLine
from tests.acting import signed_in
from tests.cast import TODAY
from tests.world import DOOR, NOON, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def complete(world: World) -> World:
    """The volunteer's forty minutes hold everything the national system asks for."""
    ExchangeLine.objects.all().delete()  # the world's own file
    ExchangeFile.objects.all().delete()
    who = world.cast.volunteer
    Person.objects.filter(pk=who.pk).update(volunteer_number="142600000012345678")
    agree(world, who)
    LawRecord.objects.update(content="上门理发，陪老人说话")
    return world


def agree(world: World, who: Person, *, given_: bool = True) -> None:
    Consent.objects.create(
        person=who, purpose="volunteer_register", given=given_, spoken=True, channel="phone", at=NOON
    )


def make(world: World, key: uuid.UUID | None = None) -> ExchangeFile:
    return actions.make_file(key=key or uuid.uuid4(), actor=world.cast.as_(world.cast.dispatcher), now=NOON)


def answer(world: World, file: ExchangeFile, *rows: list[str]) -> int:
    head = ["序号", "结果", "退回原因"]
    actor = world.cast.as_(world.cast.dispatcher)
    return actions.read_answer(file=file, rows=[head, *rows], actor=actor, now=NOON)


def test_a_complete_line_is_sent_once(complete: World) -> None:
    file = make(complete)
    sent = ExchangeLine.objects.get()
    assert (file.rows, sent.row, sent.state, sent.line.minutes) == (1, 1, "in_file", 40)
    with pytest.raises(BadInput):
        make(complete)
    assert make(complete, file.key) == file
    assert ExchangeFile.objects.count() == 1
    row = JournalRow.objects.get(verb="exchange.make")
    assert (row.kind, row.subject_id, row.actor_id) == ("exchange", file.pk, complete.cast.dispatcher.pk)


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ({"volunteer_number": ""}, "志愿者编号"),
        ({"name": ""}, "姓名"),
        ({"content": ""}, "做了什么"),
        ({"organising_unit": ""}, "组织单位"),
        ({"in_charge": None}, "负责人"),
        ({"given": False}, "同意"),
    ],
)
def test_what_keeps_a_line_back_is_said(
    complete: World, client: Client, change: dict[str, Any], lacks: str
) -> None:
    if set(change) <= {"volunteer_number", "name"}:
        Person.objects.filter(pk=complete.cast.volunteer.pk).update(**change)
    elif "given" in change:
        agree(complete, complete.cast.volunteer, given_=False)
    else:
        LawRecord.objects.update(**change)
    with pytest.raises(BadInput):
        make(complete)
    signed_in(client, complete.cast.dispatcher)
    assert lacks in client.get("/exchange/").content.decode()
    assert not ExchangeFile.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"occasion__practice": True}, {"occasion__protected": True}, {"occasion__sealed": True},
        {"occasion__state": "held"}, {"own_work": True, "minutes": None}, {"minutes": 0}, {"state": "absent"},
    ],
)  # fmt: skip
def test_what_never_leaves(complete: World, change: dict[str, Any]) -> None:
    line = RosterLine.objects.get(state="came")
    of_occasion = {n.removeprefix("occasion__"): v for n, v in change.items() if n.startswith("occasion__")}
    if of_occasion:
        Occasion.objects.filter(pk=line.occasion_id).update(**of_occasion)
    else:
        RosterLine.objects.filter(pk=line.pk).update(**change)
    assert not unsent(complete.cast.as_(complete.cast.dispatcher)).exists()


def test_a_dispatcher_of_two_towns_makes_a_file_for_each(complete: World) -> None:
    """A file is seen by all of its place, so it holds that place's records alone."""
    cast = complete.cast
    clerk = Person.objects.create(name="秦兰", area=cast.town, created_at=NOON)
    for town in (cast.town, cast.other_town):
        Post.objects.create(person=clerk, role=Role.DISPATCHER, area=town, valid_from=TODAY)
    lines = RosterLine.objects.filter(person=cast.volunteer)
    here = lines.values_list("area_path", flat=True).distinct().get()
    assert here.startswith(cast.town.path)
    lines.update(area_path=cast.other_town.path)
    actor = cast.as_(clerk)
    theirs = actions.make_file(key=uuid.uuid4(), actor=actor, now=NOON)
    assert theirs.area_path == cast.other_town.path
    ExchangeLine.objects.all().delete()
    ExchangeFile.objects.all().delete()
    lines.update(area_path=here)
    assert actions.make_file(key=uuid.uuid4(), actor=actor, now=NOON).area_path == cast.town.path


@pytest.mark.parametrize("who", ["station_staff", "county_leader", "leader", "resident", "audit_admin"])
def test_only_the_centre_sends(complete: World, client: Client, who: str) -> None:
    actor = complete.cast.as_(getattr(complete.cast, who))
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.make_file(key=uuid.uuid4(), actor=actor, now=NOON)
    file = make(complete)
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.take_file(file=file, actor=actor, now=NOON)
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.read_answer(file=file, rows=[["序号", "结果"], ["1", "录入"]], actor=actor, now=NOON)
    with pytest.raises((NotPermitted, OutOfScope)):
        actions.correct(line=ExchangeLine.objects.get(), actor=actor, now=NOON)
    signed_in(client, getattr(complete.cast, who))
    assert client.get("/exchange/").status_code == client.get(f"/exchange/{file.pk}/").status_code == 404
    assert client.post(f"/exchange/{file.pk}/take/").status_code == 404


def test_entered_returned_corrected_and_sent_again(complete: World) -> None:
    first = make(complete)
    assert answer(complete, first, ["1", "退回", "编号查无此人"]) == 1
    sent = ExchangeLine.objects.get()
    assert (sent.state, sent.words) == ("returned", "编号查无此人")
    assert answer(complete, first, ["1", "退回", "编号查无此人"]) == 0
    with pytest.raises(BadInput):
        make(complete)  # not before somebody has put it right
    actor = complete.cast.as_(complete.cast.dispatcher)
    actions.correct(line=sent, actor=actor, now=NOON)
    with pytest.raises(WrongState):
        actions.correct(line=sent, actor=actor, now=NOON)
    second = make(complete)
    assert second.pk != first.pk
    assert answer(complete, second, ["1", "已录入"]) == 1
    states = dict(ExchangeLine.objects.values_list("file_id", "state"))
    assert states == {first.pk: "corrected", second.pk: "entered"}
    verbs = list(JournalRow.objects.filter(kind="exchange").order_by("id").values_list("verb", flat=True))
    assert verbs == ["exchange.make", "exchange.mark", "exchange.correct", "exchange.make", "exchange.mark"]


@pytest.mark.parametrize(
    ("rows", "at", "column"),
    [
        ([["9", "录入", ""]], 2, "序号"), ([["1", "也许", ""]], 2, "结果"), ([["1", "退回", ""]], 2, "退回原因"),
        ([["1", "录入", ""], ["1", "退回", "x"]], 3, "结果"), ([["1", "", ""]], 0, "结果"), ([["x", "录入", ""]], 2, "序号"),
        ([["٢", "录入", ""]], 2, "序号"), ([["1" * 40, "录入", ""]], 2, "序号"),
    ],
)  # fmt: skip
def test_a_wrong_answer_list_changes_nothing(
    complete: World, rows: list[list[str]], at: int, column: str
) -> None:
    file = make(complete)
    with pytest.raises(actions.WrongAnswers) as refused:
        answer(complete, file, *rows)
    assert [(one.at, one.column) for one in refused.value.wrong][-1] == (at, column)
    assert ExchangeLine.objects.get().state == "in_file"


def test_what_was_entered_stays_entered(complete: World) -> None:
    file = make(complete)
    answer(complete, file, ["1", "录入", ""])
    with pytest.raises(actions.WrongAnswers):
        answer(complete, file, ["1", "退回", "x"])
    assert ExchangeLine.objects.get().state == "entered"


def test_the_whole_way_by_pages(complete: World, client: Client, django_assert_max_num_queries: Any) -> None:
    signed_in(client, complete.cast.dispatcher)
    with django_assert_max_num_queries(24):
        page = client.get("/exchange/").content.decode()
    assert "周*" in page
    assert complete.cast.volunteer.name not in page
    assert client.post("/exchange/make/", {"key": "x"}).status_code == 422
    made = client.post("/exchange/make/", {"key": str(uuid.uuid4())})
    address = made["Location"]
    text = client.get(address).content.decode()
    assert complete.cast.volunteer.name not in text
    taken = client.post(f"{address}take/", {"kind": "csv"})
    rows = list(csv.reader(io.StringIO(taken.content.decode("utf-8-sig"))))
    assert tuple(rows[0]) == HEADINGS
    row = dict(zip(HEADINGS, rows[1], strict=True))
    assert (row["姓名"], row["志愿者编号"], row["服务时间（分钟）"], row["服务时间（小时）"]) == (
        "周志愿", "142600000012345678", "40", "0.7",
    )  # fmt: skip
    assert row["活动日期"] == "2026-11-26"
    assert DOOR not in taken.content.decode("utf-8-sig")
    assert JournalRow.objects.filter(verb="exchange.take", actor_id=complete.cast.dispatcher.pk).count() == 1
    assert send(client, address, "序号,结果\n1,哈").status_code == 422
    assert "录入 或 退回" in send(client, address, "序号,结果\n1,哈").content.decode()
    assert send(client, address, "没有标题\n").status_code == 422
    assert send(client, address, "").status_code == 422
    assert client.post(f"{address}answer/").status_code == 422
    assert send(client, address, "序号,结果,退回原因\n1,退回,编号不对").status_code == 200
    back = client.get("/exchange/").content.decode()
    assert "编号不对" in back
    line = ExchangeLine.objects.get()
    assert client.post(f"/exchange/lines/{line.pk}/correct/").status_code == 302
    assert ExchangeLine.objects.get().state == "corrected"


def test_the_workbook_goes_there_and_comes_back(complete: World, client: Client) -> None:
    from openpyxl import load_workbook

    signed_in(client, complete.cast.dispatcher)
    address = client.post("/exchange/make/", {"key": str(uuid.uuid4())})["Location"]
    taken = client.post(f"{address}take/", {"kind": "xlsx"})
    book = load_workbook(io.BytesIO(taken.content))
    sheet = book.active
    assert isinstance(sheet.cell(2, HEADINGS.index("服务时间（分钟）") + 1).value, int)
    sheet.cell(2, HEADINGS.index("结果") + 1).value = "已录入"
    kept = io.BytesIO()
    book.save(kept)
    upload = SimpleUploadedFile("回执.xlsx", kept.getvalue())
    assert client.post(f"{address}answer/", {"sheet": upload}).status_code == 200
    assert ExchangeLine.objects.get().state == "entered"


def send(client: Client, address: str, text: str) -> Any:
    upload = SimpleUploadedFile("answer.csv", text.encode("utf-8"))
    return client.post(f"{address}answer/", {"sheet": upload})


def test_a_file_has_an_end() -> None:
    assert MOST_ROWS == 5000


CELLS = st.text(max_size=4) | st.sampled_from(
    ["1", "2", "3", "录入", "退回", "entered", "序号", "结果", "退回原因", ""]
)


@given(
    st.lists(st.lists(CELLS, max_size=4), max_size=12),
    st.dictionaries(st.integers(1, 3), st.sampled_from(["in_file", "entered", "returned", "corrected"])),
)
def test_whatever_comes_back_is_answers_or_complaints(rows: list[list[str]], known: dict[int, str]) -> None:
    answers, wrong = read_answers(rows, known)
    assert answers or wrong
    assert all(
        isinstance(one, Answer) and one.row in known and one.state in ("entered", "returned")
        for one in answers
    )
    assert all(one.words for one in answers if one.state == "returned")
