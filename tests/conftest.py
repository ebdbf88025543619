"""Fixtures every test may use. The browser ones drive Debian's Chromium against a live server."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.databases import Replay, snapshot

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = Path("/usr/bin/chromium")
SHOTS = ROOT / "build" / "shots"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 900}
# A test browser talks to the live server and to nobody else.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-dev-shm-usage",
)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A file for SQLite (threads and processes see one database, as in real life); no waiting for the disk."""
    from django.db import connections

    settings = connections["default"].settings_dict
    if settings["ENGINE"].endswith("sqlite3"):
        folder = Path(os.environ["LAOJIA_TEST_RUN"])
        settings["TEST"]["NAME"] = str(
            folder / f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}.sqlite3"
        )
        settings["OPTIONS"] = {
            **settings["OPTIONS"],
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;",
        }


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """After migrating, remember the rows migrations made, and put them back after a test that truly commits.

    Django's own clean-up empties every table: it would trip over the journal's append-only triggers
    and lose the seeded calendar.
    """
    from django.test import TransactionTestCase

    with django_db_blocker.unblock():
        kept = snapshot()
    before = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda case: kept.restore()  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = before  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def plain_language() -> Iterator[None]:
    """Every test begins in Simplified Chinese. (Counters in the cache are rows: they go back with the database.)"""
    from django.utils import translation

    from laojia.foundation.calendar.queries import forget

    forget()  # the working calendar is kept per process; the rows it came from went back
    with translation.override("zh-hans"):
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the run."""
    if not CHROMIUM.exists():
        pytest.fail("Chromium is not installed (apt install chromium fonts-noto-cjk)")
    # Playwright keeps an event loop in this thread; Django would refuse to reach the database beside it.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    root = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=[*QUIET, *root])
        yield chromium
        chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def live(transactional_db: None, live_server: Any) -> str:
    """Address of the running application over the test database (real threads, committed rows)."""
    return str(live_server.url)


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, live: str) -> Iterator[Open]:
    """`open_page("/menu/", size=DESK, script=True, signed_in=account)` in a person's own fresh browser.

    A script error, a refused script or style, or a request to another host fails the test at its end.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def opener(
        path: str = "/",
        *,
        size: dict[str, int] = PHONE,
        script: bool = True,
        signed_in: Any = None,
        **words: Any,
    ) -> Page:
        context = browser.new_context(
            base_url=live,
            viewport=size,  # type: ignore[arg-type]
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=script,
            has_touch=size["width"] < 600,
            is_mobile=size["width"] < 600,
            **words,
        )
        context.set_default_timeout(8000)
        contexts.append(context)
        if signed_in is not None:
            context.add_cookies([session_cookie(live, signed_in)])
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
        page.on("console", lambda line: wrong.append(line.text) if _is_policy_refusal(line.text) else None)
        page.on(
            "request",
            lambda call: None if _own(call.url, live) else wrong.append(f"asked elsewhere: {call.url}"),
        )
        page.goto(path)
        return page

    yield opener
    for context in contexts:
        context.close()
    assert not wrong, "\n".join(wrong)


def _is_policy_refusal(text: str) -> bool:
    return "Content Security Policy" in text or "Refused to" in text


def _own(url: str, live: str) -> bool:
    return url.startswith((live, "data:", "blob:", "about:"))


def session_cookie(live: str, account: Any) -> dict[str, Any]:
    """The cookie of a signed-in account, second factor done; journeys about sign-in type it themselves."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from laojia.conf.acting import mark_second_factor
    from laojia.kernel import clock

    kept = SessionStore()
    kept[SESSION_KEY] = str(account.pk)
    kept[BACKEND_SESSION_KEY] = "laojia.conf.remembering.Accounts"
    kept[HASH_SESSION_KEY] = account.get_session_auth_hash()
    mark_second_factor(kept, account, clock.now())
    kept.save()
    return {"name": settings.SESSION_COOKIE_NAME, "value": kept.session_key, "url": live}


@pytest.fixture
def phone(open_page: Open) -> Page:
    """A resident's phone on the home page."""
    return open_page("/", size=PHONE)


@pytest.fixture
def desk(open_page: Open) -> Page:
    """A desk screen on the home page."""
    return open_page("/", size=DESK)


@pytest.fixture(scope="session")
def axe_source() -> str:
    """axe-core as npm brought it."""
    path = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        pytest.fail("axe-core is missing: run `make assets`")
    return path.read_text(encoding="utf-8")


@pytest.fixture
def axe(axe_source: str) -> Callable[..., None]:
    """`axe(page)`: no finding of WCAG 2.2 A and AA; `leave=("rule",)` needs a reason beside it."""

    def check(page: Page, *, leave: tuple[str, ...] = ()) -> None:
        page.evaluate(axe_source)
        # A button that is just changing its colour under the mouse has for a moment the contrast of neither.
        page.evaluate(
            "Promise.race([Promise.allSettled(document.getAnimations().map(one => one.finished)),"
            " new Promise(done => setTimeout(done, 800))])"
        )
        found = page.evaluate(
            "leave => axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'],"
            " rules: Object.fromEntries(leave.map(rule => [rule, {enabled: false}]))})",
            list(leave),
        )["violations"]
        lines = [
            f"{one['id']} ({one['impact']}): {one['help']}\n    "
            + "\n    ".join(f"{node['target'][0]}: {node['html'][:160]}" for node in one["nodes"][:5])
            for one in found
        ]
        assert not lines, f"{page.url}\n" + "\n".join(lines)

    return check


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[..., Path]:
    """`shot(page, "order placed")` writes build/shots/<name>.png (git-ignored)."""

    def take(page: Page, name: str, *, full: bool = False) -> Path:
        SHOTS.mkdir(parents=True, exist_ok=True)
        path = SHOTS / (re.sub(r"[^\w-]+", "-", name).strip("-") + ".png")
        page.screenshot(path=str(path), full_page=full, animations="disabled")
        return path

    return take


@pytest.fixture
def problem() -> Callable[[Any], dict[str, Any]]:
    """The body of a problem+json answer."""

    def read(response: Any) -> dict[str, Any]:
        assert response.headers["Content-Type"].startswith("application/problem+json"), response.content[:200]
        body: dict[str, Any] = json.loads(response.content)
        return body

    return read


@pytest.fixture(scope="session")
def cast_maker() -> Replay:
    """Makes the cast by real actions the first time, from its rows afterwards."""
    from tests.cast import make_cast

    return Replay(make_cast)


@pytest.fixture
def cast(db: None, cast_maker: Replay) -> Any:
    """The fixed cast (tests/cast.py) in this test's transaction."""
    return cast_maker()


@pytest.fixture(scope="session")
def menu_maker() -> Replay:
    """The cast with the first menu published, made once a run like the cast."""
    from laojia.steps.menu.jobs import load_menu
    from tests.cast import NOW, make_cast

    def make() -> Any:
        made = make_cast()
        load_menu(NOW)
        return made

    return Replay(make)


@pytest.fixture
def cast_with_menu(db: None, menu_maker: Replay) -> Any:
    """The fixed cast and the forty items, in this test's transaction."""
    return menu_maker()
