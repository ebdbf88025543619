"""Laojia (老家): menu, order, dispatch, serve, review, for a Chinese county."""
