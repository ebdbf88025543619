from django.apps import AppConfig


class Limits(AppConfig):
    name = "laojia.foundation.limits"
    label = "limits"
    verbose_name = "rate limits"
    default_auto_field = "django.db.models.BigAutoField"
