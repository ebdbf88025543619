"""Work beside the five steps: it reads the steps and writes tables of its own, the steps know nothing of it."""
