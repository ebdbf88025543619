"""Posts follow when the area they are held at is merged, split or renumbered."""

from django.db.models import Q

from laojia.foundation.area.queries.holdings import Moved
from laojia.foundation.people.models import Post


def posts_follow(moved: Moved) -> int:
    """Who served an area serves what takes its place: every part of a split one, until somebody decides otherwise.

    A post is a fact from–to, so the old one ends on the day and new ones begin; one that has not begun yet moves.
    Returns how many followed.
    """
    held = Post.objects.filter(area__in=list(moved.successors)).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=moved.on)
    )
    there: set[tuple[object, ...]] = set(
        Post.objects.filter(area__in=[pk for news in moved.successors.values() for pk, _path in news])
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=moved.on))
        .values_list("person_id", "role", "area_id", "station_id", "team_id", "unit_id")
    )
    ended: list[int] = []
    fresh: list[Post] = []
    count = 0
    for post in held.order_by("pk"):
        count += 1
        for new, _path in moved.successors[post.area_id or 0]:
            key = (post.person_id, post.role, new, post.station_id, post.team_id, post.unit_id)
            if key in there:
                continue
            there.add(key)
            fresh.append(
                Post(
                    person_id=post.person_id, role=post.role, area_id=new, station_id=post.station_id,
                    team_id=post.team_id, unit_id=post.unit_id, zone_id=post.zone_id,
                    valid_from=max(post.valid_from, moved.on), valid_to=post.valid_to,
                )
            )  # fmt: skip
        ended.append(post.pk)
    rows = Post.objects.filter(pk__in=ended)
    # One that was to begin later never holds at the old area: it is over on the day it begins.
    for post in rows.filter(valid_from__gt=moved.on).only("pk", "valid_from"):
        Post.objects.filter(pk=post.pk).update(valid_to=post.valid_from)
    rows.filter(valid_from__lte=moved.on).update(valid_to=moved.on)
    Post.objects.bulk_create(fresh, 500)
    return count
