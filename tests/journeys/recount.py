"""December counted again in plain SQL, from the words of the catalogue; nothing here knows the page or its queries."""

from __future__ import annotations

from django.db import connection

# What was placed (o.placed_at), what took place (c.starts_at): November 30, 16:00 UTC is midnight in China.
MONTH = "BETWEEN '2026-11-30 16:00:00' AND '2026-12-31 15:59:59.999999'"
_OPEN = "o.practice = 0 AND o.sealed = 0"
_TAKEN = f"{_OPEN} AND o.placed_at {MONTH} AND o.state <> 'merged' AND NOT (o.state = 'cancelled' AND o.arranged_at IS NULL)"
_HELD = f"c.practice = 0 AND c.sealed = 0 AND c.starts_at {MONTH}"
_VISITS = f"order_attendance a JOIN menu_occasion c ON c.id = a.occasion_id WHERE {_HELD} AND a.sealed = 0"
_RECORDS = f"serve_lawrecord r JOIN menu_occasion c ON c.id = r.occasion_id WHERE {_HELD}"

COUNTS = {
    "occasions_held": f"SELECT count(*) FROM menu_occasion c WHERE {_HELD} AND c.state IN ('held', 'recorded')",
    "helped_orders": f"SELECT count(*) FROM order_order o WHERE {_OPEN} AND o.served_at {MONTH}"
    " AND o.outcome IN ('done', 'partly') AND o.wants_occasion_id IS NULL",
    "helped_seats": f"SELECT coalesce(sum(a.seats), 0) FROM {_VISITS} AND a.state = 'came' AND c.kind = 'seats'",
    "village_heads": f"SELECT coalesce(sum(r.helped), 0) FROM {_RECORDS} AND c.kind = 'whole_village' AND r.recorded_at IS NOT NULL",
    "walk_ins": "SELECT coalesce(sum(heads), 0) FROM serve_walkintally WHERE date BETWEEN '2026-12-01' AND '2026-12-31'",
    "standing_made": f"SELECT count(*) FROM {_VISITS} AND a.state = 'came' AND c.standing_id IS NOT NULL",
    "standing_missed": f"SELECT count(*) FROM {_VISITS} AND a.state IN ('not_home', 'refused', 'team_absent')"
    " AND c.standing_id IS NOT NULL",
    "standing_running": "SELECT count(*) FROM order_standinghelp WHERE state IN ('active', 'paused')",
    "orders_taken": f"SELECT count(*) FROM order_order o WHERE {_TAKEN}",
    "orders_helped": f"SELECT count(*) FROM order_order o WHERE {_TAKEN} AND o.state IN ('served', 'closed') AND o.outcome <> 'cannot'",
    "orders_open": f"SELECT count(*) FROM order_order o WHERE {_TAKEN}"
    " AND o.state IN ('received', 'waiting', 'arranged', 'need_info', 'waitlisted', 'suspended')",
    "cannot": f"SELECT count(*) FROM order_order o WHERE {_TAKEN}"
    " AND (o.state = 'refused' OR (o.state IN ('served', 'closed') AND o.outcome = 'cannot'))",
    "cancelled_later": f"SELECT count(*) FROM order_order o WHERE {_TAKEN} AND o.state = 'cancelled'",
    "cancelled_early": f"SELECT count(*) FROM order_order o WHERE {_OPEN} AND o.placed_at {MONTH}"
    " AND o.state = 'cancelled' AND o.arranged_at IS NULL",
    "unlisted": f"SELECT count(*) FROM order_order o WHERE {_TAKEN} AND o.described = 1",
    "reviews": f"SELECT count(*) FROM review_review WHERE counts = 1 AND sealed = 0 AND at {MONTH}",
    "complaints": f"SELECT count(*) FROM review_complaint WHERE filed_at {MONTH}",
    "complaint_ends": f"SELECT count(*) FROM review_complaint WHERE filed_at {MONTH}",
    "incidents": f"SELECT count(*) FROM review_incident WHERE happened_at {MONTH}",
    "records_in_time": f"SELECT count(*) FROM {_RECORDS} AND r.recorded_at <= r.due_at",
    "records_late": f"SELECT count(*) FROM {_RECORDS} AND r.recorded_at > r.due_at",
    "records_owed": f"SELECT count(*) FROM {_RECORDS} AND r.recorded_at IS NULL",
    "calls_ticked": f"SELECT count(*) FROM outbox_message WHERE state = 'called' AND sent_at {MONTH}",
    "follow_ups": f"SELECT count(*) FROM review_followup WHERE at {MONTH}",
    "not_reviewed": f"SELECT count(*) FROM order_order o WHERE {_OPEN} AND o.served_at {MONTH}"
    " AND o.state = 'closed' AND o.close_kind = 'not_reviewed'",
    "orders_late": f"SELECT count(*) FROM order_order o WHERE {_TAKEN} AND (o.late_since IS NOT NULL OR"
    " (o.state IN ('received', 'waiting', 'need_info') AND o.promise_provisional = 0 AND o.promise_due_at < %s))",
}
MINUTES = (
    f"SELECT coalesce(sum(l.minutes), 0) FROM serve_rosterline l JOIN menu_occasion c ON c.id = l.occasion_id WHERE {_HELD}"
    " AND l.state = 'came'"
)
WAITED = (
    f"SELECT (julianday(o.arranged_at) - julianday(o.placed_at)) * 24 FROM order_order o WHERE {_TAKEN}"
    " AND o.arranged_at IS NOT NULL AND o.wants_occasion_id IS NULL ORDER BY 1"
)


def recounted(now: str) -> dict[str, float]:
    """Code of a figure → what it must be. `now`: the moment as the database writes it, in UTC."""
    found: dict[str, float] = {}
    with connection.cursor() as cursor:
        for code, statement in COUNTS.items():
            cursor.execute(statement, [now] if "%s" in statement else [])
            found[code] = cursor.fetchone()[0]
        cursor.execute(MINUTES)
        found["volunteer_time"] = round(cursor.fetchone()[0] / 60, 1)
        cursor.execute(WAITED)
        hours = [row[0] for row in cursor.fetchall()]
    if hours:
        middle = len(hours) // 2
        found["until_found"] = round(
            hours[middle] if len(hours) % 2 else (hours[middle - 1] + hours[middle]) / 2, 1
        )
    return found
