"""Several teams at one work: a drive with helpers, an exercise of a call-up, and a day of snow that is over."""

from __future__ import annotations

from datetime import timedelta

from laojia.conf.demonstration import words
from laojia.conf.demonstration.gatherings import Gatherings
from laojia.conf.demonstration.play import Play
from laojia.conf.demonstration.serving import Serving
from laojia.foundation.people.models import Person
from laojia.foundation.teams.models import Team
from laojia.kernel.clock import local_date
from laojia.steps.dispatch import actions as dispatching
from laojia.steps.dispatch.models import Invite
from laojia.steps.menu import actions as menu
from laojia.steps.menu.models import Occasion, Standstill
from laojia.steps.serve import actions as serving

_HELPERS = ("党员志愿队", "青年志愿队", "文明风尚志愿队", "巾帼志愿队")
_CALLED = (words.RESCUE_KIND, "平安志愿队", "青年志愿队")


class Together:
    """What one team alone does not do."""

    def __init__(self, play: Play, going: Serving, gatherings: Gatherings) -> None:
        self.play, self.going, self.gatherings = play, going, gatherings

    def plan(self) -> None:
        play = self.play
        play.at(play.office(play.now - timedelta(days=5)), self.drive)
        play.at(play.office(play.now - timedelta(days=9)), self.call_up)
        play.at(play.office(play.now - timedelta(days=13)), self.snow)

    def _teams(self, kinds: tuple[str, ...]) -> list[Team]:
        """The first team of each kind; a small county may lack one."""
        first: dict[str, Team] = {}
        for team in self.play.folk.teams:
            first.setdefault(team.kind, team)
        return [first[kind] for kind in kinds if kind in first]

    # --- a drive -----------------------------------------------------------------------------------------------------------

    def drive(self) -> None:
        """A lane is to be swept next weekend; one team leads, others are asked along the day after."""
        occasion = self.gatherings.open("HJ01", self.play.land.stations[-1], 7, kind="volunteers", places=1)
        if occasion is not None:
            self.play.later(self._ask_along, occasion.pk, hours=(20, 26))

    def _ask_along(self, occasion_pk: int) -> None:
        play = self.play
        occasion = Occasion.objects.select_related("item_version", "area").get(pk=occasion_pk)
        if occasion.state != "confirmed":
            return
        # Two places beside those who are asked: the third who signs up waits.
        occasion = menu.change(
            occasion=occasion, changes={"volunteer_places": 2}, actor=play.dispatcher(), now=play.moment
        )
        asked = dispatching.invite(
            occasion=occasion, teams=self._teams(_HELPERS), actor=play.dispatcher(), now=play.moment
        )
        for row, heads in zip(asked, (5, 3, 0), strict=False):  # the fourth has not answered yet
            play.later(self._answer, row.pk, heads, hours=(1, 4))
        for number, team in enumerate(play.folk.teams[-6:-3]):
            play.later(self._join, occasion_pk, play.folk.members[team.pk][number], hours=(3, 20))

    def _answer(self, invite_pk: int, heads: int) -> None:
        """So many come, two of them by name; or none."""
        play = self.play
        row = Invite.objects.select_related("team", "occasion__item_version", "occasion__area").get(
            pk=invite_pk
        )
        if row.state != "open":
            return
        leader = play.leader(row.team_id)
        if heads == 0:
            dispatching.decline_invite(row=row, reason="no_one_free", actor=leader, now=play.moment)
            return
        dispatching.accept_invite(row=row, heads=heads, actor=leader, now=play.moment)
        serving.name_helpers(
            invite=row, people=play.folk.members[row.team_id][:2], actor=leader, now=play.moment
        )

    def _join(self, occasion_pk: int, person: Person) -> None:
        occasion = Occasion.objects.select_related("item_version").get(pk=occasion_pk)
        if occasion.state == "confirmed":
            serving.join(occasion=occasion, person=person, actor=self.play.as_(person), now=self.play.moment)

    # --- an exercise -------------------------------------------------------------------------------------------------------

    def call_up(self) -> None:
        """演练: the teams are called, the first leads and writes the record down afterwards."""
        play = self.play
        village = play.land.villages[0]
        begins = play.moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=3)
        occasion = dispatching.call_up(
            item_version=self.gatherings.items["YJ01"], area=village, place="村委会大院", what="清雪演练：集合、点名、分路段",
            starts_at=begins, hours=2, teams=self._teams(_CALLED), practice=True,
            actor=play.dispatcher(), now=play.moment, key=play.key(),
        )  # fmt: skip
        for row, heads in zip(occasion.invites.order_by("id"), (8, 4, 0), strict=False):
            play.later(self._answer, row.pk, heads, hours=(0.1, 0.9))

    # --- snow --------------------------------------------------------------------------------------------------------------

    def snow(self) -> None:
        """Work rests in one town for a day; what was to be held there comes two days later. The next morning it is over."""
        play = self.play
        town, tomorrow = play.land.villages[-1].parent, local_date(play.moment) + timedelta(days=1)
        assert town is not None
        row, _moved = menu.declare_standstill(
            area=town, first_day=tomorrow, last_day=tomorrow, kinds=Occasion.KINDS, reason="snow",
            words="大雪，路上结冰，都别出门。", to_date=tomorrow + timedelta(days=2), actor=play.dispatcher(), now=play.moment,
        )  # fmt: skip
        play.at(play.moment + timedelta(hours=20), self._cleared, row.pk)

    def _cleared(self, pk: int) -> None:
        row = Standstill.objects.get(pk=pk)
        if row.state == "standing":
            menu.lift(standstill=row, actor=self.play.dispatcher(), now=self.play.moment)
