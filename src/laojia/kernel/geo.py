"""Coordinate systems of Chinese maps: WGS-84 (≈ CGCS2000, kept in store) and GCJ-02 (Amap, Tencent).

In Hongdong the two lie about 560 m apart. Positions are always (longitude, latitude) in degrees.
"""

from enum import StrEnum
from math import asin, cos, pi, radians, sin, sqrt


class System(StrEnum):
    """The system a position was given in; stored beside every position received."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"


_AXIS = 6378245.0  # Krasovsky 1940, on which GCJ-02 is defined
_ECCENTRICITY = 0.00669342162296594323
_EARTH_RADIUS_M = 6371008.8
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271  # where the shift is applied


def _wave(value: float, *parts: tuple[float, float]) -> float:
    return sum(height * sin(value * pi / length) for height, length in parts)


def _shift(lon: float, lat: float) -> tuple[float, float]:
    """How far GCJ-02 moves a WGS-84 position, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    root = sqrt(abs(x))
    common = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (
        _wave(y, (20.0, 1.0), (40.0, 3.0)) * 2.0 / 3.0 + _wave(y, (160.0, 12.0), (320.0, 30.0)) * 2.0 / 3.0
    )
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (
        _wave(x, (20.0, 1.0), (40.0, 3.0)) * 2.0 / 3.0 + _wave(x, (150.0, 12.0), (300.0, 30.0)) * 2.0 / 3.0
    )
    bend = 1.0 - _ECCENTRICITY * sin(radians(lat)) ** 2
    across = _AXIS / sqrt(bend) * cos(radians(lat)) * pi / 180.0
    along = _AXIS * (1.0 - _ECCENTRICITY) / (bend * sqrt(bend)) * pi / 180.0
    return east / across, north / along


def in_china(lon: float, lat: float) -> bool:
    """The rectangle inside which GCJ-02 differs from WGS-84."""
    return _WEST <= lon <= _EAST and _SOUTH <= lat <= _NORTH


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """WGS-84 → GCJ-02; outside China unchanged."""
    if not in_china(lon, lat):
        return lon, lat
    east, north = _shift(lon, lat)
    return lon + east, lat + north


def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """GCJ-02 → WGS-84 by repeated correction, exact to less than a centimetre; outside China unchanged."""
    if not in_china(lon, lat):
        return lon, lat
    x, y = lon, lat
    for _round in range(6):
        east, north = _shift(x, y)
        rest_x, rest_y = lon - (x + east), lat - (y + north)
        x, y = x + rest_x, y + rest_y
        if abs(rest_x) < 1e-9 and abs(rest_y) < 1e-9:
            break
    return x, y


def to_wgs84(lon: float, lat: float, system: str) -> tuple[float, float]:
    """A position of any known system in WGS-84. Raises ValueError for an unknown system."""
    return gcj02_to_wgs84(lon, lat) if System(system) is System.GCJ02 else (lon, lat)


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Metres along the great circle between two WGS-84 positions."""
    half = sin(radians(lat2 - lat1) / 2) ** 2
    half += cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))
