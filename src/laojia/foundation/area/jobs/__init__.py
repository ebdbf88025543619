"""Commands of areas: the county from the division list, its own list of grids, the made-up map."""

from laojia.foundation.area.jobs.changes import change_due
from laojia.foundation.area.jobs.county import CountyMade, create_county
from laojia.foundation.area.jobs.drawing import MapDrawn, generate_micro_grids
from laojia.foundation.area.jobs.listing import BadRow, BadRows, ListedWorker, ListImported, import_areas

__all__ = [
    "BadRow",
    "BadRows",
    "CountyMade",
    "ListImported",
    "ListedWorker",
    "MapDrawn",
    "change_due",
    "create_county",
    "generate_micro_grids",
    "import_areas",
]
