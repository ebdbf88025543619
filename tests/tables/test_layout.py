"""Every app looks the same, imports point one way, decisions never read the clock."""

import ast
import inspect
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "laojia"
EDGES = {"urls", "pages", "api", "admin", "jobs"}
MODULES = EDGES | {"forms", "actions", "queries", "models", "rules", "apps", "__init__"}
FOLDERS = {"actions", "queries", "pages", "forms", "jobs", "rules", "models", "migrations", "data"}
OURS = [one for one in apps.get_app_configs() if one.name.startswith("laojia.") and one.label != "top"]
APP_PATHS = {config.label: Path(config.path) for config in OURS}
LONGEST = 400


def sources(folder: Path = PACKAGE) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "migrations" not in path.parts)


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("label", sorted(APP_PATHS))
def test_an_app_has_only_the_known_files(label: str) -> None:
    strange = [
        entry.name
        for entry in APP_PATHS[label].iterdir()
        if entry.name != "__pycache__"
        and not (entry.is_dir() and entry.name in FOLDERS)
        and not (entry.is_file() and entry.suffix == ".py" and entry.stem in MODULES)
    ]
    assert not strange, (
        f"{label} holds {strange}. An app has {sorted(MODULES)} and the folders {sorted(FOLDERS)} only: "
        "a read belongs in queries, a write in actions, a decision in rules, a small tool in kernel."
    )


@pytest.mark.parametrize("label", sorted(APP_PATHS))
def test_a_module_is_a_file_or_a_folder_not_both(label: str) -> None:
    both = [
        name
        for name in FOLDERS
        if (APP_PATHS[label] / name).is_dir() and (APP_PATHS[label] / f"{name}.py").exists()
    ]
    assert not both


def test_every_folder_of_the_layers_is_an_installed_app() -> None:
    folders = {
        f"laojia.{layer}.{entry.name}"
        for layer in ("foundation", "steps", "desks", "channels")
        if (PACKAGE / layer).is_dir()
        for entry in (PACKAGE / layer).iterdir()
        if entry.is_dir() and entry.name != "__pycache__"
    }
    assert folders == {config.name for config in OURS}


def test_every_app_stands_in_the_contract_of_inner_order() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    inner = next(one for one in contracts if one["name"].startswith("Inside an app"))
    assert set(inner["containers"]) == {config.name for config in OURS}


def test_imports_point_one_way() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]


# --- purity the import graph cannot see -------------------------------------------------------------------------

CLOCKS = {"now", "utcnow", "today", "time", "time_ns"}
CHANCE = {"random", "randint", "choice", "shuffle", "sample", "uniform", "randrange", "choices"}


def calls(path: Path) -> Iterator[tuple[int, str, str]]:
    """(line, owner, name) of every call."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                owner = node.func.value
                yield (
                    node.lineno,
                    owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", ""),
                    node.func.attr,
                )
            elif isinstance(node.func, ast.Name):
                yield node.lineno, "", node.func.id


def reads_clock(owner: str, name: str) -> bool:
    return (owner in {"datetime", "date", "time", "timezone", "clock"} and name in CLOCKS) or (
        owner == "" and name == "now"
    )


def pure_modules() -> list[Path]:
    rules = [path for path in sources() if path.stem == "rules" or "rules" in path.parts]
    return [*sources(PACKAGE / "policy"), *sources(PACKAGE / "solver"), *rules]


def test_decisions_read_neither_clock_nor_chance() -> None:
    found = [
        f"{short(path)}:{line}: {owner}.{name}()"
        for path in pure_modules()
        for line, owner, name in calls(path)
        if reads_clock(owner, name) or (owner == "random" and name in CHANCE)
    ]
    assert not found, (
        "A decision receives `now` as an argument, a generator as `random.Random(seed)`:\n" + "\n".join(found)
    )


EDGE_LAYERS = ("conf", "kernel", "templatetags")


def test_only_edges_read_the_clock() -> None:
    """Actions, queries and models receive `now`: one moment per verb, and time can be moved in a test."""
    found = []
    for path in sources():
        inside = path.relative_to(PACKAGE).parts
        stems = {path.stem, *inside[:-1]}
        if inside[0] in EDGE_LAYERS or stems & EDGES:
            continue
        found += [
            f"{short(path)}:{line}: {owner}.{name}()"
            for line, owner, name in calls(path)
            if reads_clock(owner, name)
        ]
    assert not found, "\n".join(found)


def test_files_and_functions_stay_short() -> None:
    long = []
    for path in sources():
        text = path.read_text(encoding="utf-8")
        if (count := text.count("\n")) > LONGEST:
            long.append(f"{short(path)}: {count} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = (node.end_lineno or node.lineno) - node.lineno + 1
                if body > 60:
                    long.append(f"{short(path)}:{node.lineno}: {node.name} has {body} lines")
    assert not long, "Split these by what they decide or show:\n" + "\n".join(long)


# What actions are made of, called inside their transaction: the write path, messages and clocks.
WRITE_PATH = {"journal", "outbox"}


def public_actions() -> Iterator[tuple[str, Any]]:
    """(where, function) of every verb: what `actions` offers, be it a file or a folder."""
    for label, folder in APP_PATHS.items():
        if label in WRITE_PATH or not ((folder / "actions.py").exists() or (folder / "actions").is_dir()):
            continue
        name = apps.get_app_config(label).name + ".actions"
        module = import_module(name)
        names = getattr(module, "__all__", None) or [one for one in vars(module) if not one.startswith("_")]
        for one in names:
            function = getattr(module, one)
            if inspect.isfunction(function) and function.__module__.startswith(name):
                yield f"{label}.{one}", function


def verbs() -> Iterator[tuple[str, Any]]:
    """Public actions that somebody does. Follow-ups take the event, clock handlers `now`; neither takes an actor."""
    for where, function in public_actions():
        if "actor" in inspect.signature(function).parameters:
            yield where, function


def test_verbs_take_actor_and_now_as_keywords() -> None:
    wrong = []
    for where, function in verbs():
        words = inspect.signature(function).parameters
        if "now" not in words or any(
            words[one].kind is not words[one].KEYWORD_ONLY for one in ("actor", "now")
        ):
            wrong.append(f"{where}{inspect.signature(function)}")
    assert len(list(verbs())) > 60
    assert not wrong, "A verb takes `*, actor, now`:\n" + "\n".join(wrong)


# These open their transaction inside: a repeated key is answered after it was taken back.
INSIDE = {"order.place", "order.describe"}


def test_verbs_are_one_transaction() -> None:
    """One commit per verb: state, journal and follow-ups stand or fall together."""
    wrong = [
        where for where, function in verbs() if not hasattr(function, "__wrapped__") and where not in INSIDE
    ]
    assert not wrong, "Put @transaction.atomic on: " + ", ".join(wrong)


def test_no_framework_signals_and_no_save_override() -> None:
    found = []
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.ImportFrom)
                and (node.module or "").startswith("django")
                and "signals" in (node.module or "")
            ):
                found.append(f"{short(path)}:{node.lineno}: what happens next stands in wiring.py")
            if (
                isinstance(node, ast.FunctionDef)
                and node.name in {"save", "delete"}
                and path.stem == "models"
            ):
                found.append(f"{short(path)}:{node.lineno}: every write is an action")
    assert not found, "\n".join(found)


# --- what is committed ------------------------------------------------------------------------------------------------

FORBIDDEN_NAMES = {
    "service",
    "session",
    "signal",
    "task",
    "ticket",
    "status",
    "user",
    "manager",
    "helper",
    "utils",
}


def test_models_use_the_glossary() -> None:
    """docs/glossary.md: these words mean something else here, or nothing."""
    wrong = [
        f"{model.__name__}.{field.name}"
        for config in OURS
        for model in config.get_models()
        for field in model._meta.get_fields()
        if field.name in FORBIDDEN_NAMES and model._meta.label != settings.AUTH_USER_MODEL
    ]
    wrong += [
        model.__name__
        for config in OURS
        for model in config.get_models()
        if model.__name__.lower() in FORBIDDEN_NAMES
    ]
    assert not wrong


def test_nothing_committed_names_a_package_registry_or_a_workplace() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.fail("this check reads the list of committed files from git")
    hosts = (
        "pypi" + ".org",
        "registry." + "npmjs",
        "npm" + "mirror",
        "python" + "hosted",
        "tsinghua" + ".edu",
        "/wo" + "rk/",
    )
    found = []
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.is_file() and path.suffix not in {".png", ".webp", ".ico"}:
            text = path.read_text(encoding="utf-8", errors="ignore")
            found += [f"{name}: {host}" for host in hosts if host in text]
    assert not found
