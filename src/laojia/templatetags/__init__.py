"""Tags and filters of the pages, built into every template by conf/settings.py."""
