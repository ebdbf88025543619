"""Pure choices of the public pages: text size, signs of the tiles, how long data is kept in words."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from laojia.policy.deadlines import Span, Unit
from laojia.policy.personal import Keep

VIEW_COOKIE = "view"
VIEW_SECONDS = 2 * 365 * 24 * 3600
STANDARD = "standard"
VIEWS = (STANDARD, "elder", "elder-30")

# Signs in static/icons.svg for the tiles; a tile that the county adds gets the house.
TILE_SIGNS = {
    "看病健康": "tile-health",
    "照应老人": "tile-elders",
    "孩子": "tile-children",
    "修修补补、跑腿": "tile-repairs",
    "法律、说理": "tile-law",
    "看戏、读书、锻炼": "tile-culture",
    "找活、学手艺、卖农货": "tile-work",
    "村里小区的事": "tile-village",
}


def view_of(word: str) -> str:
    """The text size a cookie or form names; anything else is the standard one."""
    return word if word in VIEWS else STANDARD


def sign_of(tile: str) -> str:
    """The sign of a tile, by its name."""
    return TILE_SIGNS.get(tile, "house")


# How long, as the person reads it. A new kind of keeping without a sentence fails its test.
KEEP_WORDS = {
    Keep.WHILE_NEEDED: _("Until you ask us to erase it"),
    Keep.ORDER_YEAR: _("One year after the matter is closed"),
    Keep.RECORD_TEN_YEARS: _("Ten years: the law wants records of volunteering kept that long"),
    Keep.MESSAGE_HALF_YEAR: _("Half a year"),
    Keep.SHARED_THREE_YEARS: _("Three years: what was passed on to others, and to whom"),
}

# Words of fields that hold personal data, by field name; the same name means the same thing in every table.
FIELD_WORDS = {
    "name": _("name"),
    "phone": _("phone number"),
    "address": _("address"),
    "lon": _("place on the map"),
    "lat": _("place on the map"),
    "words": _("what you said in your own words"),
    "note": _("a note"),
}


def said_span(span: Span) -> str:
    """A length of time in words: 2 个工作日, 4 个工作小时, 15 天, 当天."""
    count = span.amount
    match span.unit:
        case Unit.WORKING_HOURS:
            text = ngettext("%(count)s working hour", "%(count)s working hours", count)
        case Unit.WORKING_DAYS:
            text = ngettext("%(count)s working day", "%(count)s working days", count)
        case Unit.HOURS:
            text = ngettext("%(count)s hour", "%(count)s hours", count)
        case Unit.DAYS:
            text = ngettext("%(count)s day", "%(count)s days", count)
        case Unit.SAME_DAY:
            text = ngettext("the same day", "the same day", count)
    return text % {"count": count}
