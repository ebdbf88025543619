from django.apps import AppConfig


class Dispatch(AppConfig):
    name = "laojia.steps.dispatch"
    label = "dispatch"
    verbose_name = "dispatch"
    default_auto_field = "django.db.models.BigAutoField"
