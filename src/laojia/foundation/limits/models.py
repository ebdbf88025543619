"""How often something was done lately, by whom: one row per limit and (hashed) key, shared by all processes."""

from typing import ClassVar

from django.db import models

from laojia.policy.personal import NONE, Held


class Taken(models.Model):
    """The last `most` moments of one key, oldest first; it says nothing any more once `until` is over.

    The key is a keyed hash: no phone number, address or browser rests here.
    """

    PERSONAL: ClassVar[tuple[Held, ...]] = NONE

    key = models.CharField(max_length=80, primary_key=True)
    moments = models.TextField()  # milliseconds since 1970, thirteen digits each, one after the other
    most = models.PositiveIntegerField()
    within = models.BigIntegerField()  # milliseconds
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
