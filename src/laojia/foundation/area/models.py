"""Areas (county → town → village → grid → micro-grid), their successors, zones and stations.

Rows are never deleted: an area that ends gets `valid_to` and a successor.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Concat

from laojia.foundation.journal.models import Moving, known_state
from laojia.kernel.geo import System
from laojia.policy.facts import Columns
from laojia.policy.personal import NONE, Held
from laojia.policy.roles import LEVEL_ORDER, AreaLevel, StationLevel

_CODE_SHAPE = {
    AreaLevel.COUNTY: r"^[0-9]{6}0{6}$",
    AreaLevel.TOWN: r"^[0-9]{9}0{3}$",
    AreaLevel.VILLAGE: r"^[0-9]{12}$",
    AreaLevel.GRID: r"^[0-9]{15}$",
    AreaLevel.MICRO_GRID: r"^[0-9]{17}$",
}
_SYSTEMS = [system.value for system in System]


def _shapes_by_level() -> Q:
    """Level, code shape and depth of the path in one condition: the level order cannot be broken."""
    allowed = Q()
    for depth, level in enumerate(LEVEL_ORDER, 1):
        allowed |= Q(
            level=level.value, code__regex=_CODE_SHAPE[level], path__regex=rf"^(/[0-9]+){{{depth}}}/$"
        )
    return allowed


def _own_id_last() -> Q:
    return Q(path__endswith=Concat(Value("/"), Cast("id", models.CharField(max_length=20)), Value("/")))


class AreaBook(models.Model):
    """One row: the last id given to an area and a stamp that changes with every write to this app.

    Taking ids here keeps the path (`/1/4/17/`, made of ids) right from the first insert, and its row lock
    makes writers of areas wait for one another. `demonstration` marks a database of made-up people for good,
    `practice` a training copy: neither mark is ever taken away, and no message leaves such a database.
    """

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE
    SCOPE: ClassVar[Columns] = Columns(kind="area_book")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_id = models.PositiveBigIntegerField(default=0)
    stamp = models.CharField(max_length=32, default="new")
    demonstration = models.BooleanField(default=False)
    practice = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="area_book_one_row")]


class Area(models.Model):
    """A county, town, village or community, grid or micro-grid. The path never changes, nor does the code.

    `name` is what people say (常一社区), `official_name` what the division list says (常一社区居民委员会).
    `outline` is a GeoJSON geometry in the system named; `schematic` marks one that is no boundary (示意图).
    Valid from `valid_from` up to, not including, `valid_to`. `former` holds the names it had, each with the first
    day it no longer held: [["常一社区", "2026-12-01"]]; `now_name` is what people call the place of an area that ended.
    """

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE
    SCOPE: ClassVar[Columns] = Columns(kind="area", area="path")

    id = models.PositiveBigIntegerField(primary_key=True)
    code = models.CharField(max_length=17, unique=True)
    name = models.CharField(max_length=100)
    official_name = models.CharField(max_length=100)
    level = models.CharField(max_length=12)
    kind = models.CharField(max_length=12)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=120, unique=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    households = models.PositiveIntegerField(null=True, blank=True)
    outline = models.TextField(blank=True)
    outline_system = models.CharField(max_length=10, blank=True)
    schematic = models.BooleanField(default=False)
    former = models.JSONField(default=list, blank=True)
    now_name = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [
            # PostgreSQL answers LIKE 'prefix%' from this one; Django adds the pattern index for unique text itself.
            models.Index(fields=["level", "name"], name="area_level_name"),
            models.Index(fields=["parent", "code"], name="area_parent_code"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=_shapes_by_level(), name="area_level_code_path"),
            models.CheckConstraint(condition=_own_id_last(), name="area_path_own_id"),
            models.CheckConstraint(
                condition=Q(level="county", parent__isnull=True)
                | (~Q(level="county") & Q(parent__isnull=False)),
                name="area_parent_by_level",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="area_valid_period"
            ),
            models.CheckConstraint(
                condition=Q(outline="", outline_system="", schematic=False)
                | (~Q(outline="") & Q(outline_system__in=_SYSTEMS)),
                name="area_outline_has_system",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(kind=""), name="area_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class AreaChange(Moving):
    """A merge, split or rename with the day it takes effect: planned, then done by the clock, or undone before that day.

    `plan` holds ids, codes and names as asked; grids below are numbered on the day itself. `trouble` is the code of
    the refusal when the day came and it could not be carried out.
    """

    SCOPE: ClassVar[Columns] = Columns(kind="area_change")
    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    kind = models.CharField(max_length=8)
    on = models.DateField()
    plan = models.JSONField()
    asked_by_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    ended_by_id = models.BigIntegerField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=40, blank=True)
    moved = models.JSONField(default=dict, blank=True)  # how many rows of each kind followed

    class Meta:
        constraints: ClassVar = [
            known_state("area_change"),
            models.CheckConstraint(
                condition=Q(kind__in=("merge", "split", "rename")), name="area_change_kind"
            ),
        ]


class AreaSuccessor(models.Model):
    """What became of an area: merged into, split into or renumbered as another one, from `date` on.

    `heir`: what lies on no smaller area goes to this one.
    """

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    KINDS: ClassVar = ("merge", "split", "rename")

    old = models.ForeignKey(Area, models.PROTECT, related_name="successors")
    new = models.ForeignKey(Area, models.PROTECT, related_name="predecessors")
    date = models.DateField()
    kind = models.CharField(max_length=8)
    heir = models.BooleanField(default=True)
    change = models.ForeignKey(AreaChange, models.PROTECT, null=True, blank=True, related_name="links")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["old", "new"], name="area_successor_once"),
            models.CheckConstraint(
                condition=Q(kind__in=("merge", "split", "rename")), name="area_successor_kind"
            ),
            models.CheckConstraint(condition=~Q(old=F("new")), name="area_successor_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


class Zone(models.Model):
    """片区: the second tree over villages, cutting across towns. Who leads it is a Post."""

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE
    SCOPE: ClassVar[Columns] = Columns(kind="zone")

    name = models.CharField(max_length=60, unique=True)
    villages = models.ManyToManyField(Area, through="ZoneVillage", related_name="zones")

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(name=""), name="zone_has_name")]

    def __str__(self) -> str:
        return self.name


class ZoneVillage(models.Model):
    """One village of a zone."""

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    zone = models.ForeignKey(Zone, models.CASCADE)
    village = models.ForeignKey(Area, models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["zone", "village"], name="zone_village_once")
        ]


class Station(models.Model):
    """Practice centre (中心), institute (所) or station (站). It stands at an area and serves villages.

    `area_path` repeats the path of `area` (paths never change), so that scopes filter without a join.
    `phone` is the office's public number. Position as received, its system named.
    """

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE
    SCOPE: ClassVar[Columns] = Columns(kind="station", area="area_path")

    level = models.CharField(max_length=10)
    name = models.CharField(max_length=100)
    area = models.ForeignKey(Area, models.PROTECT, related_name="stations")
    area_path = models.CharField(max_length=120, db_index=True)
    villages = models.ManyToManyField(Area, through="StationVillage", related_name="served_by")
    phone = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=120, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    position_system = models.CharField(max_length=10, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(level__in=[level.value for level in StationLevel]), name="station_level"
            ),
            models.CheckConstraint(condition=Q(area_path__regex=r"^(/[0-9]+)+/$"), name="station_area_path"),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True, position_system="")
                | Q(
                    # Said outright: a comparison with NULL is neither true nor false, and a check lets it pass.
                    lon__isnull=False,
                    lat__isnull=False,
                    lon__range=(-180, 180),
                    lat__range=(-90, 90),
                    position_system__in=_SYSTEMS,
                ),
                name="station_position_whole",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="station_has_name"),
            models.UniqueConstraint(fields=["area", "level", "name"], name="station_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class StationVillage(models.Model):
    """One village served by a station."""

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    station = models.ForeignKey(Station, models.CASCADE)
    village = models.ForeignKey(Area, models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["station", "village"], name="station_village_once")
        ]
