# One word for each thing that one does here; `make` alone lists them. ARGS="..." hands words on.
PYTHON ?= python3
.DEFAULT_GOAL := help
.PHONY: run test check bench fuzz play windows screenshots schema lock clean help set-up

run:  ## start the server (sets everything up the first time)
	@$(PYTHON) tools/set_up.py && exec .venv/bin/klatch serve $(ARGS)
test: check  ## check, then run every test and measure what they cover
	@.venv/bin/python -m pytest -n 3 --dist loadfile --max-worker-restart 0 --cov --cov-fail-under=80 $(ARGS)
check: set-up  ## look over the code without running it: lint, format, types
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/python tools/page.py check
bench: set-up  ## measure how fast it is
	@.venv/bin/python -m benchmarks $(ARGS)
fuzz: set-up  ## throw made-up input at the parsers for a while
	@.venv/bin/python -m pytest fuzz --timeout=0 $(ARGS)
play:  ## try things: a server on free ports whose data is gone afterwards
	@$(PYTHON) tools/set_up.py && data=$$(mktemp -d) && trap 'rm -rf "$$data"' EXIT INT TERM && .venv/bin/klatch serve --guests --port 0 --line-port 0 --irc-port 0 --data "$$data" $(ARGS)
schema:  ## write docs/openapi.json, docs/asyncapi.json and web/src/wire/frames.ts anew from the code
	@.venv/bin/python tools/schema.py && .venv/bin/python tools/frame_types.py
windows: set-up  ## make pictures of the window in all its states, in screenshots/desktop/
	@.venv/bin/python -m tests.clients.desktop.screenshots
screenshots: set-up  ## make pictures of every screen of the page, in screenshots/
	@.venv/bin/python -m tools.pictures $(ARGS)
lock:  ## write the lock files anew after a change of dependencies
	@$(PYTHON) tools/lock.py $(ARGS)
clean:  ## remove what can be made again
	@rm -rf .venv web/node_modules src/klatch/gateways/static .coverage .coverage.* htmlcov dist .pytest_cache .mypy_cache .ruff_cache .hypothesis && find . -name __pycache__ -prune -exec rm -rf {} +
help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
set-up:
	@$(PYTHON) tools/set_up.py --dev
