"""Pure choices of the public pages: text size, where colleagues work, how far around a home counts as near."""

from laojia.policy.facts import Actor
from laojia.policy.permissions import PERMISSIONS
from laojia.policy.roles import Role

VIEW_COOKIE = "view"
VISITING = "visitor_view"  # kept in the browser's memory: guests look over the colleague's shoulder
VIEW_SECONDS = 2 * 365 * 24 * 3600
STANDARD = "standard"
VIEWS = (STANDARD, "elder", "elder-30")


# Where colleagues work: address, and the verb that its list needs. Residents' own pages are not work.
WORK = (
    ("/team/", "offer.accept"),
    ("/volunteer/", "roster.join"),
    ("/kept/", "order.keep"),
    ("/desk/", "offer.make"),
    ("/help/", "person.add"),
    ("/call/", "message.call_list"),
    ("/calls/", "message.called"),
    ("/paper/", "message.called"),
    ("/station/", "occasion.offer"),
    ("/occasions/", "occasion.offer"),
    ("/menu-desk/", "menu.see_draft"),
    ("/follow-ups/", "follow_up.record"),
    ("/complaints/", "complaint.answer"),
    ("/incidents/", "incident.see"),
    ("/overview/", "figures.see"),
    ("/month/", "month.see"),
    ("/tables/", "table.see"),
    ("/exchange/", "exchange.see"),
    ("/people/", "person.see"),
    ("/teams/", "team.see"),
    ("/posts/", "post.see"),
    ("/areas/", "area.see"),
    ("/lists/", "list.see"),
    ("/calendar/", "calendar.see"),
    ("/journal/", "journal.see"),
)
# Those who live on a phone find the rest on the pages of their own work.
PHONE_ROLES = {Role.TEAM_LEADER: ("/team/",), Role.VOLUNTEER: ("/volunteer/",)}
# Where a post has more pages than fit in one line, the others stand under headings; every other page is of every day.
IN_ONE_LINE = 9
GROUPS = (
    ("people", ("/people/", "/teams/", "/posts/")),
    ("care", ("/complaints/", "/incidents/")),
    ("figures", ("/overview/", "/month/", "/tables/", "/exchange/")),
    ("ground", ("/menu-desk/", "/areas/", "/lists/", "/calendar/", "/journal/")),
)
NOT_WORK = frozenset({Role.RESIDENT, Role.NUMBER_READER, Role.SYSTEM})


def work_of(actor: Actor) -> tuple[str, ...]:
    """Addresses of the actor's work, in the order of WORK, by the posts of today."""
    return tuple(
        address
        for address, verb in WORK
        if any(
            role in PERMISSIONS[verb] and address in PHONE_ROLES.get(role, (address,))
            for role in actor.roles - NOT_WORK
        )
    )


def in_groups(work: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """The pages of every day, and the others by heading; no headings where all fit in one line."""
    if len(work) <= IN_ONE_LINE:
        return work, ()
    groups = tuple((name, tuple(one for one in pages if one in work)) for name, pages in GROUPS)
    kept_apart = {one for _name, pages in groups for one in pages}
    return tuple(one for one in work if one not in kept_apart), tuple(row for row in groups if row[1])


def view_of(word: str) -> str:
    """The text size a cookie or form names; anything else is the standard one."""
    return word if word in VIEWS else STANDARD


def town_path(path: str) -> str:
    """The town's part of an area's path: `/1/4/17/` → `/1/4/`; a county stays what it is, nothing stays nothing."""
    ids = path.strip("/").split("/")[:2]
    return f"/{'/'.join(ids)}/" if ids[0] else ""


def may_guide(actor: Actor) -> bool:
    """May this colleague show guests round: whoever reads the overview."""
    return bool(actor.roles & PERMISSIONS["figures.see"].keys())
