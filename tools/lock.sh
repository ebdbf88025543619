#!/bin/sh
# Makes requirements.lock anew from pyproject.toml: versions only, no addresses.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/pip-compile --quiet --extra dev --allow-unsafe --strip-extras \
  --no-emit-index-url --no-emit-find-links --no-header --output-file requirements.lock pyproject.toml
