"""Regular help on the desks of station and centre: the list, one help with all that is said about it, a new one by telephone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from laojia.foundation.people.queries import contacts_of, person_seen, speaking_for
from laojia.foundation.teams.models import Team
from laojia.kernel import clock
from laojia.kernel.errors import BadInput, Conflict, NotPermitted, WrongState
from laojia.policy.facts import Actor, actor_of, subject_of
from laojia.policy.permissions import open_verbs
from laojia.policy.roles import DESK_ROLES, Channel
from laojia.steps.menu import queries as menu
from laojia.steps.menu.models import ItemVersion
from laojia.steps.order import actions, forms, queries
from laojia.steps.order.models import StandingHelp
from laojia.steps.order.pages.common import key_of, put
from laojia.steps.order.rules.placing import TO_THE_DOOR

_CHANNEL_OF = {"call": Channel.PHONE, "visit": Channel.COUNTER, "counter": Channel.COUNTER}


def _desk(request: HttpRequest) -> Actor:
    """Centre and stations; the person herself has it under 我的."""
    actor = actor_of(request)
    if not actor.has(*DESK_ROLES):
        raise NotPermitted(
            "not_at_desk",
            gettext_lazy("This page is for the desks of centre and stations."),
            gettext_lazy("Your own regular help stands under “My things”."),
        )
    return actor


@require_safe
@never_cache
def regular(request: HttpRequest) -> HttpResponse:
    """Who is visited regularly, with filters; where a visit was missed or somebody must be asked stands first."""
    actor = _desk(request)
    text, show = request.GET.get("q", "").strip(), request.GET.get("show", "open")
    context = {
        "rows": [
            (row, queries.said_rhythm(row)) for row in queries.regular_help(actor, text=text, show=show)
        ],
        "text": text,
        "show": show,
        "filters": [
            ("open", _("All that run")), ("missed", _("A visit missed")), ("to_ask", _("To be asked")),
            ("no_team", _("No team yet")), ("paused", _("Resting")), ("ended", _("Ended")),
        ],
    }  # fmt: skip
    return render(request, "order/regular.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def regular_one(request: HttpRequest, pk: int) -> HttpResponse:
    """One regular help: what was and comes, and what is said about it on the telephone or on a visit."""
    actor = _desk(request)
    row = queries.standing(pk, actor)
    asked = request.POST.get("do", "")
    makers = _forms(row)
    http, bound = 200, {}
    if request.method == "POST" and asked in makers:
        form = makers[asked](request.POST)
        bound[asked], http = form, 422
        if form.is_valid():
            try:
                messages.success(request, _done(row, asked, form, actor))
            except BadInput as refused:
                put(form, refused)
            else:
                return redirect("order:regular_one", pk)
    verbs = open_verbs(actor, subject_of(row))
    now = clock.now()
    context = {
        "row": row,
        "rhythm": queries.said_rhythm(row),
        "usual": queries.usual_names(row, inside=True),
        "steps": queries.standing_timeline(row, now),
        "checks": queries.open_checks(row),
        "forms": [(key, bound.get(key) or make(None)) for key, make in makers.items() if _verb(key) in verbs],
        "asked": asked,
    }
    return render(request, "order/regular_one.html", context, status=http)


def _verb(key: str) -> str:
    """The verb of a form: what was said about a question is noted under several."""
    return "standing.heard" if key.startswith("heard.") else key


def _forms(row: StandingHelp) -> dict[str, Callable[[Any], Form]]:
    """What can be written down now, open questions first."""
    rhythm = {
        name: getattr(row, name)
        for name in ("weekdays", "starts", "minutes", "every_weeks", "valid_to", "holidays")
    }
    made: dict[str, Callable[[Any], Form]] = {}
    for check, _words in queries.open_checks(row):
        answers = {"person": forms.PERSON_SAYS, "team": forms.TEAM_SAYS}.get(
            check.kind, [("settled", _("Spoken with them; it goes on as it stands here now"))]
        )
        made[f"heard.{check.kind}"] = partial(_say_form, answers, f"heard-{check.kind}")
    made |= {
        "standing.pause": lambda data: forms.PauseForm(data, verb="standing.pause", prefix="pause"),
        "standing.prolong": lambda data: forms.ProlongForm(
            data, prefix="prolong", initial={"until": row.paused_until}
        ),
        "standing.resume": lambda data: forms.CallForm(data, prefix="resume"),
        "standing.change": lambda data: forms.ChangeRhythmForm(data, prefix="change", initial=rhythm),
    }
    if row.team_id is not None:
        on = clock.local_date(clock.now())
        usual = list(row.usual.values_list("pk", flat=True))
        made["standing.usual"] = lambda data: forms.UsualForm(
            data, members=queries.may_be_usual(row, on), prefix="usual", initial={"people": usual}
        )
        made["standing.other_team"] = lambda data: forms.OtherTeamForm(data, prefix="other")
    made["standing.end"] = lambda data: forms.EndForm(data, verb="standing.end", prefix="end")
    return made


def _say_form(answers: Any, prefix: str, data: Any) -> Form:
    return forms.SayForm(data, answers=answers, prefix=prefix)


def _done(row: StandingHelp, key: str, form: Any, actor: Actor) -> str:
    """The verb itself: the person's word is written down by the desk, both stay on record."""
    now, given = clock.now(), form.cleaned_data
    match key:
        case "standing.pause":
            actions.pause_standing(
                standing=row, reason=given["reason"], from_day=given["from_day"], until=given["until"],
                actor=_speaking(row, actor, Channel(given["channel"])), now=now,
            )  # fmt: skip
            return _("Noted. Nobody comes meanwhile; the person and the team hear of it.")
        case "standing.prolong":
            voice = _speaking(row, actor, Channel(given["channel"]))
            actions.prolong_standing(standing=row, until=given["until"], actor=voice, now=now)
            return _("Noted. The person and the team hear of the new day.")
        case "standing.resume":
            voice = _speaking(row, actor, Channel(given["channel"]))
            actions.resume_standing(standing=row, actor=voice, now=now)
            return _("Good, they come again.")
        case "standing.change":
            actions.change_standing(standing=row, changes=given, actor=actor, now=now)
            return _("Changed. The visits to come follow; the person and the team hear of it.")
        case "standing.usual":
            actions.set_usual(standing=row, people=form.chosen(), actor=actor, now=now)
            return _("Noted. They are asked first for each visit.")
        case "standing.other_team":
            actions.other_team(standing=row, reason=given["reason"], actor=actor, now=now)
            return _("The next visit is open again; offer it to another team. The person hears of it.")
        case "standing.end":
            voice = actor
            if given["spoke_with"] == "person":
                voice = _speaking(row, actor, _CHANNEL_OF[given["how"]])
            actions.end_standing(standing=row, actor=voice, now=now, **given)
            return _("Ended as it was spoken. The team hears of it.")
    return _heard(row, key.removeprefix("heard."), given, actor)


def _heard(row: StandingHelp, kind: str, given: dict[str, Any], actor: Actor) -> str:
    """The answer to a question, heard on the telephone or on a visit."""
    now, how, answer = clock.now(), given["how"], given["answer"]
    today = clock.local_date(now)
    if kind == "person":
        voice = _speaking(row, actor, _CHANNEL_OF[how])
        if voice.on_behalf_of is not None:
            actions.person_says(standing=row, answer=answer, how=how, actor=voice, now=now)
            return _("Noted.")
    contacts = contacts_of(row.team_id, today) if kind == "team" and row.team_id is not None else []
    if contacts:
        voice = speaking_for(actor, contacts[0], today, channel=_CHANNEL_OF[how])
        actions.team_says(standing=row, answer=answer, how=how, actor=voice, now=now)
        return _("Noted.")
    actions.heard(standing=row, kind=kind, answer="settled", how=how, actor=actor, now=now)
    return _("Noted.")


def _speaking(row: StandingHelp, actor: Actor, channel: Channel) -> Actor:
    """In the name of who is served, or who asked for a body; nobody known: the desk in its own."""
    person_id = row.person_id or row.asker_id
    if person_id is None:
        return replace(actor, channel=channel)
    return speaking_for(actor, person_id, clock.local_date(clock.now()), channel=channel)


@require_safe
@never_cache
def regular_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """For the fridge door: who comes when, and whom to call. For the desk, the person and who asked."""
    actor = actor_of(request)
    row = queries.standing(pk, actor)
    return sheet_of(request, row, own=actor.person_id in (row.person_id, row.asker_id))


def sheet_of(request: HttpRequest, row: StandingHelp, *, own: bool) -> HttpResponse:
    """The printed page."""
    now = clock.now()
    from laojia.foundation.area.queries import stations_of

    context = {
        "row": row,
        "own": own,
        "rhythm": queries.said_rhythm(row),
        "usual": queries.usual_names(row),
        "visits": [visit for visit in queries.visits_of(row, inside=False) if visit.at > now],
        "station": stations_of(row.area).first(),
        "now": now,
        "back": _came_from(request) if own else "",
    }
    return render(request, "order/regular_sheet.html", context)


def _came_from(request: HttpRequest) -> str:
    """The page one came from, when it is one of ours: a button never leads away from here."""
    before = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if ours else ""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def regular_new(request: HttpRequest, person: int) -> HttpResponse:
    """By telephone or at the counter: order and rhythm in one go, for a person the desk has found."""
    actor = _desk(request)
    whom = person_seen(actor, person)
    items = [
        row.pk
        for row in menu.items(area_path=whom.area_path)
        if row.mode in TO_THE_DOOR and not row.protected
    ]
    form = forms.BeginForm(
        request.POST or None,
        items=ItemVersion.objects.filter(pk__in=items).order_by("name"),
        teams=Team.objects.filter(ended_on=None).order_by("name"),
        initial={"valid_from": clock.local_date(clock.now()), "place": whom.address},
    )
    http = 200
    if request.method == "POST":
        http = 422
        if form.is_valid():
            given, now = form.cleaned_data, clock.now()
            voice = speaking_for(actor, whom.pk, clock.local_date(now), channel=Channel(given["channel"]))
            try:
                row = actions.start_standing_for(
                    person=whom, unit=None, item_version=given["item"], area=whom.area, place=given["place"],
                    words=given["words"], alone=given["alone"], key=key_of(request), consent_spoken=True, sure=True,
                    actor=voice, now=now, **form.rhythm(),
                )  # fmt: skip
            except (BadInput, Conflict, WrongState) as refused:
                put(form, refused)
            else:
                messages.success(request, _("Begun. The first visit is open; offer it to a team."))
                return redirect("order:regular_one", row.pk)
    return render(request, "order/regular_new.html", {"form": form, "person": whom}, status=http)
