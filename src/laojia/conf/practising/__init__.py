"""The training copy: `laojia practice`."""
