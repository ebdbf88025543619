"""Pages of areas, stations and zones for the administration."""

from laojia.foundation.area.pages.areas import close, download, index, new_area, one, rename
from laojia.foundation.area.pages.changes import holds, merge, new_name, planned, split, undo
from laojia.foundation.area.pages.places import edit_station, edit_zone, end_station, new_station, zones

__all__ = [
    "close",
    "download",
    "edit_station",
    "edit_zone",
    "end_station",
    "holds",
    "index",
    "merge",
    "new_area",
    "new_name",
    "new_station",
    "one",
    "planned",
    "rename",
    "split",
    "undo",
    "zones",
]
