"""What the desk's pages show, put together from the steps. Everything is scoped by the actor."""

from laojia.channels.console.queries.chosen import (
    Chosen,
    FitView,
    chosen,
    fit_view,
    key_of,
    mappable,
    reasons_of,
)
from laojia.channels.console.queries.links import let_in
from laojia.channels.console.queries.queue import (
    Wanted,
    county_map,
    filter_choices,
    is_late,
    queue,
    row_of,
    table,
)

__all__ = [
    "Chosen",
    "FitView",
    "Wanted",
    "chosen",
    "county_map",
    "filter_choices",
    "fit_view",
    "is_late",
    "key_of",
    "let_in",
    "mappable",
    "queue",
    "reasons_of",
    "row_of",
    "table",
]
