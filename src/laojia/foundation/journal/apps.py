from django.apps import AppConfig


class Journal(AppConfig):
    name = "laojia.foundation.journal"
    label = "journal"
    verbose_name = "journal"
    default_auto_field = "django.db.models.BigAutoField"
