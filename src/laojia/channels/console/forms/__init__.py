"""Forms of the desk: decisions on an order, and everything somebody says on the telephone."""

from laojia.channels.console.forms.deciding import (
    AskForm,
    EndForm,
    MapForm,
    OfferForm,
    RefuseForm,
    RevealForm,
    SuspendForm,
)

__all__ = ["AskForm", "EndForm", "MapForm", "OfferForm", "RefuseForm", "RevealForm", "SuspendForm"]
