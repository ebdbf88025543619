"""Every read of orders and standing help, scoped by the actor."""

from laojia.steps.order.queries.cards import (
    Card,
    Choices,
    cards_of,
    choices,
    duplicate_of,
    entered_by,
    my_cards,
    my_standing,
    people_i_order_for,
    place_line,
    wish_buttons,
)
from laojia.steps.order.queries.desk import QueueFilter, queue, suspended, unmapped_needs, waiting_list
from laojia.steps.order.queries.finding import by_link, by_number, order, order_on_desk
from laojia.steps.order.queries.telling import (
    Coming,
    Holding,
    ahead,
    coming,
    holding,
    review_is_open,
    timeline,
)

__all__ = [
    "Card",
    "Choices",
    "Coming",
    "Holding",
    "QueueFilter",
    "ahead",
    "by_link",
    "by_number",
    "cards_of",
    "choices",
    "coming",
    "duplicate_of",
    "entered_by",
    "holding",
    "my_cards",
    "my_standing",
    "order",
    "order_on_desk",
    "people_i_order_for",
    "place_line",
    "queue",
    "review_is_open",
    "suspended",
    "timeline",
    "unmapped_needs",
    "waiting_list",
    "wish_buttons",
]
