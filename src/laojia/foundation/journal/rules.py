"""The chain of the journal, pure: what a row is reduced to, and how it hangs on the one before it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from laojia.kernel.crypto import digest

COVERED = (
    "id", "at", "verb", "kind", "subject_id", "actor_id", "behalf_id", "channel", "from_state", "to_state",
    "reason", "fields", "cause", "practice",
)  # fmt: skip
ALGORITHMS = ("sha256", "sm3")


def canonical(row: Mapping[str, object]) -> str:
    """The covered columns as JSON with sorted names and the moment in UTC: the same on every database."""
    plain = {name: row[name] for name in COVERED}
    at = plain["at"]
    if isinstance(at, datetime):
        plain["at"] = at.astimezone(UTC).isoformat(timespec="microseconds")
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def link(previous: str, row: str, algorithm: str) -> str:
    """Digest over the digest before and the row."""
    return digest(f"{previous}\n{row}".encode(), algorithm)


def hangs_on(previous: str, row: str, found: str) -> bool:
    """True when the digest is that of the row after `previous`, whichever algorithm was in force then."""
    return any(link(previous, row, algorithm) == found for algorithm in ALGORITHMS)
