"""Checks of cells, the sentences about them, the form a sheet comes in by."""
