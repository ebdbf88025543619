"""The one visible place for decisions: roles, permissions, transitions, deadlines. Pure: no framework, no clock."""
