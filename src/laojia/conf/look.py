"""What every page may say about itself: text size, the county; and the look of forms."""

from functools import cache
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.urls import is_valid_path
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from laojia.channels.home import queries, rules
from laojia.kernel import veil
from laojia.policy.facts import NOBODY, Actor

WORK_WORDS = {
    "/team/": _("My team today"),
    "/volunteer/": _("My appointments"),
    "/help/": _("Order for a neighbour"),
    "/kept/": _("Cases given to me"),
    "/desk/": _("Dispatch desk"),
    "/call/": _("On the telephone"),
    "/calls/": _("Calls to make"),
    "/paper/": _("Sheets of paper"),
    "/station/": _("My station"),
    "/occasions/": _("Occasions"),
    "/menu-desk/": _("Menu desk"),
    "/follow-ups/": _("Follow-up calls"),
    "/complaints/": _("Complaints"),
    "/incidents/": _("Incidents"),
    "/overview/": _("Overview"),
    "/month/": _("Month and year"),
    "/tables/": _("Demanded tables"),
    "/exchange/": _("Records out"),
    "/people/": _("People"),
    "/teams/": _("Teams"),
    "/posts/": _("Posts and accounts"),
    "/areas/": _("Areas and stations"),
    "/lists/": _("Lists"),
    "/calendar/": _("Working calendar"),
    "/journal/": _("Journal"),
}
GROUP_WORDS = {
    "people": _("People and teams"),
    "care": _("When something went wrong"),
    "figures": _("Figures and tables"),
    "ground": _("What all rests on"),
}


class FormLook(TemplatesSetting):
    """`{{ form }}` and `{{ field.as_field_group }}` drawn by templates/forms."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor of all templates."""
    return {
        "text_size": rules.view_of(request.COOKIES.get(rules.VIEW_COOKIE, "")),
        # Read only by whole pages: parts for htmx and redirects do not pay for it.
        "our_county": SimpleLazyObject(queries.county),
        "visitor_view": veil.is_on(),
        "may_guide": rules.may_guide(getattr(request, "actor", NOBODY)),
        # Only desks and the start page have the links.
        "desk_links": SimpleLazyObject(lambda: work_links(getattr(request, "actor", NOBODY))),
    }


def work_links(actor: Actor) -> list[tuple[str, object]]:
    """(address, word) of the pages where this actor works, those of every day first; nothing for residents.

    Where there are many, signs stand between: `#more` and `#end` around all the others, `#name` and `#` around a group.
    """
    work = tuple(address for address in rules.work_of(actor) if _is_there(address))
    daily, groups = rules.in_groups(work)
    links: list[tuple[str, object]] = [(address, WORK_WORDS[address]) for address in daily]
    if groups:
        links.append(("#more", _("More")))
        for name, pages in groups:
            links += [(f"#{name}", GROUP_WORDS[name]), *((one, WORK_WORDS[one]) for one in pages), ("#", "")]
        links.append(("#end", ""))
    return links


@cache
def _is_there(address: str) -> bool:
    """Whether the address leads to a page: asked once per process, it takes a walk over all routes."""
    return bool(is_valid_path(address))
