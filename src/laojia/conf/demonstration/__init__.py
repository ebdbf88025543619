"""The demonstration county: synthetic from end to end, marked for good, filled by the real verbs. `laojia demo`, `make run`."""

from laojia.conf.demonstration.entrance import code_of, who_can_sign_in
from laojia.conf.demonstration.filling import demo, fill, is_empty

__all__ = ["code_of", "demo", "fill", "is_empty", "who_can_sign_in"]
