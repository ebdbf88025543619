# Two commands matter: `make run` and `make test`. All set-up is done by them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: help ready run test check fix words docs lock pictures desk bench clean

help:
	@echo "make ready   packages and assets only; the others do it by themselves"
	@echo "make run     set everything up and serve on http://127.0.0.1:8000"
	@echo "make test    set everything up and run all tests (SQLite, PostgreSQL, Chromium)"
	@echo "make check   style, types, directions of import, words, generated pages"
	@echo "make fix     let the tools mend what they can"
	@echo "make words   collect the texts on screen, make Traditional Chinese, compile"
	@echo "make docs    print the generated pages anew (docs/policy.md, docs/config.md)"
	@echo "make lock    choose versions anew (requirements.lock)"
	@echo "make pictures  take the README's pictures anew from the browser tests"
	@echo "make desk    count the hand work of each desk task anew (docs/desk.md)"
	@echo "make bench   measure against the bare framework (PostgreSQL)"
	@echo "make clean   remove what was built; the data in var/ stays"

ready:
	@$(PYTHON) tools/ready.py

run: ready
	@exec $(BIN)/laojia run $(RUN)

test: ready
	@exec $(BIN)/python tools/run_tests.py $(TESTS)

check: ready
	@$(BIN)/python tools/check.py

fix: ready
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

words: ready
	@$(BIN)/python tools/messages.py extract
	@$(BIN)/python tools/messages.py traditional

docs: ready
	@$(BIN)/laojia docs

lock: ready
	@tools/lock.sh

pictures: ready
	@$(BIN)/pytest -q tests/journeys/test_haircut.py tests/journeys/test_desk_calls.py
	@cd build/shots && cp home.png menu.png order.png dispatch.png serve.png review.png ../../docs/pictures/
	@cp build/shots/call-ordered.png docs/pictures/desk.png

desk: ready
	@LAOJIA_REWRITE_DESK=1 $(BIN)/pytest -q -m journey tests/journeys

bench: ready
	@exec $(BIN)/python -m bench $(BENCH)

clean:
	@rm -rf build node_modules .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
