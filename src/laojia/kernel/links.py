"""Links in messages that open exactly one thing: a few signs that say what, and a keyed check. Nothing is stored.

Whoever holds the link may do what its purpose allows for that one row, so it holds identifiers only, and the page
that reads it decides from the row's state whether it still opens anything.
"""

import base64
import hmac
import re

from laojia.kernel.crypto import keyed_hash

PURPOSES = {"order": "o", "offer": "f", "review": "v", "complaint": "c", "roster": "r"}
KINDS = {
    "order": "o",
    "occasion": "c",
    "offer": "f",
    "attendance": "a",
    "roster": "r",
    "standing": "s",
    "complaint": "k",
    "incident": "i",
    "invite": "n",
}
_PURPOSE_OF = {sign: name for name, sign in PURPOSES.items()}
_KIND_OF = {sign: name for name, sign in KINDS.items()}
_CHECK = 20  # signs of base64: 120 bits
_BODY = re.compile(r"([a-z])([a-z])([1-9]\d{0,18})(?:_([1-9]\d{0,18}))?")


def make_link(kind: str, row_id: int, purpose: str, to: int | None = None) -> str:
    """A token for one row and one purpose; `to` is the person it was sent to, where several could hold it.

    Raises ValueError on an unknown kind or purpose or a row without a number.
    """
    if kind not in KINDS or purpose not in PURPOSES or row_id < 1 or (to is not None and to < 1):
        raise ValueError(f"no link for {kind!r} {row_id} {purpose!r}")
    body = f"{PURPOSES[purpose]}{KINDS[kind]}{row_id}" + (f"_{to}" if to is not None else "")
    return body + _check(body)


def read_link(token: str) -> tuple[str, int, str] | None:
    """(kind, id, purpose), or None when it is no link of ours."""
    found = _read(token)
    return found[:3] if found else None


def link_holder(token: str) -> int | None:
    """The person the link was sent to, when it names one."""
    found = _read(token)
    return found[3] if found else None


def _read(token: str) -> tuple[str, int, str, int | None] | None:
    body, check = token[:-_CHECK], token[-_CHECK:]
    match = _BODY.fullmatch(body)
    if match is None or not hmac.compare_digest(_check(body).encode(), check.encode()):
        return None
    purpose, kind, number, to = match.groups()
    if purpose not in _PURPOSE_OF or kind not in _KIND_OF:
        return None
    return _KIND_OF[kind], int(number), _PURPOSE_OF[purpose], int(to) if to else None


def _check(body: str) -> str:
    raw = bytes.fromhex(keyed_hash(f"link {body}"))[: _CHECK * 3 // 4]
    return base64.urlsafe_b64encode(raw).decode()
