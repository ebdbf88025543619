"""Pages of areas, stations and zones for the administration."""

from laojia.foundation.area.pages.areas import close, download, index, new_area, one, read_list, rename
from laojia.foundation.area.pages.places import edit_station, edit_zone, end_station, new_station, zones

__all__ = [
    "close",
    "download",
    "edit_station",
    "edit_zone",
    "end_station",
    "index",
    "new_area",
    "new_station",
    "one",
    "read_list",
    "rename",
    "zones",
]
