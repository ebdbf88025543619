"""Point → micro-grid in this process, microseconds a lookup, on the 5,300 polygons of the demonstration."""

from __future__ import annotations

import random
import statistics
import time
from typing import Any

POINTS = 20_000


def measure() -> dict[str, Any]:
    """Needs a database with the county in it. Draws the map, builds the index once, then asks it for random places."""
    import shapely

    from laojia.foundation.area.jobs import generate_micro_grids
    from laojia.foundation.area.models import Area
    from laojia.foundation.area.queries.locating import current_index, locate

    generate_micro_grids()
    begun = time.perf_counter()
    index = current_index()
    built = time.perf_counter() - begun
    outline = Area.objects.get(level="county")
    west, south, east, north = shapely.from_geojson(outline.outline).bounds
    chance = random.Random(1)
    inside: list[tuple[float, float]] = []
    while len(inside) < POINTS:
        lon, lat = chance.uniform(west, east), chance.uniform(south, north)
        if index.find(lon, lat) is not None:
            inside.append((lon, lat))
    bare, whole = [], []
    for _turn in range(5):
        bare.append(_each(index.find, inside))
        whole.append(_each(locate, inside))
    return {
        "polygons": len(index),
        "build_ms": built * 1000,
        "find_us": statistics.median(bare),
        "locate_us": statistics.median(whole),
    }


def _each(ask: Any, points: list[tuple[float, float]]) -> float:
    begun = time.process_time()  # what this process computed, whatever else the machine does
    for lon, lat in points:
        ask(lon, lat)
    return (time.process_time() - begun) * 1e6 / len(points)
