"""Every verb once. A verb is the joint: permission key, edge, journal name, API path, function, button label."""

from __future__ import annotations

from laojia.policy.permissions import PERMISSIONS

VERBS: frozenset[str] = frozenset(PERMISSIONS)

# Verbs that only look: they write no journal row (revealing does).
LOOKING: frozenset[str] = frozenset(
    v for v in VERBS if v.split(".")[1] in {"see", "list", "see_draft", "see_shared", "call_list"}
)
