from django.apps import AppConfig


class Calendar(AppConfig):
    name = "laojia.foundation.calendar"
    label = "workcal"
    verbose_name = "working calendar"
    default_auto_field = "django.db.models.BigAutoField"
