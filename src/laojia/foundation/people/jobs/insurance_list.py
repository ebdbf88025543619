"""The list of insurance policies: one row for each, with the insured members of the team (条例 art. 17)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from laojia.foundation.journal.actions import record, record_many
from laojia.foundation.lists.forms import cells
from laojia.foundation.lists.jobs import take_each, touched_since, used_among
from laojia.foundation.lists.rules import (
    CHANGE,
    NEW,
    SAME,
    Asked,
    BadCell,
    Column,
    Flaw,
    Line,
    ListKind,
    Verdict,
    bad,
)
from laojia.foundation.people.actions import add_insurance
from laojia.foundation.people.models import Insurance, Person
from laojia.foundation.people.queries import member_ids
from laojia.foundation.people.rules import same_name
from laojia.foundation.teams.models import Team
from laojia.kernel import crypto
from laojia.policy.facts import subject_of
from laojia.policy.permissions import may

_EVERYBODY = ("全体", "全体队员", "全队", "全部队员")
_INSURED = re.compile(r"([^\d\s]{2,40})\s*(1\d{10})?")


def insured(text: str, on: date) -> tuple[str, str]:
    """张三13800000000 or 张三: name and, where it is given, the mobile number."""
    found = _INSURED.fullmatch(cells.narrow(text))
    if found is None:
        raise BadCell("insured")
    return str(cells.name(found[1], on)), found[2] or ""


def people(text: str, on: date) -> tuple[tuple[str, str], ...] | None:
    """The insured; None for everybody in the team."""
    if cells.narrow(text) in _EVERYBODY:
        return None
    found: tuple[tuple[str, str], ...] = cells.several(insured, 300)(text, on)
    return found


def look(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """What each line is; nothing is written."""
    return [_judge(line, asked) for line in lines]


def _judge(line: Line, asked: Asked) -> Verdict:
    handles = (crypto.keyed_hash(f"{line.text('team')} {line.text('policy_number')}"),)
    flaws: list[Flaw] = []
    readable = all(_facts(line))
    if readable and line["valid_to"] <= line["valid_from"]:
        flaws.append(Flaw("valid_to", "days_order"))
    team = Team.objects.filter(name=line.text("team"), ended_on=None).first()
    if team is None:
        return bad(*flaws, Flaw("team", "team_unknown"), handles=handles)
    if not may(asked.actor, "team.insurance", subject_of(team)):
        flaws.append(Flaw("team", "not_yours"))
    found, unknown = _members(team, line, asked)
    flaws += [Flaw("insured", "not_member", str(place)) for place in unknown]
    known = Insurance.objects.filter(team=team, policy_number=line.text("policy_number")).first()
    if known is not None and readable and (known.insurer, known.valid_from, known.valid_to) != _facts(line):
        flaws.append(Flaw("policy_number", "policy_differs"))
    if flaws:
        return bad(*flaws, handles=handles)
    if known is None:
        return Verdict(NEW, handles=handles)
    more = found - set(known.insured.values_list("pk", flat=True)) if not known.covers_all else set()
    fields = ("insured",) if more or (_everybody(line) and not known.covers_all) else ()
    return Verdict(CHANGE if fields else SAME, fields=fields, handles=handles, row_id=known.pk)


def _everybody(line: Line) -> bool:
    return line["insured"] is None


def _facts(line: Line) -> tuple[str, date, date]:
    return line.text("insurer"), line["valid_from"], line["valid_to"]


def _members(team: Team, line: Line, asked: Asked) -> tuple[set[int], list[int]]:
    """Ids of the insured, and the places in the cell of those who are no members."""
    if _everybody(line):
        return set(), []
    members = Person.objects.filter(pk__in=member_ids(team.pk, asked.today), erased_at=None)
    rows = list(members.order_by("pk"))
    found: set[int] = set()
    unknown: list[int] = []
    for place, (name, phone) in enumerate(line["insured"], 1):
        fitting = [one for one in rows if same_name(one.name, name) and (not phone or one.phone == phone)]
        if len(fitting) == 1:
            found.add(fitting[0].pk)
        else:
            unknown.append(place)
    return found, unknown


def take(lines: Sequence[Line], asked: Asked) -> list[Verdict]:
    """Each policy by the verb the team's page uses."""
    columns = {"policy_number": "policy_number", "insured": "insured", "valid_to": "valid_to"}
    return take_each(lines, asked, look, _write, columns)


def _write(line: Line, verdict: Verdict, asked: Asked) -> int:
    team = Team.objects.get(name=line.text("team"), ended_on=None)
    found, _unknown = _members(team, line, asked)
    if verdict.row_id is None:
        insurer, start, end = _facts(line)
        row = add_insurance(
            actor=asked.actor, now=asked.now, team_id=team.pk, policy_number=line.text("policy_number"),
            insurer=insurer, valid_from=start, valid_to=end, covers_all=_everybody(line), insured=found,
        )  # fmt: skip
        return int(row.pk)
    known = Insurance.objects.get(pk=verdict.row_id)
    known.insured.add(*found)
    if _everybody(line):
        Insurance.objects.filter(pk=known.pk).update(covers_all=True)
    record(team, "team.insurance", actor=asked.actor, now=asked.now, fields=("insured",), because="list.take")
    return int(known.pk)


def remove(ids: Collection[int], asked: Asked) -> Mapping[int, str]:
    """Take policies back of teams that have not been out since; else the day's cover would be gone from the record."""
    rows = Insurance.objects.select_related("team").in_bulk(list(ids))
    stays = dict.fromkeys(set(ids) - set(rows), "gone")
    teams = {row.team_id for row in rows.values()}
    spare = {"people.Post", "people.Insurance", "teams.TeamWeek", "teams.TeamSlot"}
    busy = used_among(Team, teams, spare=spare) | touched_since("team", teams, asked.after)
    stays |= {pk: "lasting" for pk, row in rows.items() if row.team_id in busy}
    stays |= {
        pk: "forbidden"
        for pk, row in rows.items()
        if not may(asked.actor, "list.remove", subject_of(row.team))
    }
    going = [row for pk, row in rows.items() if pk not in stays]
    record_many(
        [row.team for row in going], "list.remove", actor=asked.actor, now=asked.now, fields=("insurance",)
    )
    Insurance.objects.filter(pk__in=[row.pk for row in going]).delete()
    return stays


INSURANCE = ListKind(
    name="insurance",
    title=_("Insurance policies"),
    about=_("Policies of the teams with the insured, one row for each policy."),
    columns=(
        Column(
            "team",
            "队伍名称",
            cells.words(60),
            _("The team as in the list of teams."),
            ("队伍", "志愿服务队", "投保队伍", "团队名称"),
            needed=True,
            examples=("甘亭镇天井村助老志愿队", "县医院医疗志愿队"),
        ),
        Column(
            "policy_number",
            "保单号",
            cells.words(60, 3),
            _("The number of the policy."),
            ("保险单号", "保单编号"),
            needed=True,
            examples=("PEAA20261410240001", "PEAA20261410240002"),
        ),
        Column(
            "insurer",
            "保险公司",
            cells.words(60),
            _("Who insures."),
            ("承保公司",),
            needed=True,
            examples=("示例保险", "示例保险"),
        ),
        Column(
            "valid_from",
            "保险起期",
            cells.day,
            _("The first day of the cover."),
            ("起始日期", "生效日期"),
            needed=True,
            examples=("2026-01-01", "2026-01-01"),
        ),
        Column(
            "valid_to",
            "保险止期",
            cells.day,
            _("The day on which it ends."),
            ("截止日期", "到期日期"),
            needed=True,
            examples=("2027-01-01", "2027-01-01"),
        ),
        Column(
            "insured",
            "被保险人",
            people,
            _(
                "Names of members, with the mobile number where names repeat, with 、 between them; 全体 for everybody."
            ),
            ("被保人", "投保人员"),
            needed=True,
            examples=("全体", "周志愿13900000031、吴帮手"),
        ),
    ),
    look=look,
    take=take,
    remove=remove,
    handful=50,
    words={
        "insured": (
            _("“%(value)s”: a name or a number in it cannot be read."),
            _("Write like 周志愿13900000031、吴帮手."),
        ),
        "not_member": (
            _("number %(other)s in the cell is no member of the team, or several are named so."),
            _("Let the person join the team first, or add the mobile number."),
        ),
        "policy_differs": (
            _("a policy of this number is there with another insurer or period."),
            _("Look at the policy; correct the row or the team's page."),
        ),
    },
)
