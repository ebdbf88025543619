"""WSGI entry of the floor; `BENCH_FLOOR` names the settings: bare, or signed in."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = os.environ.get("BENCH_FLOOR", "bench.floor.settings")
application = get_wsgi_application()
gc.freeze()
