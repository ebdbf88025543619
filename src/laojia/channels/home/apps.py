from django.apps import AppConfig


class Home(AppConfig):
    name = "laojia.channels.home"
    label = "home"
    verbose_name = "home"
    default_auto_field = "django.db.models.BigAutoField"
