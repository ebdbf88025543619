"""What the worker needs from all layers: handlers of clocks, whom a message reaches, the words it may name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Q

from laojia import wiring
from laojia.conf import retention
from laojia.foundation.area.queries import sends_nothing
from laojia.foundation.outbox.jobs import Crew, gateway_for
from laojia.foundation.outbox.rules import PRACTICE, Recipient
from laojia.foundation.people.models import Person, Post
from laojia.foundation.teams.models import Team
from laojia.kernel import clock
from laojia.policy.roles import Role
from laojia.steps.dispatch.models import Invite, Offer
from laojia.steps.menu.models import ItemVersion, Occasion
from laojia.steps.order.models import Attendance, Order, StandingHelp
from laojia.steps.review.models import Complaint, Incident
from laojia.steps.serve.models import LawRecord, RosterLine


def gather() -> Crew:
    """A worker of this installation; a demonstration or a training copy keeps its messages in the inbox whatever is set."""
    gateway = gateway_for(demonstration=sends_nothing())
    return Crew({**wiring.CLOCKS, retention.KIND: retention.daily}, recipients, gateway, words_about)


def recipients(person_id: int | None, team_id: int | None) -> Sequence[Recipient]:
    """The person, or the leaders who hold a post in the team today. A team without any is named for the call list."""
    if team_id is None:
        found = Person.objects.filter(pk=person_id or 0, erased_at=None).select_related("merged_into")
        return [_recipient(person.merged_into or person) for person in found]
    today = clock.local_date(clock.now())
    posts = (
        Post.objects.filter(team_id=team_id, role=Role.TEAM_LEADER.value, valid_from__lte=today)
        .filter(Q(valid_to=None) | Q(valid_to__gt=today), person__erased_at=None)
        .select_related("person")
        .order_by("valid_from", "id")
    )
    leaders = {post.person_id: _recipient(post.person) for post in posts}
    if leaders:
        return list(leaders.values())
    return [Recipient(None, team.name, area_path=team.area_path) for team in Team.objects.filter(pk=team_id)]


def _recipient(person: Person) -> Recipient:
    return Recipient(
        person.pk,
        person.name,
        "" if person.phone_wrong_at else person.phone,
        takes_messages=person.reads_messages,
        area_path=person.area_path,
    )


def words_about(kind: str, about_id: int, language: str) -> Mapping[str, str]:
    """`item`, `team` and `place` for a message; what is unknown or must stay unsaid is left to the template."""
    find = _FIND.get(kind)
    words = {name: text for name, text in find(about_id, language).items() if text} if find else {}
    return words | ({PRACTICE: "1"} if is_exercise(kind, about_id) else {})


def is_exercise(kind: str, about_id: int) -> bool:
    """Is the thing a message speaks of marked as an exercise?"""
    model, column = _EXERCISE.get(kind, (None, ""))
    return model is not None and model._default_manager.filter(pk=about_id, **{column: True}).exists()


def _item(version: ItemVersion | None, language: str) -> str:
    """The item's name; a protected one is never named in a message somebody else may read."""
    if version is None or version.protected or version.sealed:
        return ""
    return version.name_en if language == "en" and version.name_en else version.name


def _of_order(pk: int, language: str) -> Mapping[str, str]:
    order = Order.objects.select_related("item_version", "team", "area").filter(pk=pk).first()
    if order is None or order.protected or order.sealed:
        return {}
    # The village only: the door stays on the order's own page.
    team = order.team.name if order.team else ""
    return {"item": _item(order.item_version, language), "team": team, "place": order.area.name}


def _of_occasion(pk: int, language: str) -> Mapping[str, str]:
    row = Occasion.objects.select_related("item_version", "team", "area").filter(pk=pk).first()
    if row is None or row.protected or row.sealed:
        return {}
    team = row.team.name if row.team else ""
    return {"item": _item(row.item_version, language), "team": team, "place": row.place or row.area.name}


def _of_offer(pk: int, language: str) -> Mapping[str, str]:
    offer = Offer.objects.select_related("team").filter(pk=pk).first()
    if offer is None:
        return {}
    return {**_of_occasion(offer.occasion_id, language), "team": offer.team.name}


def _of_standing(pk: int, language: str) -> Mapping[str, str]:
    row = StandingHelp.objects.select_related("item_version", "team", "area").filter(pk=pk).first()
    if row is None or row.protected:
        return {}
    team = row.team.name if row.team else ""
    return {"item": _item(row.item_version, language), "team": team, "place": row.area.name}


def _of_team(pk: int, _language: str) -> Mapping[str, str]:
    return {"team": Team.objects.filter(pk=pk).values_list("name", flat=True).first() or ""}


def _through(model: type[Attendance | RosterLine | LawRecord]) -> Callable[[int, str], Mapping[str, str]]:
    """Rows that belong to an occasion speak with its words."""

    def find(pk: int, language: str) -> Mapping[str, str]:
        occasion = model._default_manager.filter(pk=pk).values_list("occasion_id", flat=True).first()
        return _of_occasion(occasion, language) if occasion else {}

    return find


# Kind of thing → its table, and where the mark of an exercise stands.
_EXERCISE: Mapping[str, tuple[Any, str]] = {
    "order": (Order, "practice"),
    "occasion": (Occasion, "practice"),
    "offer": (Offer, "occasion__practice"),
    "invite": (Invite, "occasion__practice"),
    "standing": (StandingHelp, "orders__practice"),
    "attendance": (Attendance, "order__practice"),
    "roster": (RosterLine, "occasion__practice"),
    "record": (LawRecord, "occasion__practice"),
    "complaint": (Complaint, "order__practice"),
    "incident": (Incident, "order__practice"),
}
_FIND: Mapping[str, Callable[[int, str], Mapping[str, str]]] = {
    "order": _of_order,
    "occasion": _of_occasion,
    "offer": _of_offer,
    "standing": _of_standing,
    "team": _of_team,
    "attendance": _through(Attendance),
    "roster": _through(RosterLine),
    "record": _through(LawRecord),
}
