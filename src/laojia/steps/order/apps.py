from django.apps import AppConfig


class Order(AppConfig):
    name = "laojia.steps.order"
    label = "order"
    verbose_name = "orders"
    default_auto_field = "django.db.models.BigAutoField"
