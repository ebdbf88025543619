"""The top: settings, routes, the command line. Knows everything, is known by nothing below."""
