from django.apps import AppConfig


class Serve(AppConfig):
    name = "laojia.steps.serve"
    label = "serve"
    verbose_name = "serving"
    default_auto_field = "django.db.models.BigAutoField"
