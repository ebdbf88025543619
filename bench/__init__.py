"""What is measured, how, and against what: `make bench` (docs/performance.md says what came of it)."""
