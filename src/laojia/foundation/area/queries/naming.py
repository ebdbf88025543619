"""Areas as lists name them: 天井村, 甘亭镇天井村, 甘亭镇 天井村, 甘亭镇, the county, or the twelve digits."""

from __future__ import annotations

import re
import unicodedata

from laojia.foundation.area.models import Area
from laojia.foundation.area.rules import short_name
from laojia.foundation.lists.rules import BadCell
from laojia.policy.roles import AreaLevel

_BETWEEN = re.compile(r"[\s\-—·/>,，、]+")
_WHOLE = frozenset({"全县", "县", "县级", "全域"})


class Gazetteer:
    """County, towns and villages of today by every way people write them. Read once for a handful of rows."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[Area]] = {}
        self._by_code: dict[str, Area] = {}
        rows = Area.objects.filter(
            valid_to=None, level__in=(AreaLevel.COUNTY, AreaLevel.TOWN, AreaLevel.VILLAGE)
        )
        areas = {area.pk: area for area in rows.defer("outline").order_by("code")}
        for area in areas.values():
            self._by_code[area.code] = area
            above = areas.get(area.parent_id or 0)
            names = {area.name, area.official_name}
            if area.level == AreaLevel.COUNTY:
                names |= _WHOLE
                self._county = area
            if area.level == AreaLevel.VILLAGE and above is not None:
                towns = {above.name, above.official_name}
                names |= {town + name for town in towns for name in (area.name, area.official_name)}
            for name in names:
                self._by_name.setdefault(name, []).append(area)

    def find(self, text: str) -> Area:
        """The area meant. Raises BadCell: none, or several of that name."""
        plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
        if re.fullmatch(r"\d{12}", plain, re.ASCII):
            if plain not in self._by_code:
                raise BadCell("area_unknown")
            return self._by_code[plain]
        found = self._named(plain)
        if not found:
            raise BadCell("area_unknown")
        if len(found) > 1:
            raise BadCell("area_ambiguous", "、".join(sorted({self._above(area) for area in found})))
        return found[0]

    def _named(self, plain: str) -> list[Area]:
        county = getattr(self, "_county", None)
        tries = [plain, short_name(plain)]
        if county is not None and plain.startswith(county.name) and plain != county.name:
            tries.append(plain.removeprefix(county.name))
        return next((self._by_name[one] for one in tries if one in self._by_name), [])

    def _above(self, area: Area) -> str:
        parent = area.parent
        return parent.name if parent is not None else area.name
