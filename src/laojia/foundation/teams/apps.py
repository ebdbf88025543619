from django.apps import AppConfig


class Teams(AppConfig):
    name = "laojia.foundation.teams"
    label = "teams"
    verbose_name = "teams"
    default_auto_field = "django.db.models.BigAutoField"
