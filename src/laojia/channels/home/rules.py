"""Pure choices of the public pages: text size, and how far around somebody's home counts as near."""

VIEW_COOKIE = "view"
VIEW_SECONDS = 2 * 365 * 24 * 3600
STANDARD = "standard"
VIEWS = (STANDARD, "elder", "elder-30")


def view_of(word: str) -> str:
    """The text size a cookie or form names; anything else is the standard one."""
    return word if word in VIEWS else STANDARD


def town_path(path: str) -> str:
    """The town's part of an area's path: `/1/4/17/` → `/1/4/`; a county stays what it is."""
    return "".join(f"{part}/" for part in path.split("/")[:3])
