"""An order and what was written down about it: the least that taking an order needs."""

from django.db import models


class Order(models.Model):
    key = models.UUIDField(unique=True)
    number = models.CharField(max_length=28)
    state = models.CharField(max_length=16)
    title = models.CharField(max_length=60)
    person = models.CharField(max_length=40)
    place = models.CharField(max_length=120)
    version = models.IntegerField(default=0)
    due_at = models.DateTimeField()
    placed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], condition=models.Q(state="waiting"), name="floor_queue")
        ]


class Entry(models.Model):
    order_id = models.BigIntegerField()
    verb = models.CharField(max_length=40)
    at = models.DateTimeField()
