from django.apps import AppConfig


class Console(AppConfig):
    name = "laojia.channels.console"
    label = "console"
    verbose_name = "dispatch desk"
    default_auto_field = "django.db.models.BigAutoField"
