"""The one app of the floor."""

from django.apps import AppConfig


class Floor(AppConfig):
    name = "bench.floor"
    label = "floor"
