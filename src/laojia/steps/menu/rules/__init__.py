"""Decisions of the menu, pure: no framework, no clock, no database."""
