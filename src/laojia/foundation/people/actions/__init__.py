"""Every write about people, accounts, posts and the members of teams."""

from laojia.foundation.people.actions.accounts import (
    account_for_phone,
    claim_at_station,
    claim_person,
    note_failure,
    note_sign_in,
    open_account,
    unclaim_person,
    unlock_account,
    untie_number,
)
from laojia.foundation.people.actions.data import erase_person, export_person
from laojia.foundation.people.actions.entering import enter_register
from laojia.foundation.people.actions.following import posts_follow
from laojia.foundation.people.actions.listed import post_listed_workers
from laojia.foundation.people.actions.members import (
    add_certificate,
    add_insurance,
    hand_over_lead,
    join_team,
    leave_team,
    quit_team,
)
from laojia.foundation.people.actions.merging import (
    confirm_merge,
    keep_apart,
    propose_merge,
    sweep_merged,
    undo_merge,
)
from laojia.foundation.people.actions.people import (
    add_person,
    consent,
    correct_person,
    limit_reveals,
    reveal_person,
)
from laojia.foundation.people.actions.posts import end_post, grant_post

__all__ = [
    "account_for_phone",
    "add_certificate",
    "add_insurance",
    "add_person",
    "claim_at_station",
    "claim_person",
    "confirm_merge",
    "consent",
    "correct_person",
    "end_post",
    "enter_register",
    "erase_person",
    "export_person",
    "grant_post",
    "hand_over_lead",
    "join_team",
    "keep_apart",
    "leave_team",
    "limit_reveals",
    "note_failure",
    "note_sign_in",
    "open_account",
    "post_listed_workers",
    "posts_follow",
    "propose_merge",
    "quit_team",
    "reveal_person",
    "sweep_merged",
    "unclaim_person",
    "undo_merge",
    "unlock_account",
    "untie_number",
]
