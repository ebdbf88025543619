"""Stations and zones: make, change, close."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from laojia.foundation.area import actions, queries
from laojia.foundation.area.forms import StationForm, ZoneForm
from laojia.foundation.area.models import Station, Zone
from laojia.foundation.journal.actions import check
from laojia.kernel import clock
from laojia.kernel.errors import Refused, put_on
from laojia.kernel.geo import System
from laojia.policy.facts import Actor, actor_of


def new_station(request: HttpRequest) -> HttpResponse:
    """A new station, institute or centre."""
    return _station(
        request, None, {"level": "station", "area": request.GET.get("area"), "system": System.GCJ02}
    )


def edit_station(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a station."""
    station = queries.station_by_id(pk)
    initial = {
        "level": station.level,
        "name": station.name,
        "area": station.area_id,
        "villages": [village.id for village in queries.villages_of(station)],
        "phone": station.phone,
        "address": station.address,
        "lon": station.lon,
        "lat": station.lat,
        "system": station.position_system or System.GCJ02,
    }
    return _station(request, station, initial)


@require_POST
def end_station(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a station."""
    now = clock.now()
    station = queries.station_by_id(pk)
    actions.close_station(station=station, on=clock.local_date(now), actor=actor_of(request), now=now)
    messages.success(request, _("The station is closed."))
    return redirect("area:one", code=station.area.code)


def _station(request: HttpRequest, station: Station | None, initial: dict[str, Any]) -> HttpResponse:
    actor = actor_of(request)
    check(station or Station(area_path=queries.only_county().path), "station.save", actor=actor)
    form = StationForm(
        request.POST or None,
        initial=initial,
        places=queries.standing_choices(),
        villages=queries.village_choices(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save_station(form.cleaned_data, station, actor)
        except Refused as refused:
            put_on(form, refused)
        else:
            messages.success(request, _("The station is saved."))
            return redirect("area:one", code=saved.area.code)
    context = {"form": form, "station": station}
    return render(request, "area/station.html", context, status=422 if form.errors else 200)


def _save_station(entry: dict[str, Any], station: Station | None, actor: Actor) -> Station:
    position = None
    if entry["lon"] is not None:
        position = actions.Position(entry["lon"], entry["lat"], entry["system"] or System.GCJ02)
    areas = queries.areas_by_id([entry["area"], *entry["villages"]])
    return actions.save_station(
        station=station,
        level=entry["level"],
        name=entry["name"],
        area=areas[entry["area"]],
        villages=[areas[village] for village in entry["villages"]],
        phone=entry["phone"],
        address=entry["address"],
        position=position,
        actor=actor,
        now=clock.now(),
    )


def zones(request: HttpRequest) -> HttpResponse:
    """All zones, and a form for a new one."""
    return _zone(request, None)


def edit_zone(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a zone."""
    return _zone(request, queries.zone_by_id(pk))


def _zone(request: HttpRequest, zone: Zone | None) -> HttpResponse:
    actor = actor_of(request)
    check(zone or Zone(), "zone.save", actor=actor)
    initial = {"name": zone.name, "villages": [v.pk for v in zone.villages.all()]} if zone else {}
    form = ZoneForm(request.POST or None, initial=initial, villages=queries.village_choices())
    if request.method == "POST" and form.is_valid():
        entry = form.cleaned_data
        areas = queries.areas_by_id(entry["villages"])
        try:
            actions.save_zone(
                zone=zone, name=entry["name"], villages=list(areas.values()), actor=actor, now=clock.now()
            )
        except Refused as refused:
            put_on(form, refused)
        else:
            messages.success(request, _("The zone is saved."))
            return redirect("area:zones")
    context = {"form": form, "zone": zone, "zones": queries.all_zones()}
    return render(request, "area/zones.html", context, status=422 if form.errors else 200)
