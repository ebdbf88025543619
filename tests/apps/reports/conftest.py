"""The small world of the routes table, a Thursday noon."""

from tests.tables.test_routes import world, world_maker

__all__ = ["world", "world_maker"]
