"""Several teams at one occasion: helpers of a drive, and the teams called up in an emergency.

Being asked is a question here too (志愿服务条例 art. 25): a team says how many come, or that it cannot, without penalty.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area
from laojia.foundation.journal.actions import Event, advance, require, start
from laojia.foundation.outbox.actions import post
from laojia.foundation.people.queries import contacts_of
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import local_date
from laojia.kernel.errors import BadInput, WrongState
from laojia.kernel.links import make_link
from laojia.policy.facts import Actor, Subject
from laojia.steps.dispatch.models import Invite
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import ItemVersion, Occasion

MOST_TEAMS = 60  # asked in one go
MOST_HEADS = 500
OPEN = ("draft", "offered", "confirmed", "postponed")


@transaction.atomic
def invite(*, occasion: Occasion, teams: Sequence[Team], actor: Actor, now: datetime) -> list[Invite]:
    """Ask teams to come along; a team that was asked already is not asked twice.

    Raises BadInput (none chosen, too many), WrongState when the occasion is over.
    """
    require(actor, "invite.make", Subject("invite", area_path=occasion.area_path))
    if occasion.state not in OPEN or occasion.sealed or occasion.protected:
        raise WrongState(
            "over",
            _("Nobody can be asked for this any more."),
            _("Open another one if help is still needed."),
        )
    chosen = list({team.pk: team for team in teams if team.pk != occasion.team_id}.values())
    if not chosen:
        raise _teams_missing(_("Choose the teams to ask."))
    if len(chosen) > MOST_TEAMS:
        raise _teams_missing(_("At most %(most)s teams in one go.") % {"most": MOST_TEAMS})
    asked = set(occasion.invites.exclude(state="withdrawn").values_list("team_id", flat=True))
    rows = []
    for team in chosen:
        if team.pk in asked:
            continue
        row = Invite(
            state="open", occasion=occasion, team=team, area_path=occasion.area_path,
            made_by_id=actor.person_id, made_at=now,
        )  # fmt: skip
        start(row, "invite.make", actor=actor, now=now)
        _tell(row, "call_up.asked" if occasion.emergency else "invite.asked", now)
        rows.append(row)
    return rows


def _teams_missing(said: object) -> BadInput:
    return BadInput("teams", said, "", {"teams": said})


@transaction.atomic
def call_up(
    *,
    item_version: ItemVersion,
    area: Area,
    place: str,
    what: str,
    starts_at: datetime,
    hours: int,
    teams: Sequence[Team],
    actor: Actor,
    now: datetime,
    key: uuid.UUID | None = None,
    practice: bool = False,
) -> Occasion:
    """应急集结: chosen teams are called at once, apart from the queue. The first that comes leads until another is named.

    The same `key` gives the same call-up. Raises BadInput (what, place, teams, hours).
    """
    require(actor, "call_up.open", Subject("occasion", area_path=area.path))
    wrong: dict[str, object] = {}
    if len(what.strip()) < 2:
        wrong["what"] = _("Say in a few words what is to be done.")
    if not place.strip():
        wrong["place"] = _("Where do they meet?")
    if not 1 <= hours <= 72:
        wrong["hours"] = _("Between 1 and 72 hours.")
    if starts_at < now - timedelta(hours=1):
        wrong["starts_at"] = _("That time is over already. Choose a later one.")
    if wrong:
        raise BadInput("call_up", _("Please look at the marked places again."), "", wrong)
    occasion = menu.open_occasion(
        item_version=item_version, kind="volunteers", area=area, place=place, note=what.strip()[:200],
        starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours), volunteer_places=MOST_HEADS,
        emergency=True, practice=practice, key=key, actor=actor, now=now, because="call_up.open",
    )  # fmt: skip
    if not occasion.invites.exists():
        invite(occasion=occasion, teams=teams, actor=actor, now=now)
    return occasion


@transaction.atomic
def accept_invite(*, row: Invite, heads: int, actor: Actor, now: datetime, words: str = "") -> Invite:
    """So many of us come. At a call-up that nobody leads yet this team leads."""
    if not 1 <= heads <= MOST_HEADS:
        said = _("How many of you come? A number from 1.")
        raise BadInput("heads", said, "", {"heads": said})
    _still_on(row)
    advance(
        row, "invite.accept", actor=actor, now=now, heads=heads, words=words.strip()[:200], answered_at=now,
        answered_by_id=_voice(actor),
    )  # fmt: skip
    _lead(row.occasion, actor, now, "invite.accept")
    return row


@transaction.atomic
def decline_invite(*, row: Invite, reason: str, actor: Actor, now: datetime, words: str = "") -> Invite:
    """Not this time; also after having said yes. Who was named is told; another team leads if it was the leading one."""
    _still_on(row)
    advance(
        row, "invite.decline", actor=actor, now=now, reason=reason, heads=0, words=words.strip()[:200],
        answered_at=now, answered_by_id=_voice(actor),
    )  # fmt: skip
    _step_down(row, actor, now, "invite.decline")
    return row


@transaction.atomic
def withdraw_invite(*, row: Invite, actor: Actor, now: datetime, because: str = "") -> Invite:
    """The help is not needed after all; the team is told."""
    advance(row, "invite.withdraw", actor=actor, now=now, because=because)
    _tell(row, "invite.withdrawn", now)
    if not because:
        _step_down(row, actor, now, "invite.withdraw")
    return row


def _still_on(row: Invite) -> None:
    row.occasion = Occasion.objects.select_related("item_version").get(pk=row.occasion_id)
    if row.occasion.state not in OPEN:
        raise WrongState("over", _("This is over or was called off."), _("Look at today's list."))


def _voice(actor: Actor) -> int | None:
    return (actor.on_behalf_of or actor).person_id


def _lead(occasion: Occasion, actor: Actor, now: datetime, because: str) -> None:
    """A call-up without a leading team is led by the first that comes."""
    if occasion.emergency and occasion.team_id is None and occasion.state == "draft":
        first = (
            occasion.invites.filter(state="accepted")
            .select_related("team")
            .order_by("answered_at", "id")
            .first()
        )
        if first is not None:
            menu.confirm(occasion=occasion, team=first.team, actor=actor, now=now, because=because)


def _step_down(row: Invite, actor: Actor, now: datetime, because: str) -> None:
    occasion = Occasion.objects.select_related("item_version").get(pk=row.occasion_id)
    if occasion.emergency and occasion.team_id == row.team_id and occasion.state == "confirmed":
        menu.release(occasion=occasion, reason="no_one_free", actor=actor, now=now, because=because)
        _lead(occasion, actor, now, because)


def let_helpers_go(event: Event) -> None:
    """occasion.call_off: teams that were to come along hear of it."""
    for row in Invite.objects.filter(occasion_id=event.row.pk, state__in=("open", "accepted")):
        withdraw_invite(row=row, actor=event.actor, now=event.now, because="occasion.call_off")


def tell_helpers(event: Event) -> None:
    """occasion.postpone, agree_time, reconfirm, change: teams that come along hear the new time."""
    occasion: Occasion = event.row
    if event.facts.get("old_starts_at") == occasion.starts_at and event.verb != "occasion.postpone":
        return
    for row in Invite.objects.filter(occasion_id=occasion.pk, state__in=("open", "accepted")):
        _tell(row, "invite.changed", event.now, mark=occasion.version)


def _tell(row: Invite, template: str, now: datetime, mark: int = 0) -> None:
    """Every contact of the team, each with a link of his own that opens exactly this question."""
    for person_id in contacts_of(row.team_id, local_date(now)):
        post(
            template,
            to_person_id=person_id,
            about=("occasion", row.occasion_id),
            key=f"{template}:{row.pk}:{row.version}:{mark}:{person_id}",
            now=now,
            variables={
                "at": (row.occasion.starts_at or row.occasion.created_at).isoformat(),
                "link": f"offer/{make_link('invite', row.pk, 'offer', to=person_id)}/",
            },
        )
