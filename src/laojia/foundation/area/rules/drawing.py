"""Outlines as paths of one SVG picture; labelled 示意图 wherever shown. Coordinates WGS-84, north up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, radians

import shapely
from shapely.geometry.base import BaseGeometry

WIDTH = 640.0
_MARGIN = 8.0
Placing = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One outline: the code of its area (its address), its path data and where its name stands."""

    code: str
    name: str
    d: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Picture:
    """Size of the picture and what is in it."""

    width: float
    height: float
    shapes: tuple[Drawn, ...]


def draw(outlines: Sequence[tuple[str, str, BaseGeometry]]) -> Picture | None:
    """A picture of (code, name, shape), all to one scale; None without shapes."""
    if not outlines:
        return None
    west, south, east, north = shapely.total_bounds([shape for _code, _name, shape in outlines])
    squeeze = cos(radians((south + north) / 2))
    scale = (WIDTH - 2 * _MARGIN) / max((east - west) * squeeze, (north - south) * 0.6, 1e-6)

    def place(lon: float, lat: float) -> tuple[float, float]:
        return round((lon - west) * squeeze * scale + _MARGIN, 1), round((north - lat) * scale + _MARGIN, 1)

    shapes = []
    for code, name, shape in outlines:
        middle = shape.representative_point()
        x, y = place(middle.x, middle.y)
        shapes.append(Drawn(code, name, _path(shape, place), x, y))
    return Picture(WIDTH, round((north - south) * scale + 2 * _MARGIN, 1), tuple(shapes))


def _path(shape: BaseGeometry, place: Placing) -> str:
    parts = []
    for polygon in shapely.get_parts(shape):
        for ring in (polygon.exterior, *polygon.interiors):
            points = [place(lon, lat) for lon, lat in ring.coords[:-1]]
            parts.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z")
    return "".join(parts)
