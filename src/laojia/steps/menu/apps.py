from django.apps import AppConfig


class Menu(AppConfig):
    name = "laojia.steps.menu"
    label = "menu"
    verbose_name = "menu"
    default_auto_field = "django.db.models.BigAutoField"
