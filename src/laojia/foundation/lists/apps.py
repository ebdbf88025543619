from django.apps import AppConfig


class Lists(AppConfig):
    name = "laojia.foundation.lists"
    label = "lists"
    verbose_name = "lists"
    default_auto_field = "django.db.models.BigAutoField"
