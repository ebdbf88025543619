from django.apps import AppConfig


class People(AppConfig):
    name = "laojia.foundation.people"
    label = "people"
    verbose_name = "people and posts"
    default_auto_field = "django.db.models.BigAutoField"
