"""What every page may say about itself: text size, the county; and the look of forms."""

from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from laojia.channels.home import queries, rules


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
    }
