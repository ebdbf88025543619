"""The menu desk: list, draft, edit, look at what changed, publish, pause, retire; the menu as a table."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from laojia import labels
from laojia.foundation.area.models import Area
from laojia.foundation.area.queries import children_of, only_county
from laojia.foundation.journal.actions import check, require
from laojia.foundation.people.models import Person
from laojia.kernel import clock
from laojia.kernel.codes import plain_cell
from laojia.kernel.db import row_id
from laojia.kernel.errors import Refused
from laojia.policy.facts import Actor, Subject, actor_of, subject_of
from laojia.policy.permissions import may, open_verbs
from laojia.steps.menu import actions, queries
from laojia.steps.menu.forms.items import ItemForm, NewItemForm, ReasonForm, questions_form
from laojia.steps.menu.forms.occasions import put_refusal
from laojia.steps.menu.models import ItemVersion
from laojia.steps.menu.queries.words import ASKER_WORDS, DANGER_WORDS, FIELD_WORDS, REQUIRES_WORDS
from laojia.steps.menu.rules.items import EDITABLE

_STATES = ("draft", "published", "paused", "retired")
_WITH_REASON = ("menu.pause", "menu.retire")
_DRAFT = Subject("item", state="draft")


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """All versions that matter, by state."""
    actor = actor_of(request)
    state = request.GET.get("state", "")
    text = request.GET.get("q", "").strip()[:40]
    rows = queries.list_versions(actor, state=state if state in _STATES else "", text=text)
    context = {
        "rows": [(row, labels.MODES[row.mode]) for row in rows],
        "state": state,
        "text": text,
        "states": [(s, labels.state_word("item", s)) for s in _STATES],
        "may_draft": may(actor, "menu.draft", _DRAFT),
    }
    return render(request, "menu/desk.html", context)


@require_safe
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: as residents see it, what changes, what is missing, its history, what can be done."""
    return _version(request, queries.version(actor_of(request), pk))


def _version(request: HttpRequest, row: ItemVersion, forms: dict[str, Any] | None = None) -> HttpResponse:
    actor = actor_of(request)
    verbs = open_verbs(actor, subject_of(row))
    reasons = {verb: ReasonForm(verb=verb, prefix=verb) for verb in _WITH_REASON if verb in verbs} | (
        forms or {}
    )
    wrong = queries.publish_refusals(row) if row.state == "draft" else {}
    context = {
        "row": row,
        "verbs": verbs,
        "reasons": [(verb, _route(verb), form) for verb, form in reasons.items()],
        "wrong": [(FIELD_WORDS.get(name, name), sentence) for name, sentence in wrong.items()],
        "changes": [
            (FIELD_WORDS[c.field], _said(c.field, c.before), _said(c.field, c.after))
            for c in queries.version_diff(row)
        ],
        "facts": _facts(row),
        "history": queries.history(actor, row),
        "may_draft": row.state != "draft" and may(actor, "menu.draft", _DRAFT),
    }
    return render(request, "menu/version.html", context, status=422 if forms else 200)


def _route(verb: str) -> str:
    return f"menu:{verb.removeprefix('menu.')}"


def _facts(row: ItemVersion) -> list[tuple[Any, str]]:
    found = queries.facts_of(row)
    hidden = {
        "name",
        "short",
        "about",
        "name_en",
        "short_en",
        "who_comes",
        "how_long",
        "risks",
        "questions",
        "contact_note",
    }
    return [
        (FIELD_WORDS[name], _said(name, found[name]))
        for name in (*EDITABLE, "areas")
        if name not in hidden and found[name]
    ]


def _said(field: str, value: Any) -> str:
    """A stored value in words."""
    words: dict[str, Any] = {"asked_by": ASKER_WORDS, "requires": REQUIRES_WORDS}.get(field, {})
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field == "danger":
        return str(DANGER_WORDS.get(value, value))
    if field == "mode":
        return str(labels.MODES.get(value, value))
    if field == "slots":
        return _said_slots(value)
    if field == "questions":
        return " / ".join(q["text"] + (f"({'、'.join(q['choices'])})" if q["choices"] else "") for q in value)
    if isinstance(value, list):
        return "、".join(str(words.get(one, one)) for one in value)
    return "" if value is None else str(value)


def _said_slots(value: dict[str, list[str]]) -> str:
    from laojia.steps.menu.queries.words import DAY_KIND_WORDS

    return _("; ").join(
        f"{DAY_KIND_WORDS[kind]} {'、'.join(str(labels.HALF_DAYS[half]) for half in halves)}"
        for kind, halves in value.items()
        if halves
    )


@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a draft from this version, or go on with the one there is."""
    actor = actor_of(request)
    row = actions.draft_from(version=queries.version(actor, pk), actor=actor, now=clock.now())
    return redirect("menu:edit", pk=row.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new item."""
    actor = actor_of(request)
    require(actor, "menu.draft", _DRAFT)
    form = NewItemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        facts = {"name": given["name"], "mode": given["mode"], "category": "其他"}
        try:
            row = actions.draft_new(
                code=given["code"], tile=given["tile"], facts=facts, actor=actor, now=clock.now()
            )
        except Refused as refused:
            put_refusal(form, refused)
        else:
            return redirect("menu:edit", pk=row.pk)
    return render(request, "menu/new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a draft; saving never needs it to be complete."""
    actor = actor_of(request)
    row = queries.version(actor, pk)
    check(row, "menu.draft", actor=actor)
    known: dict[str, Any] = {
        "towns": children_of(only_county()),
        "keepers": queries.keepers(clock.local_date(clock.now())),
    }
    if request.method != "POST":
        return _edit(request, row, ItemForm(initial=ItemForm.first(row), **known), questions_form(None, row))
    form, asked = ItemForm(request.POST, **known), questions_form(request.POST, row)
    seen = request.POST.get("seen", "")
    if form.is_valid() and asked.is_valid():
        if seen == "0" or row_id(seen):
            row.version = row_id(seen)  # somebody who saved since this form was opened is not written over
        try:
            _save(row, form, asked, actor)
        except Refused as refused:
            put_refusal(form, refused)
        else:
            messages.success(request, _("The draft is kept. Nobody sees it before it is published."))
            return redirect("menu:version", pk=row.pk)
    return _edit(request, row, form, asked)


def _save(row: ItemVersion, form: ItemForm, asked: Any, actor: Actor) -> None:
    areas: list[Area] = list(form.cleaned_data["areas"])
    named = form.cleaned_data["keeper"]
    actions.save_draft(
        version=row,
        facts=form.facts() | {"questions": asked.facts()},
        tile=form.cleaned_data["tile"],
        areas=areas,
        keeper=Person.objects.get(pk=named) if named else None,
        actor=actor,
        now=clock.now(),
    )


def _edit(request: HttpRequest, row: ItemVersion, form: ItemForm, asked: Any) -> HttpResponse:
    wrong = form.is_bound
    context = {"row": row, "form": form, "asked": asked, "seen": request.POST.get("seen", row.version)}
    return render(request, "menu/edit.html", context, status=422 if wrong else 200)


@require_POST
def move(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Publish, pause, offer again or retire."""
    actor, now = actor_of(request), clock.now()
    row = queries.version(actor, pk)
    if verb in _WITH_REASON:
        form = ReasonForm(request.POST, verb=verb, prefix=verb)
        if not form.is_valid():
            return _version(request, row, {verb: form})
        act = actions.pause if verb == "menu.pause" else actions.retire
        act(version=row, reason=form.cleaned_data["reason"], actor=actor, now=now)
    elif verb == "menu.publish":
        actions.publish(version=row, actor=actor, now=now)
    else:
        actions.resume(version=row, actor=actor, now=now)
    messages.success(
        request,
        _("Done: “%(name)s”: %(state)s.") % {"name": row.name, "state": labels.state_word("item", row.state)},
    )
    return redirect("menu:version", pk=row.pk)


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The menu as a table that offices open (UTF-8 with its mark). No person is in it."""
    rows = queries.list_versions(actor_of(request)).filter(state__in=("published", "paused"))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="menu.csv"'
    answer.write("\ufeff")
    table = csv.writer(answer)
    names = [name for name in EDITABLE if name != "questions"]
    table.writerow(
        [
            _("Code"),
            _("Tile"),
            _("State"),
            *(str(FIELD_WORDS[name]) for name in names),
            str(FIELD_WORDS["questions"]),
        ]
    )
    for row in rows:
        values = [plain_cell(_said(name, getattr(row, name))) for name in (*names, "questions")]
        table.writerow([row.item.code, row.item.tile, str(labels.state_word("item", row.state)), *values])
    return answer
