"""Schematic cells (示意图): made-up shapes for a county whose villages have no public positions.

Towns are Voronoi cells of their centres inside the county outline, villages Voronoi cells of evenly scattered
points inside the town, grids and micro-grids slices of the village, numbered west→east and north→south.
They show what lies inside what; they are no map. All coordinates WGS-84 (longitude, latitude).
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import floor, sqrt

import shapely
from shapely.geometry import MultiPoint, MultiPolygon, box
from shapely.geometry.base import BaseGeometry

from laojia.foundation.area.rules.codes import next_codes
from laojia.policy.roles import AreaLevel

GRID_HOLDS = 6  # micro-grids in a generated grid, about 250 households
STEP = 1e-6  # degrees, about 0.1 m: finer digits would only pretend
_ROUNDS = 4  # of Lloyd's relaxation: enough to look even, few enough to look grown
_HALVINGS = 22  # of the county's width: below a metre

Position = tuple[float, float]


@dataclass(frozen=True)
class County:
    """What cells are made from: outline, town centres by code, village codes by town code."""

    outline: BaseGeometry
    town_centres: Mapping[str, Position]
    villages: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Cell:
    """One made-up area: its code, level, shape; micro-grids also have households and a name's number."""

    code: str
    level: AreaLevel
    shape: BaseGeometry
    number: int = 0
    households: int | None = None
    inner: tuple["Cell", ...] = field(default=())


def spread(total: int, weights: Sequence[float], least: int = 0) -> list[int]:
    """Whole shares of `total` in proportion to the weights, each at least `least`, summing exactly.

    Largest remainders first, so that no share is off by one or more. Raises ValueError when it cannot be done.
    """
    free = total - least * len(weights)
    whole = sum(weights)
    if free < 0 or (whole <= 0 and free > 0):
        raise ValueError(f"{total} cannot be spread over {len(weights)} shares of at least {least}")
    exact = [free * weight / whole if whole else 0.0 for weight in weights]
    shares = [floor(value) for value in exact]
    rest = free - sum(shares)
    for index in sorted(range(len(exact)), key=lambda i: shares[i] - exact[i])[:rest]:
        shares[index] += 1
    return [share + least for share in shares]


def reading_order(points: Sequence[Position]) -> list[int]:
    """Indexes in the order of a page: bands from north to south, west to east within a band."""
    if not points:
        return []
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    # The shape of the field decides how many bands; a field without width is one point a band.
    slender = min(height / width, float(len(points))) if width else float(len(points))
    bands = max(1, min(len(points), round(sqrt(len(points) * slender))))

    def band(y: float) -> int:
        return min(bands - 1, int((max(ys) - y) / height * bands)) if height else 0

    return sorted(range(len(points)), key=lambda i: (band(ys[i]), xs[i], -ys[i]))


def divide(region: BaseGeometry, seeds: Sequence[Position]) -> list[BaseGeometry]:
    """Voronoi cells of the seeds inside the region, in the order of the seeds."""
    if len(seeds) == 1:
        return [region]
    cells = shapely.voronoi_polygons(MultiPoint(list(seeds)), extend_to=region, ordered=True)
    return [_surface(shapely.intersection(cell, region)) for cell in cells.geoms]


def scatter(region: BaseGeometry, count: int, chance: random.Random) -> list[Position]:
    """`count` evenly scattered positions inside the region, in reading order; the same for the same chance."""
    west, south, east, north = region.bounds
    shapely.prepare(region)
    seeds: list[Position] = []
    while len(seeds) < count:
        x, y = chance.uniform(west, east), chance.uniform(south, north)
        if shapely.contains_xy(region, x, y):
            seeds.append((x, y))
    for _round in range(_ROUNDS):
        seeds = [_middle(cell) for cell in divide(region, seeds)]
    return [seeds[i] for i in reading_order(seeds)]


def slice_region(region: BaseGeometry, count: int) -> list[BaseGeometry]:
    """The region in `count` pieces of equal area: rows from north to south, cut from west to east."""
    west, south, east, north = region.bounds
    tall = (north - south) / max(
        (east - west) * 0.8, STEP
    )  # a degree of longitude is about 0.8 of one of latitude
    rows = max(1, min(count, round(sqrt(count * tall))))
    per_row = spread(count, [1.0] * rows)
    pieces: list[BaseGeometry] = []
    for row, wanted in zip(_cut(region, per_row, vertical=False), per_row, strict=True):
        pieces.extend(_cut(row, [1] * wanted, vertical=True))
    return pieces


def _cut(region: BaseGeometry, shares: Sequence[int], *, vertical: bool) -> list[BaseGeometry]:
    """Parallel cuts: from the west when vertical, else from the north, areas in proportion to the shares."""
    if len(shares) == 1:
        return [region]
    west, south, east, north = region.bounds
    ends = (west, east) if vertical else (-north, -south)
    area, unit, lines, done = region.area, region.area / sum(shares), [ends[0] - 1.0], 0
    for share in shares[:-1]:
        done += share
        low, high = max(lines[-1], ends[0]), ends[1]
        for _halving in range(_HALVINGS):
            middle = (low + high) / 2
            if _before(region, middle, vertical) < min(done * unit, area):
                low = middle
            else:
                high = middle
        lines.append(round((low + high) / 2, 6))
    lines.append(ends[1] + 1.0)
    strips = [
        box(a, south - 1, b, north + 1) if vertical else box(west - 1, -b, east + 1, -a)
        for a, b in pairwise(lines)
    ]
    return [_surface(shapely.intersection(region, strip)) for strip in strips]


def _before(region: BaseGeometry, line: float, vertical: bool) -> float:
    west, south, east, north = region.bounds
    if vertical:
        return float(shapely.clip_by_rect(region, west - 1, south - 1, line, north + 1).area)
    return float(shapely.clip_by_rect(region, west - 1, -line, east + 1, north + 1).area)


def _surface(shape: BaseGeometry) -> BaseGeometry:
    """Only the polygons of a shape: cuts leave stray points and lines where edges touch."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > STEP**2]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _middle(shape: BaseGeometry) -> Position:
    centre = shape.centroid
    if not shape.contains(centre):
        centre = shape.representative_point()
    return centre.x, centre.y


def cells_of_county(county: County, *, micro_grids: int, households: int, seed: str) -> list[Cell]:
    """Town cells, each with its villages, these with grids, these with micro-grids; the same for the same seed.

    Raises ValueError when there are fewer micro-grids than villages or a town has no centre.
    """
    chance = random.Random(seed)  # noqa: S311  shapes, not secrets
    towns = sorted(county.villages)
    weights = {code: chance.uniform(0.6, 1.6) for town in towns for code in sorted(county.villages[town])}
    counts = dict(zip(weights, spread(micro_grids, list(weights.values()), least=1), strict=True))
    homes = iter(spread(households, [chance.uniform(0.7, 1.3) for _each in range(micro_grids)]))
    shapes = divide(county.outline, [county.town_centres[town] for town in towns])
    result = []
    for town, shape in zip(towns, shapes, strict=True):
        codes = sorted(county.villages[town])
        seeds = scatter(shape, len(codes), chance) if codes else []
        inner = tuple(
            _village(code, piece, counts[code], homes)
            for code, piece in zip(codes, divide(shape, seeds) if seeds else [], strict=True)
        )
        result.append(Cell(town, AreaLevel.TOWN, _neat(shape), inner=inner))
    return result


def _village(code: str, shape: BaseGeometry, count: int, homes: Iterator[int]) -> Cell:
    sizes = spread(count, [1.0] * max(1, -(-count // GRID_HOLDS)))
    grids, micro_number = [], 0
    grid_codes = next_codes(AreaLevel.GRID, code, (), len(sizes))
    for number, (grid_code, size, piece) in enumerate(
        zip(grid_codes, sizes, slice_region(shape, len(sizes)), strict=True), 1
    ):
        micro_codes = next_codes(AreaLevel.MICRO_GRID, grid_code, (), size)
        inner = []
        for micro_code, part in zip(micro_codes, slice_region(piece, size), strict=True):
            micro_number += 1
            inner.append(Cell(micro_code, AreaLevel.MICRO_GRID, _neat(part), micro_number, next(homes)))
        grids.append(Cell(grid_code, AreaLevel.GRID, _neat(piece), number, inner=tuple(inner)))
    return Cell(code, AreaLevel.VILLAGE, _neat(shape), inner=tuple(grids))


def _neat(shape: BaseGeometry) -> BaseGeometry:
    """On the grid of STEP degrees and valid, so that the written digits are the shape."""
    return _surface(shapely.set_precision(shape, STEP))
