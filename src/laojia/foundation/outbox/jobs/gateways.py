"""Where messages leave: a template-shaped SMS gateway over HTTP, the demonstration's inbox, or nowhere.

A gateway takes an `Outgoing` and returns `Sent`, or raises `Undelivered`. It never decides what happens next.
"""

import json
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from laojia.foundation.outbox.models import InboxEntry
from laojia.foundation.outbox.rules import EXERCISE, Outgoing, Sent, Undelivered, signature
from laojia.kernel import clock, env
from laojia.kernel.codes import mask_name, mask_phone

_TIMEOUT = httpx.Timeout(8.0, connect=4.0)
# Answers of the gateway that another attempt cannot mend.
_FINAL = frozenset({"INVALID_PHONE", "BLACKLISTED", "TEMPLATE_UNKNOWN", "SIGN_UNKNOWN", "BAD_VARIABLES"})


class Gateway(Protocol):
    """Takes a message. Raises Undelivered."""

    def send(self, message: Outgoing, /) -> Sent: ...


@dataclass(frozen=True)
class Access:
    """What the gateway's operator gave the county."""

    url: str
    key: str
    secret: str
    sign: str
    templates: Mapping[str, str]

    @classmethod
    def from_environment(cls) -> "Access | None":
        """LAOJIA_SMS_URL and its companions; None when no gateway is set."""
        url = env.text("LAOJIA_SMS_URL")
        if not url:
            return None
        given = {name: env.text(f"LAOJIA_SMS_{name.upper()}") for name in ("key", "secret", "sign")}
        for name, value in given.items():
            if not value:
                raise env.BadSetting(f"LAOJIA_SMS_{name.upper()}", "must be given beside LAOJIA_SMS_URL")
        return cls(url, given["key"], given["secret"], given["sign"], _template_codes())


def _template_codes() -> dict[str, str]:
    """The operator's ids of our templates: a TOML file `"order.received" = "SMS_123"`; without it our own ids."""
    path = env.text("LAOJIA_SMS_TEMPLATES")
    if not path:
        return {}
    try:
        codes = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise env.BadSetting("LAOJIA_SMS_TEMPLATES", f"cannot be read: {error}") from None
    return {str(name): str(code) for name, code in codes.items()}


class SmsGateway:
    """One POST a message, signed; the operator knows the text by template id and keeps our key apart.

    Body: phone, sign, template, variables, out_id. Head: X-Access-Key, X-Timestamp, X-Nonce, X-Signature,
    Idempotency-Key. Answer: `{"code": "OK" | "DUPLICATE" | …, "id": …}`. Receipts come to pages.receipts.
    """

    def __init__(self, access: Access, *, demonstration: bool, client: httpx.Client | None = None) -> None:
        if demonstration:
            raise RuntimeError("a demonstration sends no real messages")
        self._access = access
        self._client = client or httpx.Client(timeout=_TIMEOUT)

    def send(self, message: Outgoing) -> Sent:
        if message.template == EXERCISE and EXERCISE not in self._access.templates:
            # Our own templates cannot say "exercise" in front: without the operator's the desk says it by telephone.
            raise Undelivered("exercise", again=False)
        body = json.dumps(
            {
                "phone": message.phone,
                "sign": self._access.sign,
                "template": self._access.templates.get(message.template, message.template),
                "variables": dict(message.values),
                "out_id": message.key,
            },
            ensure_ascii=False,
        ).encode()
        try:
            answer = self._client.post(self._access.url, content=body, headers=self._head(body, message.key))
        except httpx.HTTPError as error:
            raise Undelivered(type(error).__name__, again=True) from error
        return self._read(answer)

    def _head(self, body: bytes, key: str) -> dict[str, str]:
        timestamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(8)
        path = urlsplit(self._access.url).path or "/"
        return {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "X-Access-Key": self._access.key,
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": signature(self._access.secret, path, timestamp, nonce, body),
        }

    @staticmethod
    def _read(answer: httpx.Response) -> Sent:
        try:
            told = answer.json()
            code, message_id = str(told["code"]), str(told.get("id", ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Undelivered(f"http_{answer.status_code}", again=True) from None
        if answer.is_success and code in {"OK", "DUPLICATE"}:
            return Sent(message_id[:80])
        raise Undelivered(code, again=code not in _FINAL)


class Inbox:
    """The demonstration's post box, shown at /inbox/: nothing leaves the machine."""

    def send(self, message: Outgoing) -> Sent:
        entry = InboxEntry(
            key=message.key,
            person_id=message.person_id,
            shown_to=f"{mask_name(message.name)} {mask_phone(message.phone)}".strip(),
            text=message.text,
            at=clock.now(),
        )
        InboxEntry.objects.bulk_create([entry], ignore_conflicts=True)
        return Sent(f"inbox:{message.key}"[:80], delivered=True)


class NoGateway:
    """No gateway is set: everything that matters goes to the call list."""

    def send(self, _message: Outgoing, /) -> Sent:
        raise Undelivered("no_gateway", again=False)


def gateway_for(*, demonstration: bool) -> Gateway:
    """The demonstration keeps to its inbox whatever is set; elsewhere the gateway of the environment, or none."""
    if demonstration:
        return Inbox()
    access = Access.from_environment()
    return SmsGateway(access, demonstration=False) if access else NoGateway()
