"""Django and psycopg, no sign-in, no translation, nothing switched on."""

from laojia.kernel import env

SECRET_KEY = "the floor keeps no secret"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["bench.floor.apps.Floor"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]  # gives answers their length
ROOT_URLCONF = "bench.floor.urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {"default": env.database("BENCH_FLOOR_DB")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
USE_I18N = False
LOGGING_CONFIG = None
