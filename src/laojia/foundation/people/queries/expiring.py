"""Certificates and policies that run out soon: somebody renews them before a visit falls through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, Q

from laojia.foundation.journal.queries import scoped
from laojia.foundation.people.models import Certificate, Insurance, Person, Post
from laojia.foundation.teams.models import Team
from laojia.policy.facts import Actor

_MISSED_NO_MORE = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class RunningOut:
    """Something of a team that ends: a member's certificate (`person`), or a policy."""

    team: Team
    what: str
    until: date
    person: Person | None = None


def running_out(actor: Actor, today: date, until: date) -> list[RunningOut]:
    """Certificates of members and policies of the teams one may see that end by then; by team name, the soonest first.

    A certificate counts by its newest period. What ended half a year ago is left out: replaced, or not missed.
    """
    teams = {team.pk: team for team in scoped(Team.objects.filter(ended_on=None), actor, "team.certificate")}
    period = (today - _MISSED_NO_MORE, until)
    posts = Post.objects.filter(team__in=teams, valid_from__lte=today).filter(
        Q(valid_to=None) | Q(valid_to__gt=today)
    )
    newest = (
        Certificate.objects.filter(person__posts__in=posts)
        .values("person_id", "kind")
        .annotate(last=Max("valid_to"))
        .filter(last__range=period)
    )
    open_ended = set(
        Certificate.objects.filter(person__posts__in=posts, valid_to=None).values_list("person_id", "kind")
    )
    ends = {(one["person_id"], one["kind"]): one["last"] for one in newest}
    people = Person.objects.in_bulk({person for person, _kind in ends})
    belongs = set(posts.filter(person__in=people).values_list("team_id", "person_id"))
    found = [
        RunningOut(teams[team], kind, last, people[person])
        for team, member in belongs
        for (person, kind), last in ends.items()
        if person == member and (person, kind) not in open_ended and team is not None
    ]
    policies = (
        Insurance.objects.filter(team__in=teams)
        .values("team_id")
        .annotate(last=Max("valid_to"), insurer=Max("insurer"))
    )
    found += [
        RunningOut(teams[one["team_id"]], one["insurer"], one["last"])
        for one in policies.filter(last__range=period)
    ]
    return sorted(found, key=lambda row: (row.team.name, row.until, row.what))
