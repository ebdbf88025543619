"""Teams: the centre sees all in the order of their names, a leader his own; nothing compares them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from laojia.foundation.area.models import Area
from laojia.foundation.people import actions, forms, queries
from laojia.foundation.people.models import Post
from laojia.foundation.people.pages import actor_of, tried
from laojia.foundation.people.rules import LEAST_CONTACTS
from laojia.foundation.teams import actions as team_actions
from laojia.foundation.teams import queries as team_queries
from laojia.foundation.teams.models import Team
from laojia.kernel import clock, paging
from laojia.kernel.db import row_id
from laojia.kernel.errors import OutOfScope
from laojia.policy.facts import Subject, subject_of
from laojia.policy.permissions import PERMISSIONS, may
from laojia.policy.roles import DESK_ROLES, Role

SOON = timedelta(days=30)
_ON_A_PAGE = 60  # teams


@require_safe
@never_cache
def listed(request: HttpRequest) -> HttpResponse:
    """The teams one may see."""
    actor, text, kind = actor_of(request), request.GET.get("q", ""), request.GET.get("kind", "")
    if not actor.roles & set(PERMISSIONS["team.see"]):
        raise OutOfScope("not_here")
    found = team_queries.teams_seen(actor, text=text, kind=kind)
    shown = paging.page(found, ("name", "id"), request.GET.get("after"), size=_ON_A_PAGE)
    teams = shown.rows
    wide = may(actor, "team.save", Subject("team"))
    if len(teams) == 1 and not wide and not (text or kind):
        return redirect("people:team", pk=teams[0].pk)
    context = {
        "teams": teams,
        "page": shown,
        "count": found.count(),
        "q": text,
        "kind": kind,
        "kinds": team_queries.kinds() if wide else [],
        "wide": wide,
    }
    return render(request, "teams/list.html", context | {"today": clock.local_date(clock.now())})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """A new team."""
    if not may(actor_of(request), "team.save", Subject("team")):
        raise OutOfScope("not_here")
    form = forms.TeamForm(request.POST if request.method == "POST" else None)
    made: list[Team] = []
    if request.method == "POST" and tried(
        form,
        lambda entry: made.append(
            team_actions.save_team(actor=actor_of(request), now=clock.now(), **_paths(entry))
        ),
    ):
        return redirect("people:team", pk=made[0].pk)
    return render(request, "teams/new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@never_cache
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One team."""
    return _show(request, pk)


@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Other facts of the team."""
    team = team_queries.team_seen(actor_of(request), pk)

    def kept(entry: dict[str, Any]) -> None:
        team_actions.save_team(
            actor=actor_of(request), now=clock.now(), team_id=pk, lon=team.lon, lat=team.lat, **_paths(entry)
        )

    return _answer(request, pk, "team_form", forms.TeamForm(request.POST), kept)


def _paths(entry: dict[str, Any]) -> dict[str, Any]:
    """Towns chosen become the paths a team goes to."""
    return entry | {"serves": [area.path for area in entry["serves"]]}


@require_POST
def week(request: HttpRequest, pk: int) -> HttpResponse:
    """The usual week."""
    form = forms.WeekForm(request.POST, week=team_queries.week_of(pk))
    return _answer(
        request, pk, "week_form", form,
        lambda _entry: team_actions.set_week(
            actor=actor_of(request), now=clock.now(), team_id=pk, week=form.week()
        ),
    )  # fmt: skip


@require_POST
def day(request: HttpRequest, pk: int) -> HttpResponse:
    """Another number for one half-day."""
    return _answer(
        request, pk, "day_form", forms.DayForm(request.POST),
        lambda entry: team_actions.set_day(actor=actor_of(request), now=clock.now(), team_id=pk, **entry),
    )  # fmt: skip


@require_POST
def rest(request: HttpRequest, pk: int) -> HttpResponse:
    """Rest, or be back."""
    return _answer(
        request, pk, "rest_form", forms.RestForm(request.POST),
        lambda entry: team_actions.set_rest(
            actor=actor_of(request), now=clock.now(), team_id=pk, until=entry["until"]
        ),
    )  # fmt: skip


@require_POST
def reach(request: HttpRequest, pk: int) -> HttpResponse:
    """How the desk reaches the team, said by hand: messages, or the telephone first."""
    form = forms.ReachForm(request.POST)
    return _answer(
        request, pk, "reach_form", form,
        lambda entry: team_actions.set_reach(
            actor=actor_of(request), now=clock.now(), team_id=pk, answered=True, reach=entry["reach"]
        ),
    )  # fmt: skip


@require_POST
def introduce(request: HttpRequest, pk: int) -> HttpResponse:
    """What stands on the team's own page."""
    return _answer(
        request, pk, "intro_form", forms.IntroForm(request.POST),
        lambda entry: team_actions.introduce(actor=actor_of(request), now=clock.now(), team_id=pk, **entry),
    )  # fmt: skip


@require_POST
def lead(request: HttpRequest, pk: int) -> HttpResponse:
    """交接: another contact in place of one."""
    form = forms.LeadForm(request.POST, members=_members(request, pk))
    return _answer(
        request, pk, "lead_form", form,
        lambda entry: actions.hand_over_lead(actor=actor_of(request), now=clock.now(), team_id=pk, **entry),
    )  # fmt: skip


@require_POST
def quit_one(request: HttpRequest, pk: int) -> HttpResponse:
    """A volunteer leaves by himself."""
    actor = actor_of(request)
    actions.quit_team(actor=actor, now=clock.now(), team_id=pk, person_id=actor.person_id or 0)
    messages.success(request, _("Noted. Thanks for the time together."))
    return redirect("people:me")


@require_safe
@never_cache
def expiring(request: HttpRequest) -> HttpResponse:
    """Certificates and policies that run out within sixty days, or have; by team, in the order of names."""
    actor, today = actor_of(request), clock.local_date(clock.now())
    if not actor.roles & set(PERMISSIONS["team.certificate"]):
        raise OutOfScope("not_here")
    rows = queries.running_out(actor, today, today + 2 * SOON)
    return render(request, "teams/expiring.html", {"rows": rows, "today": today})


@require_POST
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody joins."""

    def joined(entry: dict[str, Any]) -> None:
        actions.join_team(
            actor=actor_of(request), now=clock.now(), team_id=pk,
            role=Role(entry["role"]), name=entry["name"], phone=entry["phone"],
        )  # fmt: skip

    return _answer(request, pk, "join_form", forms.JoinForm(request.POST), joined)


@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody leaves."""
    person, role = row_id(request.POST.get("person", "")), request.POST.get("role", "")
    if not person or role not in {Role.VOLUNTEER, Role.TEAM_LEADER}:
        raise OutOfScope("no_member")
    actions.leave_team(
        actor=actor_of(request), now=clock.now(), team_id=pk, person_id=person, role=Role(role)
    )
    messages.success(request, _("Noted. Thanks for the time together."))
    return redirect("people:team", pk=pk)


@require_POST
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """A member's qualification."""
    form = forms.CertificateForm(request.POST, members=_members(request, pk))
    return _answer(
        request, pk, "certificate_form", form,
        lambda entry: actions.add_certificate(actor=actor_of(request), now=clock.now(), team_id=pk, **entry),
    )  # fmt: skip


@require_POST
def insurance(request: HttpRequest, pk: int) -> HttpResponse:
    """A policy."""
    form = forms.InsuranceForm(request.POST, members=_members(request, pk))
    return _answer(
        request, pk, "insurance_form", form,
        lambda entry: actions.add_insurance(actor=actor_of(request), now=clock.now(), team_id=pk, **entry),
    )  # fmt: skip


def _members(request: HttpRequest, pk: int) -> list[Any]:
    actor = actor_of(request)
    return queries.members_of(actor, team_queries.team_seen(actor, pk), clock.local_date(clock.now()))


def _answer(
    request: HttpRequest, pk: int, name: str, form: Form, act: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    if tried(form, act):
        messages.success(request, _("Saved."))
        return redirect("people:team", pk=pk)
    return _show(request, pk, status=422, **{name: form})


def _by_person(members: list[Post]) -> list[list[Post]]:
    """A contact who goes along as a volunteer too is one person in one line."""
    held: dict[int, list[Post]] = {}
    for post in members:
        held.setdefault(post.person_id, []).append(post)
    return list(held.values())


def _show(request: HttpRequest, pk: int, *, status: int = 200, **given: Any) -> HttpResponse:
    actor, today = actor_of(request), clock.local_date(clock.now())
    team = team_queries.team_seen(actor, pk)
    members = queries.members_of(actor, team, today)
    allowed = {verb: may(actor, f"team.{verb}", subject_of(team)) for verb in _VERBS}
    context: dict[str, Any] = {
        "team": team,
        "today": today,
        "soon": today + SOON,
        "people": [(held[0].person, held) for held in _by_person(members)],
        "too_few": allowed["member"] and sum(m.role == Role.TEAM_LEADER for m in members) < LEAST_CONTACTS,
        "allowed": allowed,
        "desk": actor.has(*DESK_ROLES),
        "week_form": forms.WeekForm(week=team_queries.week_of(pk)),
        "days": team_queries.days_by_hand(pk, today),
        "certificates": queries.certificates_of(m.person_id for m in members),
        "insurances": queries.insurances_of(pk) if allowed["insurance"] else [],
    }
    context |= _blank_forms(team, members, allowed)
    return render(request, "teams/one.html", context | given, status=status)


_VERBS = ("save", "capacity", "rest", "reach", "member", "certificate", "insurance", "introduce", "quit")


def _blank_forms(team: Team, members: list[Any], allowed: dict[str, bool]) -> dict[str, Form]:
    names = ("name", "kind", "area", "about", "ended_on", "station", "featured")
    towns = Area.objects.filter(path__in=team.serves, level="town") if team.serves else ()
    facts = {name: getattr(team, name) for name in names} | {"serves": list(towns)}
    blank: dict[str, tuple[str, Callable[[], Form]]] = {
        "team_form": ("save", lambda: forms.TeamForm(initial=facts)),
        "day_form": ("capacity", forms.DayForm),
        "rest_form": ("rest", lambda: forms.RestForm(initial={"until": team.resting_until})),
        "reach_form": ("reach", lambda: forms.ReachForm(initial={"reach": team.reach})),
        "intro_form": ("introduce", lambda: forms.IntroForm(initial={"about": team.about})),
        "lead_form": ("member", lambda: forms.LeadForm(members=members)),
        "join_form": ("member", forms.JoinForm),
        "certificate_form": ("certificate", lambda: forms.CertificateForm(members=members)),
        "insurance_form": ("insurance", lambda: forms.InsuranceForm(members=members)),
    }
    return {name: make() for name, (verb, make) in blank.items() if allowed[verb]}
