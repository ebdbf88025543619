"""Sealing of personal data at rest and keyed hashes to look it up by.

`LAOJIA_SEAL_KEYS` is a ring `id:secret,id:secret`: the first seals, all unseal. A new key is put in front;
old rows stay readable and are sealed anew when they are written. `LAOJIA_HASH_KEY` never changes, or nothing
is found again. `LAOJIA_CIPHER` = `aes` (AES-256-GCM, SHA-256) or `sm` (SM4-GCM, SM3) for new rows.
"""

import base64
import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from laojia.kernel import env

_NONCE = 12
_TAG = 16
_LEAST_SECRET = 32  # characters; a shorter one is a password, not a key
_KEY_SIZE = {"aes": 32, "sm": 16}


class SealBroken(Exception):
    """Sealed text that no key of the ring opens, or that was changed: a fault to repair, not a refusal."""


@dataclass(frozen=True)
class _Ring:
    """Derived keys by (cipher, id); `first` is the id that seals."""

    first: str
    keys: dict[tuple[str, str], bytes]


def seal(text: str) -> str:
    """`cipher.key-id.base64(nonce, text, tag)`; two sealings of the same text differ."""
    ring = _ring()
    head = seal_head()
    nonce = os.urandom(_NONCE)
    sealed = _encrypt(cipher(), ring.keys[cipher(), ring.first], nonce, text.encode(), head.encode())
    return head + base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(sealed: str) -> str:
    """The text again. Raises SealBroken."""
    name, key_id, body = [*sealed.split(".", 2), "", ""][:3]
    key = _ring().keys.get((name, key_id))
    if key is None:
        raise SealBroken(f"no key {key_id!r} for cipher {name!r} in LAOJIA_SEAL_KEYS")
    try:
        raw = base64.urlsafe_b64decode(body)
        return _decrypt(name, key, raw[:_NONCE], raw[_NONCE:], f"{name}.{key_id}.".encode()).decode()
    except (ValueError, InvalidTag) as error:
        raise SealBroken("sealed text was changed or is none") from error


def seal_head() -> str:
    """What a text sealed today begins with: cipher and id of the first key."""
    return f"{cipher()}.{_ring().first}."


def keyed_hash(text: str) -> str:
    """64 hex signs, the same for the same text: to find and compare what is sealed."""
    mac = _hash_begun().copy()
    mac.update(text.encode())
    return mac.finalize().hex()


def digest(data: bytes, algorithm: str) -> str:
    """Plain hash in hex, `sha256` or `sm3`; the journal's chain is made of these."""
    maker = hashes.Hash(hashes.SM3() if algorithm == "sm3" else hashes.SHA256())
    maker.update(data)
    return maker.finalize().hex()


@lru_cache(maxsize=1)
def cipher() -> str:
    """`aes` or `sm`, by LAOJIA_CIPHER."""
    name = env.text("LAOJIA_CIPHER", "aes")
    if name not in _KEY_SIZE:
        raise env.BadSetting("LAOJIA_CIPHER", f"must be aes or sm, is {name!r}")
    return name


def forget_keys() -> None:
    """Read the environment again at the next use (after a change of keys in a running test)."""
    cipher.cache_clear()
    _ring.cache_clear()
    _hash_key.cache_clear()
    _hash_begun.cache_clear()
    _aes.cache_clear()


@lru_cache(maxsize=1)
def _ring() -> _Ring:
    keys: dict[tuple[str, str], bytes] = {}
    first = ""
    for entry in env.secret("LAOJIA_SEAL_KEYS").split(","):
        key_id, _colon, secret = entry.strip().rpartition(":")
        key_id = key_id or "k1"
        if len(secret) < _LEAST_SECRET or "." in key_id or ("aes", key_id) in keys:
            what = f"key {key_id!r} must have an id of its own without a point and {_LEAST_SECRET} characters"
            raise env.BadSetting("LAOJIA_SEAL_KEYS", what)
        first = first or key_id
        for name, size in _KEY_SIZE.items():
            keys[name, key_id] = _derive(secret, f"laojia seal {name}", size)
    return _Ring(first, keys)


@lru_cache(maxsize=1)
def _hash_key() -> bytes:
    secret = env.secret("LAOJIA_HASH_KEY")
    if len(secret) < _LEAST_SECRET:
        raise env.BadSetting("LAOJIA_HASH_KEY", f"must have at least {_LEAST_SECRET} characters")
    return _derive(secret, "laojia keyed hash", 32)


@lru_cache(maxsize=1)
def _hash_begun() -> hmac.HMAC:
    """The keyed hash of nothing yet: beginning one with the key costs several times what going on with it does."""
    return hmac.HMAC(_hash_key(), hashes.SM3() if cipher() == "sm" else hashes.SHA256())


@lru_cache(maxsize=16)
def _aes(key: bytes) -> AESGCM:
    """Made once for each key of the ring, for the same reason."""
    return AESGCM(key)


def _derive(secret: str, purpose: str, size: int) -> bytes:
    """One secret, one key per purpose: a leak of one tells nothing of another (RFC 5869)."""
    return HKDF(hashes.SHA256(), size, salt=None, info=purpose.encode()).derive(secret.encode())


def _encrypt(name: str, key: bytes, nonce: bytes, plain: bytes, head: bytes) -> bytes:
    if name == "aes":
        return _aes(key).encrypt(nonce, plain, head)
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(head)
    return encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def _decrypt(name: str, key: bytes, nonce: bytes, sealed: bytes, head: bytes) -> bytes:
    if name == "aes":
        return _aes(key).decrypt(nonce, sealed, head)
    body, tag = sealed[:-_TAG], sealed[-_TAG:]
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(head)
    return decryptor.update(body) + decryptor.finalize()
