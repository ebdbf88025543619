"""Messages and clocks, pure: templates, what may stand in a variable, quiet hours, back-off, signatures."""

import hashlib
import hmac
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType

from laojia.kernel.clock import CHINA
from laojia.policy import contact

PACKAGE = Path(__file__).resolve().parents[2]
LANGUAGES = ("zh-hans", "zh-hant", "en")
MOST_ATTEMPTS = 8
_FIRST_WAIT = timedelta(seconds=20)
_LONGEST_WAIT = timedelta(hours=1)
_RECEIPT_AGE = 600  # seconds; older ones are replays
_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:+./_-]{0,79}")
_PHONE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
_HOLE = re.compile(r"\{(\w+)\}")
_ENDING = {
    "zh-hans": "我们不会向您要验证码、要钱",
    "zh-hant": "我們不會向您要驗證碼、要錢",
    "en": "We never ask you for a code or for money",
}

Variables = Mapping[str, str | int]


@dataclass(frozen=True)
class Template:
    """One message in all languages. `call`: worth a telephone call when no message reaches the person.

    `counts`: one of the few automatic messages a day; what must be known the same day does not count.
    `stands`: says how something stands; by telephone only the newest of these is said.
    `opens` is the purpose of the link made for it when the caller gives none.
    """

    id: str
    purpose: str
    texts: Mapping[str, str]
    variables: frozenset[str]
    urgent: bool = False
    call: bool = True
    secret: bool = False
    counts: bool = True
    stands: bool = False
    opens: str = ""


@dataclass(frozen=True)
class Recipient:
    """Whom a message reaches, looked up when it is sent. No phone or no consent: somebody calls instead."""

    person_id: int | None
    name: str
    phone: str = ""
    takes_messages: bool = True
    area_path: str = ""
    language: str = "zh-hans"


@dataclass(frozen=True)
class Outgoing:
    """A message ready for a gateway. `key` is the promise of one message, however often it is sent."""

    key: str
    phone: str
    template: str
    values: Mapping[str, str]
    text: str
    person_id: int | None
    name: str


@dataclass(frozen=True)
class Sent:
    """The gateway took it; `delivered` when no receipt will follow."""

    gateway_id: str
    delivered: bool = False


class Undelivered(Exception):
    """The gateway did not take it. `again`: it may another time."""

    def __init__(self, code: str, *, again: bool) -> None:
        super().__init__(code)
        self.code = code[:40]
        self.again = again


def ending(language: str) -> str:
    """The sentence every message ends with."""
    return _ENDING.get(language, _ENDING["zh-hans"])


@cache
def templates() -> Mapping[str, Template]:
    """Every template of every app, from their data/messages.toml. Raises ValueError on a faulty one."""
    found: dict[str, Template] = {}
    for path in sorted(PACKAGE.glob("**/data/messages.toml")):
        for template in _read(tomllib.loads(path.read_text(encoding="utf-8"))):
            if template.id in found:
                raise ValueError(
                    f"message {template.id} stands twice, again in {path.name} of {path.parents[1].name}"
                )
            found[template.id] = template
    return MappingProxyType(found)


def _read(tables: Mapping[str, Mapping[str, Mapping[str, object]]]) -> Iterable[Template]:
    for family, messages in tables.items():
        for name, entry in messages.items():
            texts = {language: str(entry[language.replace("-", "_")]) for language in LANGUAGES}
            holes = {language: frozenset(_HOLE.findall(text)) for language, text in texts.items()}
            if len(set(holes.values())) != 1:
                raise ValueError(f"message {family}.{name}: the languages name different variables")
            yield Template(
                id=f"{family}.{name}",
                purpose=str(entry["purpose"]),
                texts=MappingProxyType(texts),
                variables=holes["zh-hans"] - WORDS.keys() - {"link"},
                urgent=bool(entry.get("urgent", False)),
                call=bool(entry.get("call", True)),
                secret=bool(entry.get("secret", False)),
                counts=bool(entry.get("counts", True)),
                stands=bool(entry.get("stands", False)),
                opens=str(entry.get("opens", _OPENS.get(family, ""))),
            )


# What the link of a family's messages opens, and where such links lead.
_OPENS = MappingProxyType(
    {"order": "order", "offer": "offer", "review": "review", "roster": "roster", "complaint": "complaint"}
)
LINK_PATHS: Mapping[str, str] = MappingProxyType(
    {"order": "l", "offer": "offer", "review": "review", "roster": "volunteer", "complaint": "complain"}
)

# Words a template may name that are looked up when it is sent; said like this when nobody knows better.
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "item": {"zh-hans": "您约的事", "zh-hant": "您約的事", "en": "what you asked for"},
        "team": {"zh-hans": "志愿服务队", "zh-hant": "志願服務隊", "en": "the volunteer team"},
        "place": {"zh-hans": "约好的地方", "zh-hant": "約好的地方", "en": "the agreed place"},
    }
)


def check_variables(template: Template, variables: Variables) -> None:
    """Raises ValueError unless every variable is there and is an identifier, a number or a date.

    Names, phone numbers and free words are looked up when the message is sent: they never rest in the queue.
    """
    missing = template.variables - variables.keys()
    if missing:
        raise ValueError(f"message {template.id} needs {', '.join(sorted(missing))}")
    for name, value in variables.items():
        plain = isinstance(value, int) or bool(_VALUE.fullmatch(value))
        if not plain or _PHONE.fullmatch(str(value)):
            raise ValueError(f"variable {name} of {template.id} is neither identifier, number nor date")


def render(template: Template, values: Mapping[str, str], language: str) -> tuple[str, dict[str, str]]:
    """Text of a message with its ending, and the values that stand in it, for the gateway's own template."""
    chosen = language if language in template.texts else LANGUAGES[0]
    known = {name: by_language[chosen] for name, by_language in WORDS.items()} | dict(values)
    wanted = {name: known[name] for name in _HOLE.findall(template.texts[chosen])}
    text = _HOLE.sub(lambda hole: wanted[hole[1]], template.texts[chosen])
    if chosen == "en":
        return f"{text} {ending(chosen)}.", wanted
    # A link must not swallow the sentence behind it when a phone turns it into something to press.
    return f"{text}{'' if text.endswith('。') else ' '}{ending(chosen)}。", wanted


def is_quiet(now: datetime) -> bool:
    """Between nine in the evening and eight in the morning only urgent messages leave."""
    return contact.is_quiet(now.astimezone(CHINA))


def back_off(attempts: int) -> timedelta:
    """How long to wait after the n-th failure: doubling, an hour at most."""
    doublings = min(max(attempts - 1, 0), 12)
    return min(_LONGEST_WAIT, _FIRST_WAIT * (1 << doublings))


def rests_while_provisional(kind: str) -> bool:
    """Clocks that declare something overdue (`….overdue`) do not ring on a provisional date."""
    return kind.endswith(".overdue")


def signature(secret: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """HMAC-SHA256 in hex over path, moment, nonce and the hash of the body; both directions use it."""
    parts = "\n".join(("POST", path, timestamp, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), parts.encode(), hashlib.sha256).hexdigest()


def receipt_is_genuine(secret: str, path: str, head: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Signed with our secret, within ten minutes of now."""
    timestamp, nonce = head.get("X-Timestamp", ""), head.get("X-Nonce", "")
    if not secret or not re.fullmatch(r"\d{1,12}", timestamp, re.ASCII):
        return False
    age = abs((now - datetime.fromtimestamp(int(timestamp), UTC)).total_seconds())
    wanted = signature(secret, path, timestamp, nonce, body)
    return age <= _RECEIPT_AGE and hmac.compare_digest(wanted.encode(), head.get("X-Signature", "").encode())


# Person or team → whom it reaches now; kind and id of a thing, language → its words.
Resolve = Callable[[int | None, int | None], Sequence[Recipient]]
Words = Callable[[str, int, str], Mapping[str, str]]
# A word the layers above give for a row that is an exercise; and the operator's template that carries a whole sentence.
PRACTICE = "practice"
EXERCISE = "practice.notice"
