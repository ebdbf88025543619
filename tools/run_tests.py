#!/usr/bin/env python3
"""`make test`: one pytest run over both databases at once, journeys in Chromium included.

Two workers see every test: one with SQLite, one with PostgreSQL (`--dist each`); what needs no second
database runs on one side only (tests/databases.py). What this machine cannot run is said plainly;
with LAOJIA_NOTHING_LEFT_OUT=1 it fails instead.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
STRICT = os.environ.get("LAOJIA_NOTHING_LEFT_OUT", "") not in {"", "0"}

# what it is -> (how to see it, Debian packages)
PARTS = {
    "PostgreSQL": ("/usr/lib/postgresql/*/bin/postgres", ["postgresql"]),
    "Chromium": ("/usr/bin/chromium", ["chromium"]),
    "Chinese letters": ("/usr/share/fonts/opentype/noto/*CJK*", ["fonts-noto-cjk"]),
}


def missing() -> list[str]:
    return [part for part, (where, _) in PARTS.items() if not any(Path("/").glob(where.lstrip("/")))]


def install(parts: list[str]) -> None:
    """Install by apt when we may; otherwise leave it and say so."""
    names = [name for part in parts for name in PARTS[part][1]]
    if os.getuid() != 0 or not Path("/etc/debian_version").exists() or not shutil.which("apt-get"):
        print(
            f"· not installed here: {', '.join(parts)} (as root on Debian: apt-get install {' '.join(names)})"
        )
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"· installing {', '.join(names)} (a few minutes)", flush=True)
    subprocess.run(["apt-get", "update", "-q"], env=environment, check=False, stdout=subprocess.DEVNULL)
    words = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *names]
    subprocess.run(words, env=environment, check=False, stdout=subprocess.DEVNULL)


def main() -> None:
    os.chdir(ROOT)
    if absent := missing():
        install(absent)
    left_out = missing()
    if left_out and STRICT:
        sys.exit(f"Cannot be left out: {', '.join(left_out)}")
    # A fresh checkout has no compiled words yet: without them every page would speak English.
    subprocess.run([sys.executable, "tools/messages.py", "compile"], check=True, stdout=subprocess.DEVNULL)
    words = [sys.executable, "-m", "pytest", "-q", *sys.argv[1:]]
    if "Chromium" in left_out or "Chinese letters" in left_out:
        words += ["-m", "not journey"]
    if "PostgreSQL" in left_out:
        words += ["-n", "2"]
    else:
        sides = [
            f"popen//env:LAOJIA_DB={side}//env:LAOJIA_TEST_SIDE={side}" for side in ("sqlite", "postgres")
        ]
        words += ["--dist", "each", *(word for side in sides for word in ("--tx", side))]
    environment = {**os.environ, "LAOJIA_LEFT_OUT": ", ".join(left_out)}
    environment.pop("LAOJIA_DB", None)
    # exec: the last line printed is pytest's own summary, the exit code is its own too.
    os.execve(sys.executable, words, environment)


if __name__ == "__main__":
    main()
