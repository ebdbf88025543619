from django.apps import AppConfig


class Outbox(AppConfig):
    name = "laojia.foundation.outbox"
    label = "outbox"
    verbose_name = "messages and clocks"
    default_auto_field = "django.db.models.BigAutoField"
