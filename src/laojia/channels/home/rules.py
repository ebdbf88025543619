"""Pure choices of the public pages: text size and the signs of the tiles."""

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
