"""Posts: given and ended by the security administrator, never to himself, from–to, each with its place."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area, Station
from laojia.foundation.journal.actions import record, require
from laojia.foundation.people.models import Person, Post, Unit
from laojia.foundation.people.queries import contacts_of
from laojia.foundation.people.rules import GRANTABLE, PLACE_ROLES, TEAM_ROLES, clashing, enough_contacts
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import local_date
from laojia.kernel.errors import BadInput, Conflict, OutOfScope, WrongState
from laojia.policy.facts import Actor, Subject
from laojia.policy.roles import SEPARATE_ROLES, Role


@transaction.atomic
def grant_post(
    *,
    actor: Actor,
    now: datetime,
    person_id: int,
    role: Role,
    area: Area | None = None,
    station: Station | None = None,
    team: Team | None = None,
    unit: Unit | None = None,
    zone_id: int | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Post:
    """A role at a place, from–to (`valid_to` is the first day it is over).

    Raises BadInput (place, period), Conflict (held already, or not beside what is held), OutOfScope, NotPermitted.
    """
    start = valid_from or local_date(now)
    post = Post(
        person_id=person_id, role=role, area=area, station=station, team=team, unit=unit, zone_id=zone_id,
        valid_from=start, valid_to=valid_to,
    )  # fmt: skip
    require(actor, "post.grant", Subject("post"))
    if person_id == actor.person_id:
        raise Conflict(
            "own_post", _("Nobody gives a post to himself."), _("Another security administrator can do it.")
        )
    if not Person.objects.filter(pk=person_id, erased_at=None).exists():
        raise OutOfScope("person_not_here", _("We do not find this person."), _("Search again."))
    _check_place(post)
    if valid_to is not None and valid_to <= start:
        sentence = _("The post must end after it begins.")
        raise BadInput("period", sentence, fields={"valid_to": sentence})
    _check_beside(post)
    post.save(force_insert=True)
    record(post, "post.grant", actor=actor, now=now, fields=("role",))
    return post


@transaction.atomic
def end_post(*, actor: Actor, now: datetime, post_id: int) -> Post:
    """End a post today. Raises WrongState (over already, or a team would keep fewer than two contacts), OutOfScope."""
    post = Post.objects.select_related("team").filter(pk=post_id).first()
    if post is None:
        raise OutOfScope("post_not_here", _("We do not find this post."), _("Open the list again."))
    require(actor, "post.end", Subject("post", post_id))
    _end(post, now)
    record(post, "post.end", actor=actor, now=now, fields=("valid_to",))
    return post


def _end(post: Post, now: datetime) -> None:
    """Write the end, keeping two contacts in a team that still works."""
    today = local_date(now)
    if post.valid_to is not None and post.valid_to <= today:
        raise WrongState("post_over", _("This post is over already."), _("Open the list again."))
    team = post.team
    if post.role == Role.TEAM_LEADER and team is not None and team.ended_on is None:
        # Two contacts may leave at the same moment: the team's row is written first, so that one waits for the other.
        Team.objects.filter(pk=team.pk, ended_on=None).update(ended_on=None)
        if not enough_contacts(contacts_of(team.pk, today), post.person_id):
            raise WrongState(
                "two_contacts",
                _("A team keeps at least two contacts."),
                _("Name another contact first, then end this one."),
            )
    end = max(today, post.valid_from)
    if not Post.objects.filter(pk=post.pk, valid_to=post.valid_to).update(valid_to=end):
        raise Conflict("changed_meanwhile", _("Somebody else has just changed this."), _("Look at it again."))
    post.valid_to = end


def _check_place(post: Post) -> None:
    role = Role(post.role)
    if role not in GRANTABLE:
        sentence = _("This is no post that can be given.")
        raise BadInput("role", sentence, fields={"role": sentence})
    if role in TEAM_ROLES and post.team is None:
        sentence = _("Name the team.")
        raise BadInput("place", sentence, fields={"team": sentence})
    if role in PLACE_ROLES and not (post.area or post.station or post.zone_id):
        sentence = _("Name the area, station or zone the post is for.")
        raise BadInput("place", sentence, fields={"area": sentence})


def _check_beside(post: Post) -> None:
    """Against every post that overlaps in time, also one that begins later."""
    held = Post.objects.filter(person_id=post.person_id).filter(
        Q(valid_to=None) | Q(valid_to__gt=post.valid_from)
    )
    if post.valid_to is not None:
        held = held.filter(valid_from__lt=post.valid_to)
    other = clashing(Role(post.role), {Role(role) for role in held.values_list("role", flat=True)})
    if other is not None:
        raise Conflict(
            "posts_clash",
            _("These two posts may not be in one hand."),
            _("Administrators see no residents' data. End the other post first, or choose somebody else."),
        )
    same = held.filter(
        role=post.role,
        area=post.area,
        station=post.station,
        team=post.team,
        unit=post.unit,
        zone_id=post.zone_id,
    )
    if same.exists() or (post.role in SEPARATE_ROLES and held.filter(role=post.role).exists()):
        raise Conflict("post_held", _("This person holds that post already."), _("There is nothing to do."))
