"""The one settings file. Values that differ between installations come from the environment (docs/config.md)."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from laojia.kernel import env

PACKAGE = Path(__file__).resolve().parents[1]
MODE = env.mode()
PRODUCTION = MODE == "production"
VAR = env.var_dir()
BUILD = env.ROOT / "build" / "static"

# --- secrets -----------------------------------------------------------------------------------
SECRET_KEY = env.secret("LAOJIA_SECRET_KEY")
DEBUG = env.flag("LAOJIA_DEBUG") and not PRODUCTION  # its error pages show source and settings
ALLOWED_HOSTS = env.words("LAOJIA_HOSTS", ("127.0.0.1", "localhost", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.words("LAOJIA_ORIGINS")

# --- what is installed, top first ------------------------------------------------------------------
INSTALLED_APPS = [
    "laojia.conf.apps.Top",
    "laojia.channels.console.apps.Console",
    "laojia.channels.home.apps.Home",
    "laojia.desks.reports.apps.Reports",
    "laojia.steps.review.apps.Review",
    "laojia.steps.serve.apps.Serve",
    "laojia.steps.dispatch.apps.Dispatch",
    "laojia.steps.order.apps.Order",
    "laojia.steps.menu.apps.Menu",
    "laojia.foundation.teams.apps.Teams",
    "laojia.foundation.people.apps.People",
    "laojia.foundation.area.apps.Area",
    "laojia.foundation.outbox.apps.Outbox",
    "laojia.foundation.journal.apps.Journal",
    "laojia.foundation.limits.apps.Limits",
    "laojia.foundation.calendar.apps.Calendar",
    "laojia.foundation.lists.apps.Lists",
    "laojia.foundation.files.apps.Files",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
]
AUTH_USER_MODEL = "people.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "laojia.conf.headers.strict_headers",
    "laojia.conf.headers.asked_from",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "laojia.conf.middleware.Refusals",
    "laojia.conf.acting.Acting",
    "laojia.conf.visiting.Visiting",
]
ROOT_URLCONF = "laojia.conf.urls"
WSGI_APPLICATION = "laojia.conf.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "laojia.conf.look.page",
            ],
            "builtins": [f"laojia.templatetags.{name}" for name in ("shown", "frame", "desk")],
        },
    }
]
# Forms and fields are drawn by templates/forms, widgets by templates/django/forms where we have one.
FORM_RENDERER = "laojia.conf.look.FormLook"
CSRF_FAILURE_VIEW = "laojia.conf.errors.csrf_failure"

# --- data ----------------------------------------------------------------------------------------------
DATABASES = {"default": env.database()}
# Rate limits and sign-in counters must be shared by all processes; no further server is needed for that.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "laojia_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
MEDIA_ROOT = VAR / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = ["laojia.foundation.files.forms.InMemory"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- language and time ---------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [
    ("zh-hans", _("Simplified Chinese")),
    ("zh-hant", _("Traditional Chinese")),
    ("en", _("English")),
]
LOCALE_PATHS = [PACKAGE / "locale"]
FORMAT_MODULE_PATH = ["laojia.conf.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- static files ----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [folder for folder in (PACKAGE / "static", BUILD) if folder.is_dir()]
STATIC_ROOT = VAR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
_FILES = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
_PLAIN = {
    "default": _FILES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
HASHED_STORAGES = {
    "default": _FILES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# After `laojia setup` names carry a hash and phones keep the files; a bare checkout and the tests do without.
COLLECTED = (STATIC_ROOT / "staticfiles.json").exists()
STORAGES = HASHED_STORAGES if COLLECTED else _PLAIN
WHITENOISE_USE_FINDERS = not COLLECTED
WHITENOISE_AUTOREFRESH = DEBUG

# --- sign-in ------------------------------------------------------------------------------------------------
# conf/signing.py holds the rules; only names are said here.
AUTHENTICATION_BACKENDS = ["laojia.conf.remembering.Accounts"]
SESSION_ENGINE = "laojia.conf.remembering"
ACCOUNT_ADAPTER = "laojia.conf.signing.Entrance"
ACCOUNT_FORMS = {
    "request_login_code": "laojia.conf.signing.PhoneForm",
    "login": "laojia.conf.signing.PasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"phone", "username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "phone", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # nobody is asked for an address
ACCOUNT_EMAIL_VERIFICATION = "none"
# A code signs in; a password never waits for the phone beside its second factor.
ACCOUNT_PHONE_VERIFICATION_ENABLED = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 5 * 60
ACCOUNT_PHONE_VERIFICATION_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_SESSION_REMEMBER = False  # colleagues' computers forget; a phone remembers 30 days
# Codes and passwords are counted per number, person and address in conf/signing.py; here what is left.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/30m/key", "request_login_code": None, "login": "60/m/ip"}
MFA_ADAPTER = "laojia.conf.signing.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.flag("LAOJIA_BEHIND_PROXY") else 0
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "laojia.conf.passwords.ThreeClasses"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
# A training copy stands on the same machine under another port: browsers tell cookies apart by name alone.
PRACTICE = env.flag("LAOJIA_PRACTICE")
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = ("lx_session", "lx_csrf") if PRACTICE else ("sessionid", "csrftoken")
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_SSL_REDIRECT = PRODUCTION and env.flag("LAOJIA_HTTPS_REDIRECT", default=True)
if env.flag("LAOJIA_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

# --- log: numbers, verbs and paths; never a name, a phone number or a text somebody typed ----------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "laojia.conf.logs.QuietFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LAOJIA_LOG_LEVEL", "INFO")},
    # conf/errors.py writes breakdowns down, without the path (it may hold a secret link) and the message.
    "loggers": {"django.request": {"level": "CRITICAL"}, "django.db.backends": {"level": "INFO"}},
}
