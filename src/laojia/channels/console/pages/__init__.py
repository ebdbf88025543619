"""The pages of the desk: looking, deciding, asking."""

from laojia.channels.console.pages.asking import (
    called,
    look,
    occasion,
    offer,
    offer_occasion,
    offers,
    suggest,
    withdraw,
)
from laojia.channels.console.pages.calling import caller, say
from laojia.channels.console.pages.calls import calls, calls_print, show, tick
from laojia.channels.console.pages.deciding import (
    bundle,
    decide,
    merge,
    pass_down,
    pool,
    resume,
    reveal,
    triage,
    unbundle,
)
from laojia.channels.console.pages.deciding import look as looked
from laojia.channels.console.pages.finding import call
from laojia.channels.console.pages.paper import blank, paper, record, scanned
from laojia.channels.console.pages.showing import export, queue

__all__ = [
    "blank",
    "bundle",
    "call",
    "called",
    "caller",
    "calls",
    "calls_print",
    "decide",
    "export",
    "look",
    "looked",
    "merge",
    "occasion",
    "offer",
    "offer_occasion",
    "offers",
    "paper",
    "pass_down",
    "pool",
    "queue",
    "record",
    "resume",
    "reveal",
    "say",
    "scanned",
    "show",
    "suggest",
    "tick",
    "triage",
    "unbundle",
    "withdraw",
]
