"""The county's list of grids makes its grid workers known: a person and a post each, once, whoever reads it in."""

from __future__ import annotations

from pathlib import Path

import pytest

from laojia.foundation.area import jobs
from laojia.foundation.area.models import Area
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.people.models import Person, Post
from laojia.foundation.people.queries import actor_of
from laojia.kernel.errors import Conflict, NotPermitted, OutOfScope
from laojia.policy.facts import subject_of
from laojia.policy.permissions import may
from laojia.policy.roles import Role
from tests.cast import NOW, TODAY, Cast

HEAD = "乡镇,村(社区),网格,微网格,户数,网格员,联系电话\n"


@pytest.fixture
def read_in(cast: Cast, tmp_path: Path):
    def do(*lines: str, who: str = "system_admin") -> None:
        path = tmp_path / "list.csv"
        rows = "".join(f"{cast.town.name},{cast.village.name},东片,{line}\n" for line in lines)
        path.write_text(HEAD + rows, encoding="utf-8")
        jobs.import_areas(path, actor=cast.as_(getattr(cast, who)), now=NOW)

    return do


def posts() -> list[tuple[str, str]]:
    found = Post.objects.filter(role=Role.GRID_WORKER, area__level="micro_grid", valid_to=None)
    return sorted(found.values_list("area__name", "person__name"))


def test_each_worker_named_is_a_person_with_a_post(cast, read_in):
    read_in("一组,42,张三,13900000001", "二组,40,李四,0357-6221234", "三组,40,李四,")
    assert posts() == [("一组", "张三"), ("三组", "李四"), ("二组", "李四")]
    worker = Person.objects.get(name="张三")
    post = Post.objects.get(person=worker)
    assert (worker.phone, worker.area, post.valid_from) == (
        "13900000001",
        Area.objects.get(name="一组"),
        TODAY,
    )
    other = Post.objects.get(area__name="二组").person
    assert (other.phone, other.contact_phone) == ("", "03576221234")
    journal = JournalRow.objects.filter(verb="post.grant", cause="area.import")
    assert journal.count() == 3
    assert "张三" not in str(list(journal.values()))
    at_work = actor_of(worker, TODAY)
    worker.area_path = post.area.path
    assert may(at_work, "person.see", subject_of(worker))
    assert not may(at_work, "person.see", subject_of(cast.stranger))


def test_the_list_again_changes_nothing(cast, read_in):
    lines = ("一组,42,张三,13900000001", "二组,40,张三,13900000001", "三组,40,李四,")
    read_in(*lines)
    before = (
        Person.objects.count(),
        Post.objects.count(),
        JournalRow.objects.filter(verb="post.grant").count(),
    )
    assert Person.objects.filter(name="张三").count() == 1
    read_in(*lines)
    assert (
        Person.objects.count(),
        Post.objects.count(),
        JournalRow.objects.filter(verb="post.grant").count(),
    ) == before


def test_a_known_person_is_found_by_name_and_number(cast, read_in):
    neighbour = cast.neighbour
    read_in(f"一组,42,{neighbour.name},{neighbour.phone}", f"二组,42,赵小山,{neighbour.phone}")
    assert Post.objects.get(area__name="一组").person == neighbour
    assert Post.objects.get(area__name="二组").person != neighbour  # the family's phone, another name


def test_who_was_named_before_keeps_his_post_until_it_is_ended(cast, read_in):
    read_in("一组,42,张三,13900000001")
    read_in("一组,42,李四,13900000002")
    assert posts() == [("一组", "张三"), ("一组", "李四")]


def test_an_administrator_is_not_made_a_grid_worker_and_nothing_is_half_read(cast, read_in):
    admin = cast.audit_admin
    with pytest.raises(Conflict):
        read_in("一组,42,张三,13900000001", f"二组,42,{admin.name},{admin.phone}")
    assert not Area.objects.filter(name="一组").exists()
    assert not Person.objects.filter(name="张三").exists()


@pytest.mark.parametrize("who", ["resident", "grid_worker", "dispatcher", "security_admin"])
def test_nobody_else_reads_a_list_in(cast, read_in, who):
    with pytest.raises((NotPermitted, OutOfScope)):
        read_in("一组,42,张三,13900000001", who=who)
    assert not Person.objects.filter(name="张三").exists()
