"""What every step stands on; siblings import downward only: teams, people, area, outbox, journal, calendar, files."""
