"""停办: one action for snow or an emergency. Occasions move, clocks stand still, nobody is at fault."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from laojia.foundation.area.models import Area
from laojia.foundation.area.queries import only_county
from laojia.foundation.journal.actions import advance, check, start
from laojia.foundation.outbox.actions import cancel_clocks, post, set_clock
from laojia.kernel.clock import CHINA, local_date
from laojia.kernel.errors import BadInput, Conflict
from laojia.policy.facts import Actor
from laojia.policy.reasons import REASONS
from laojia.steps.menu.actions.many import Moved, move_days
from laojia.steps.menu.models import Occasion, Standstill
from laojia.steps.menu.queries.standstills import stop_of, stops_from
from laojia.steps.menu.rules.standstill import LONGEST, overlaps

_OVER = "standstill.over"
_MORNING = time(8)


@transaction.atomic
def declare(
    *,
    area: Area,
    first_day: date,
    last_day: date,
    kinds: Iterable[str],
    reason: str,
    actor: Actor,
    now: datetime,
    verb: str = "occasion.postpone",
    words: str = "",
    to_date: date | None = None,
    key: uuid.UUID | None = None,
) -> tuple[Standstill, Moved]:
    """Let work rest: every occasion of those kinds and days is postponed or called off (`verb`), clocks stand still.

    `to_date`: where the first day's occasions go, the others as many days later; without it the new time is open.
    The same `key` again gives the one that is there. Raises BadInput (days, kinds), Conflict already_resting.
    """
    if key is not None and (known := Standstill.objects.filter(key=key).first()) is not None:
        check(known, "standstill.see", actor=actor)
        return known, Moved([], [])
    # One after the other: two dispatchers who see the same snow must not move the clocks twice.
    Area.objects.select_for_update().get(pk=only_county().pk)
    row = Standstill(
        key=key or uuid.uuid4(), state="standing", area=area, area_path=area.path, first_day=first_day,
        last_day=last_day, kinds=sorted(set(kinds)), reason=reason, words=words.strip()[:200],
        declared_by_id=actor.person_id, declared_at=now,
    )  # fmt: skip
    _check(row, now)
    start(row, "standstill.declare", actor=actor, now=now)
    moved = move_days(
        verb=verb, area=area, first_day=first_day, last_day=last_day, kinds=row.kinds, words=row.words,
        reason=reason if reason in REASONS[verb] else "weather", to_date=to_date, actor=actor, now=now,
    )  # fmt: skip
    again = datetime.combine(last_day + timedelta(days=1), _MORNING, tzinfo=CHINA)
    set_clock(_OVER, about=("standstill", row.pk), due=again, now=now)
    return row, moved


def _check(row: Standstill, now: datetime) -> None:
    wrong: dict[str, object] = {}
    if row.first_day < local_date(now):
        wrong["day"] = _("That day is over. Choose today or a later one.")
    if row.last_day < row.first_day:
        wrong["last_day"] = _("The last day comes after the first.")
    elif (row.last_day - row.first_day).days >= LONGEST:
        wrong["last_day"] = _("At most %(days)s days at once; announce it again if it lasts longer.") % {
            "days": LONGEST
        }
    if not row.kinds or not set(row.kinds) <= set(Occasion.KINDS):
        wrong["kinds"] = _("Choose what shall rest.")
    if row.reason not in REASONS["standstill.declare"]:
        wrong["reason"] = _("Please say why.")
    if wrong:
        raise BadInput("standstill", _("Please look at the marked places again."), "", wrong)
    if any(overlaps(stop_of(row), other) for other in stops_from(row.first_day)):
        raise Conflict(
            "already_resting",
            _("Work rests there already on one of these days."),
            _("Look at what rests now; end that first, or choose other days or kinds."),
        )


@transaction.atomic
def lift(*, standstill: Standstill, actor: Actor, now: datetime) -> Standstill:
    """It cleared up earlier: new offers may go out again and the leaders are asked for new times.

    Clocks keep the time they were given: more time than promised harms nobody.
    """
    advance(standstill, "standstill.lift", actor=actor, now=now, lifted_at=now)
    cancel_clocks(("standstill", standstill.pk), (_OVER,))
    ask_for_times(standstill=standstill, now=now)
    return standstill


def ask_for_times(*, standstill: Standstill, now: datetime) -> int:
    """Each team whose occasion waits for a new time since this rest is asked to name one. Returns how many occasions."""
    first = datetime.combine(standstill.first_day, time(), tzinfo=CHINA)
    after = datetime.combine(standstill.last_day + timedelta(days=1), time(), tzinfo=CHINA)
    rows = Occasion.objects.filter(
        state="postponed", starts_at=None, team__isnull=False, area_path__startswith=standstill.area_path,
        kind__in=standstill.kinds, postponed_from__gte=first, postponed_from__lt=after,
    )  # fmt: skip
    count = 0
    for pk, team_id in rows.values_list("pk", "team_id"):
        post(
            "standstill.over",
            to_team_id=team_id,
            about=("occasion", pk),
            key=f"standstill.over:{standstill.pk}:{pk}",
            now=now,
            variables={"link": f"team/occasions/{pk}/"},
        )
        count += 1
    return count
