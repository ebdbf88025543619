"""`laojia county admin`: the first security administrator of a county, and no second one by this way."""

import pytest

from laojia.foundation.area.jobs import create_county
from laojia.foundation.journal.models import JournalRow
from laojia.foundation.people.jobs import first_admin
from laojia.foundation.people.models import Account, Person, Post
from laojia.foundation.people.queries import actor_of
from laojia.kernel.errors import BadInput, Conflict
from laojia.policy.facts import Subject
from laojia.policy.permissions import may
from tests.cast import NOW, TODAY

WHO = {"name": "张安全", "phone": "13800001234", "username": "zhang", "now": NOW}


@pytest.mark.django_db
def test_the_first_administrator_may_give_posts_and_signs_in_by_password():
    create_county("141024", now=NOW)
    said = first_admin(**WHO)
    account = Account.objects.select_related("person").get(username="zhang")
    password = next(
        word.strip(",。，：:;；")
        for word in said.replace("，", " ").replace("：", " ").split()
        if account.check_password(word.strip(",。，：:;；"))
    )
    assert password
    assert account.password_is_initial
    assert may(actor_of(account.person, TODAY), "post.grant", Subject("post"))
    verbs = JournalRow.objects.filter(verb__in=("person.add", "post.grant", "account.open"))
    assert sorted(verbs.values_list("verb", flat=True)) == ["account.open", "person.add", "post.grant"]


@pytest.mark.django_db
def test_there_is_no_second_one_by_this_way():
    create_county("141024", now=NOW)
    first_admin(**WHO)
    with pytest.raises(Conflict):
        first_admin(**{**WHO, "name": "李安全", "phone": "13800001235", "username": "li"})
    assert Post.objects.count() == 1


@pytest.mark.django_db
def test_without_a_county_or_with_a_wrong_name_nothing_is_left_behind():
    with pytest.raises(BadInput):
        first_admin(**WHO)
    create_county("141024", now=NOW)
    with pytest.raises(BadInput):
        first_admin(**{**WHO, "username": "张"})
    assert not Person.objects.exists()
    assert not Post.objects.exists()
