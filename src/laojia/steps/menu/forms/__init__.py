"""Forms of the menu desk, the occasions desk and the points editor: input checks that need no decision."""
