"""The points editor of centre, station and menu desk."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from laojia.foundation.area.models import Area
from laojia.kernel import clock
from laojia.kernel.errors import NotPermitted, Refused
from laojia.policy.facts import Actor, actor_of
from laojia.policy.roles import DESK_ROLES, Role
from laojia.steps.menu import actions, queries
from laojia.steps.menu.forms.occasions import put_refusal
from laojia.steps.menu.forms.points import PointForm
from laojia.steps.menu.models import MenuItem, Point

_EDITORS = (*DESK_ROLES, Role.MENU_EDITOR)


def _actor(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.has(*_EDITORS):
        raise NotPermitted(
            "not_at_desk",
            _("This page is for the desks of centre and stations."),
            _("The points for everybody stand on the public page."),
        )
    return actor


@require_safe
def desk_points(request: HttpRequest) -> HttpResponse:
    """The points one looks after."""
    return render(request, "menu/desk_points.html", {"rows": queries.editable_points(_actor(request))})


@require_http_methods(["GET", "HEAD", "POST"])
def edit_point(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new point, or another's facts and hours."""
    actor = _actor(request)
    row = queries.point(actor, pk) if pk is not None else None
    words = {"areas": queries.movable_areas(actor), "items": queries.walk_in_items()}
    if request.method == "POST":
        form = PointForm(request.POST, **words)
        if form.is_valid() and _saved(form, row, actor):
            messages.success(request, _("The point is saved; the public page shows it at once."))
            return redirect("menu:desk_points")
    else:
        form = PointForm(initial=PointForm.first(row) if row else None, **words)
    return render(
        request, "menu/edit_point.html", {"form": form, "row": row}, status=422 if form.is_bound else 200
    )


def _saved(form: PointForm, row: Point | None, actor: Actor) -> bool:
    given = form.cleaned_data
    try:
        actions.save_point(
            point=row,
            name=given["name"],
            area=Area.objects.get(pk=given["area"]),
            station=row.station if row else None,
            address=given["address"],
            phone=given["phone"],
            hours=form.hours(),
            items=MenuItem.objects.filter(pk__in=given["items"]),
            actor=actor,
            now=clock.now(),
        )
    except Refused as refused:
        put_refusal(form, refused)
        return False
    return True


@require_POST
def give_up_point(request: HttpRequest, pk: int) -> HttpResponse:
    """The point closes for good."""
    actor = _actor(request)
    actions.close_point(point=queries.point(actor, pk), actor=actor, now=clock.now())
    messages.success(request, _("The point is given up."))
    return redirect("menu:desk_points")
