from django.apps import AppConfig


class Files(AppConfig):
    name = "laojia.foundation.files"
    label = "files"
    verbose_name = "files"
    default_auto_field = "django.db.models.BigAutoField"
