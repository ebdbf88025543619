"""The top app: connects what happens after what, once everything below is loaded."""

from django.apps import AppConfig


class Top(AppConfig):
    name = "laojia.conf"
    label = "top"
    verbose_name = "wiring"

    def ready(self) -> None:
        from laojia import wiring
        from laojia.conf.visiting import hang_veils

        wiring.start()
        hang_veils()
