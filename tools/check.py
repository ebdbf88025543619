#!/usr/bin/env python3
"""`make check`: style, directions of import, types, words, generated pages, templates. Runs all, then says what is red."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"

CHECKS = {
    "style": [BIN / "ruff", "check", "--quiet", "--output-format", "concise", "."],
    "format": [BIN / "ruff", "format", "--check", "--quiet", "."],
    "imports": [BIN / "lint-imports", "--no-cache"],
    "types": [BIN / "mypy"],
    "words": [BIN / "python", ROOT / "tools" / "messages.py", "check"],
    "pages": [BIN / "laojia", "docs", "--check"],
    "migrations": [BIN / "laojia", "manage", "makemigrations", "--check", "--dry-run"],
    "templates": [BIN / "djlint", "--quiet", "--lint", ROOT / "src" / "laojia" / "templates"],
}


def main() -> int:
    wanted = sys.argv[1:] or list(CHECKS)
    red = []
    for name in wanted:
        done = subprocess.run(
            [str(word) for word in CHECKS[name]], cwd=ROOT, capture_output=True, text=True, check=False
        )
        print(f"{'✓' if done.returncode == 0 else '✗'} {name}", flush=True)
        if done.returncode:
            red.append(name)
            print("\n".join((done.stdout + done.stderr).rstrip().splitlines()[-60:]))
    print(f"\nto mend: {', '.join(red)}" if red else "\nall well")
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main())
