"""What people type about orders; checks that need no decision. Everything typed comes back with the errors."""

from laojia.steps.order.forms.following import (
    AnswerForm,
    CallForm,
    CancelForm,
    ChangeForm,
    KeepForm,
    KeptEndForm,
    LaterForm,
    LookUpForm,
    PauseForm,
    ReasonForm,
    RhythmForm,
)
from laojia.steps.order.forms.ordering import (
    ME,
    NEW,
    OrderForm,
    PlaceFields,
    WantedTimes,
    WantedVillage,
    WhoseFields,
)

__all__ = [
    "ME",
    "NEW",
    "AnswerForm",
    "CallForm",
    "CancelForm",
    "ChangeForm",
    "KeepForm",
    "KeptEndForm",
    "LaterForm",
    "LookUpForm",
    "OrderForm",
    "PauseForm",
    "PlaceFields",
    "ReasonForm",
    "RhythmForm",
    "WantedTimes",
    "WantedVillage",
    "WhoseFields",
]
