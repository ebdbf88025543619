from django.apps import AppConfig


class Reports(AppConfig):
    name = "laojia.desks.reports"
    label = "reports"
    verbose_name = "reports"
    default_auto_field = "django.db.models.BigAutoField"
