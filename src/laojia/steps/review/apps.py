from django.apps import AppConfig


class Review(AppConfig):
    name = "laojia.steps.review"
    label = "review"
    verbose_name = "reviews"
    default_auto_field = "django.db.models.BigAutoField"
