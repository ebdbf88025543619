"""Commands about people, and the kinds of lists whose rows are people, teams, posts and policies."""

from laojia.foundation.people.jobs.first import first_admin
from laojia.foundation.people.jobs.likeness import arm, compare, look
from laojia.foundation.people.jobs.teams_list import TEAMS
from laojia.foundation.people.jobs.volunteers_list import VOLUNTEERS

__all__ = ["TEAMS", "VOLUNTEERS", "arm", "compare", "first_admin", "look"]
