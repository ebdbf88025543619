"""Rate limits shared by all processes: so many in so long, per key, and from when it is possible again."""

from datetime import datetime, timedelta

from django.core.cache import cache

from laojia.kernel.crypto import keyed_hash


def take(name: str, key: str, *, most: int, within: timedelta, now: datetime) -> datetime | None:
    """Use one of `most` places of the last `within`; None when it was free, else the moment one becomes free.

    A place is one cache entry that expires by itself; adding it is atomic, so that two requests never share one.
    The key is hashed: phone numbers do not rest in the cache. `most` is small (each place costs a look).
    """
    places = [f"limit:{name}:{keyed_hash(key)[:32]}:{place}" for place in range(most)]
    held: dict[str, float] = cache.get_many(places)
    for place in places:
        if place not in held and cache.add(place, now.timestamp(), timeout=int(within.total_seconds())):
            return None
    oldest = min(held.values(), default=now.timestamp())
    return max(now, datetime.fromtimestamp(oldest, now.tzinfo) + within)


def give_back(name: str, key: str, *, most: int) -> None:
    """Free all places of the key (the limit was for failures, and this was none)."""
    cache.delete_many([f"limit:{name}:{keyed_hash(key)[:32]}:{place}" for place in range(most)])
