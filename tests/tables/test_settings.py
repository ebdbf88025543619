"""Password rule, headers, and that production is closed where a trial is open."""

import os
import secrets
import subprocess
import sys

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from laojia.conf.headers import POLICY


@pytest.mark.parametrize("password", ["Gan7ting", "gan-ting7", "GAN-TING7", "洪洞Gt7洪洞洪洞"])
def test_three_classes_are_enough(password: str) -> None:
    validate_password(password)


@pytest.mark.parametrize("password", ["Gan7tin", "ganting7x", "GANTING77", "gantingxy", "Password1"])
def test_short_plain_or_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/nowhere/", "/accounts/login/"])
def test_every_answer_carries_the_strict_policy(path: str) -> None:
    answer = Client().get(path)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_the_policy_allows_nothing_inline_and_nobody_else() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert POLICY.startswith("default-src 'none'")


@pytest.fixture
def production(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a production, with a database of its own."""
    given = {
        name: secrets.token_urlsafe(48)
        for name in ("LAOJIA_SECRET_KEY", "LAOJIA_SEAL_KEYS", "LAOJIA_HASH_KEY")
    }
    plain = {key: value for key, value in os.environ.items() if not key.startswith("LAOJIA_")}
    return {
        **plain,
        **given,
        "LAOJIA_SEAL_KEYS": f"k1:{given['LAOJIA_SEAL_KEYS']}",
        "LAOJIA_MODE": "production",
        "LAOJIA_HOSTS": "laojia.example.cn",
        "LAOJIA_VAR": str(tmp_path_factory.mktemp("production")),
    }


def laojia(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "laojia.conf.cli", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_frameworks_own_deployment_check_finds_nothing(production: dict[str, str]) -> None:
    # W005, W021: https for all names below and for browsers' own lists is the county's decision for its whole domain.
    done = laojia(production, "manage", "check", "--deploy", "--fail-level", "WARNING")
    left = ("security.W005", "security.W021")
    lines = [
        line
        for line in done.stderr.splitlines()
        if line.startswith("?:") and not any(one in line for one in left)
    ]
    assert not lines, done.stderr


@pytest.mark.parametrize("name", ["LAOJIA_SECRET_KEY"])
def test_production_without_a_secret_is_one_readable_line(production: dict[str, str], name: str) -> None:
    del production[name]
    done = laojia(production, "manage", "check")
    assert done.returncode == 1
    assert done.stderr.startswith(f"Setting {name}: must be given in production")
