from django.apps import AppConfig


class Area(AppConfig):
    name = "laojia.foundation.area"
    label = "area"
    verbose_name = "areas"
    default_auto_field = "django.db.models.BigAutoField"
