"""Every state, verb, role, channel and reason has a shown word."""

from laojia import labels
from laojia.policy.reasons import REASONS
from laojia.policy.roles import Channel, Role
from laojia.policy.transitions import MACHINES
from laojia.policy.verbs import LOOKING, VERBS


def test_every_name_has_its_word() -> None:
    assert {kind: set(machine.states) for kind, machine in MACHINES.items()} == {
        kind: set(words) for kind, words in labels.STATES.items()
    }
    assert set(labels.VERBS) == VERBS - LOOKING
    assert {role.value for role in Role} == set(labels.ROLES)
    assert {channel.value for channel in Channel} == set(labels.CHANNELS)
    assert {code for codes in REASONS.values() for code in codes} == set(labels.REASONS)
