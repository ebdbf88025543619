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
    ("/help/", "order.list"),
    ("/desk/", "offer.make"),
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
