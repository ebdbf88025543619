"""Prints docs/policy.md, config.md, metrics.md and openapi.json from what the program runs on; a test fails when they are stale."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from laojia.conf.options import OPTIONS
from laojia.kernel import env
from laojia.policy.consequences import CONSEQUENCES
from laojia.policy.contact import MOST_A_DAY, MOST_TRIES, QUIET_FROM, QUIET_TO
from laojia.policy.deadlines import DEADLINES, Span, Unit
from laojia.policy.metrics import EXCLUSIONS, METRICS, UNITS
from laojia.policy.permissions import BEHALF, LISTS, PERMISSIONS, PROTECTED_ROLES
from laojia.policy.reasons import REASONS
from laojia.policy.roles import SECOND_FACTOR_ROLES, SEPARATE_ROLES, Role
from laojia.policy.transitions import MACHINES, Machine

DOCS = env.ROOT / "docs"
GENERATED = "<!-- printed by `laojia docs` from src/laojia; change the tables, not this page -->"
_UNITS = {
    Unit.WORKING_HOURS: "working hours",
    Unit.WORKING_DAYS: "working days",
    Unit.HOURS: "hours",
    Unit.DAYS: "days",
}


def policy_page() -> str:
    """Machines, who may what, reasons, consequences, clocks."""
    parts = (
        _policy_head(), _machines(), _permissions(), _behalf(), _lists(), _reasons(), _consequences(), _clocks(), _peace(),
    )  # fmt: skip
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _policy_head() -> Iterator[str]:
    yield "# Policy"
    yield ""
    yield GENERATED
    yield ""
    yield "Who may do what, which state follows, by when. All of it stands in `src/laojia/policy/`; this page only shows it."


def _machines() -> Iterator[str]:
    for kind, machine in MACHINES.items():
        yield f"\n## {kind}\n"
        yield from _diagram(machine)
        yield ""
        yield "| verb | from | to | needs |"
        yield "|---|---|---|---|"
        for move in machine.moves:
            targets = ", ".join(move.targets)
            yield f"| `{move.verb}` | {_in_order(move.sources, machine)} | {targets} | {_list(move.needs)} |"
        for verb, states in machine.stays.items():
            yield f"| `{verb}` | {_in_order(states, machine)} | stays | |"


def _diagram(machine: Machine) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for start in machine.states:
        if start in machine.starts:
            yield f"  [*] --> {start}"
    edges: dict[tuple[str, str], list[str]] = {}
    for move in machine.moves:
        for source in sorted(move.sources, key=machine.states.index):
            for target in move.targets:
                edges.setdefault((source, target), []).append(move.verb.partition(".")[2])
    for (source, target), verbs in edges.items():
        yield f"  {source} --> {target}: {', '.join(verbs)}"
    leaving = {source for source, _ in edges}
    for end in machine.states:
        if end not in leaving:
            yield f"  {end} --> [*]"
    yield "```"


def _permissions() -> Iterator[str]:
    yield "\n## Who may what\n"
    yield "own: about the person himself; team: his team's; area: inside his area; kept: he is the named keeper;"
    yield "entered: typed in by himself for somebody; all: everywhere. `system` is the clock."
    yield f"Second factor enrolled: {_list(SECOND_FACTOR_ROLES)}."
    yield f"Never held together: {_list(SEPARATE_ROLES)}."
    yield f"Protected rows are listed for: {_list(PROTECTED_ROLES)}."
    kind = ""
    for verb, roles in PERMISSIONS.items():
        if verb.partition(".")[0] != kind:
            kind = verb.partition(".")[0]
            yield f"\n### {kind}\n\n| verb | who (where) |\n|---|---|"
        who = ", ".join(
            f"{role.value} ({scope.value})" for role, scope in sorted(roles.items(), key=_role_order)
        )
        yield f"| `{verb}` | {who or 'nobody: follows from other verbs'} |"


def _role_order(item: tuple[Role, object]) -> int:
    return list(Role).index(item[0])


def _behalf() -> Iterator[str]:
    yield "\n## On behalf of somebody\n"
    yield "The person spoken for must be permitted himself; both names and the channel are journalled."
    yield "\n| role | verbs |\n|---|---|"
    for role, verbs in BEHALF.items():
        yield f"| {role.value} | {_list(f'`{verb}`' for verb in verbs)} |"


def _lists() -> Iterator[str]:
    yield "\n## Lists\n"
    yield "Kinds of lists a post reads in, sees and takes back. Each row is asked for by its own verb."
    yield "\n| role | kinds |\n|---|---|"
    for role, kinds in LISTS.items():
        yield f"| {role.value} | {_list(kinds)} |"


def _reasons() -> Iterator[str]:
    yield "\n## Reason codes\n\n| verb | codes |\n|---|---|"
    for verb, codes in REASONS.items():
        yield f"| `{verb}` | {', '.join(codes)} |"


def _consequences() -> Iterator[str]:
    yield "\n## What may follow from what\n"
    yield "A consequence is journalled under the same actor and names its cause; it needs no permission of its own."
    yield "\n| because of | may follow |\n|---|---|"
    for cause, verbs in CONSEQUENCES.items():
        if verbs:
            yield f"| `{cause}` | {_list(f'`{verb}`' for verb in verbs)} |"


def _clocks() -> Iterator[str]:
    yield "\n## Clocks\n"
    yield "Defaults; a county may change each. Working time knows holidays and make-up days; inner clocks never pass the promise."
    yield "\n| clock | by when | urgent |\n|---|---|---|"
    for kind, (ordinary, urgent) in DEADLINES.items():
        yield f"| `{kind}` | {_span(ordinary)} | {_span(urgent) if urgent else 'the same'} |"


def _peace() -> Iterator[str]:
    yield "\n## When people are left in peace\n"
    yield f"Nothing is sent or called from {QUIET_FROM:%H:%M} to {QUIET_TO:%H:%M} but the kinds marked `urgent` in data/messages.toml."
    yield (
        f"At most {MOST_A_DAY} automatic messages a day to one person, the rest the next morning, but for the kinds"
        " marked `counts = false`."
    )
    yield f"A call nobody answers comes back {MOST_TRIES} times, then the contact or the grid worker is asked."


def _span(span: Span) -> str:
    if span.unit is Unit.SAME_DAY:
        return "end of the same working day"
    unit = _UNITS[span.unit]
    return f"{span.amount} {unit if span.amount != 1 else unit.removesuffix('s')}"


def _in_order(states: Iterable[str], machine: Machine) -> str:
    return ", ".join(sorted(states, key=machine.states.index))


def _list(words: Iterable[object]) -> str:
    return ", ".join(sorted(str(getattr(word, "value", word)) for word in words))


def config_page() -> str:
    """All environment variables."""
    rows = (f"| `{one.name}` | {one.shape} | {one.default} | {one.what} |" for one in OPTIONS)
    head = (
        "# Configuration",
        "",
        GENERATED,
        "",
        "All of it comes from the environment; nothing needs to be set for a trial. `laojia doctor` checks what is running.",
        "",
        "| variable | shape | default | what it does |",
        "|---|---|---|---|",
    )
    return "\n".join((*head, *rows)) + "\n"


def interface_page() -> str:
    """The description of the interface (OpenAPI 3.1), as the running application gives it out."""
    from laojia.conf.api import api  # the routers need the application set up

    return json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1, default=str) + "\n"


def metrics_page() -> str:
    """Every figure that is shown anywhere, and what it means."""
    lines = ["# What the figures mean", "", GENERATED, ""]
    lines += [
        "One meaning on every page. `month` is `/month/`, `overview` is `/overview/`, `figures` is `/figures/`.",
        "",
    ]
    for metric in METRICS.values():
        lines += [
            f"## `{metric.code}`: {metric.name}",
            "",
            metric.sentence,
            "",
            f"* counted: {metric.formula}",
        ]
        lines += [f"* left out: {EXCLUSIONS[key]}" for key in metric.excludes]
        shown = ", ".join(metric.pages) + (", a team's own page" if metric.teams else "")
        lines += [
            f"* unit: {UNITS[metric.unit]}" + (f"; told apart by {metric.split}" if metric.split else "")
        ]
        lines += [f"* shown on: {shown}", ""]
    return "\n".join(lines).rstrip() + "\n"


def pages() -> Mapping[Path, str]:
    """Each generated page and what it should say now."""
    return {
        DOCS / "policy.md": policy_page(),
        DOCS / "config.md": config_page(),
        DOCS / "metrics.md": metrics_page(),
        DOCS / "openapi.json": interface_page(),
    }


def stale() -> list[str]:
    """Generated pages that no longer say what the tables say."""
    return [
        path.name
        for path, text in pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def write() -> list[str]:
    """Print the generated pages anew; names of those that changed."""
    changed = stale()
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [f"{name} printed anew" for name in changed] or ["nothing changed"]
