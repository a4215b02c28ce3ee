# Every command a person needs. `make` alone says which.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export FLASK_APP = app:create_app

.DEFAULT_GOAL := help
.PHONY: help setup dev demo run test browser faults faults-real faults-many lost-real bad-day unas-day unas-live test-long kill lint bench contract golden matrix live audit pins licences

help:  ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.setup: requirements.txt constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "Billhook needs Python 3.11, 3.12 or 3.13: make setup PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt constraints.txt $(VENV)/.setup
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

setup: $(VENV)/.setup  ## make .venv with what runs

dev: $(VENV)/.dev  ## the same with what tests and checks

demo: setup  ## real captured orders through everything, a simulated Fakturownia at the end
	$(BIN)/flask demo

run: setup  ## web, worker, clock and an embedded Valkey, for use; prints the URLs
	$(BIN)/flask run-all

test: dev  ## every test but the browser's and the faults: the quick ones, then whole houses, three at a time on two cores
	$(BIN)/python -m pytest -q -n 3 --dist worksteal -m "not slow and not browser"
	$(BIN)/python -m pytest -q -n 3 --dist load -m "slow and not browser and not faults and not rare" --durations=5

browser: dev  ## the console and the RQ dashboard in a real Chromium
	$(BIN)/python -m pytest -q -m browser

faults: dev  ## 120 seeded faults in running houses, three at a time on two cores, and the books after each (profile fast)
	$(BIN)/python -m pytest -q -m "faults and not rare" -n 3 --dist worksteal --durations=3

faults-real: dev  ## what takes minutes: poison, failovers, how soon work goes on; then each named fault once, with real times (most of an hour)
	BILLHOOK_WRITE_EVIDENCE=1 $(BIN)/python -m pytest -q -s -m rare
	$(BIN)/python -m tests.faults --each --timing real --jobs 6 --write

kill: dev  ## the same one by one with a line of figures each: make kill RUNS=50
	$(BIN)/python -m tests.faults --runs $(or $(RUNS),50)

faults-many: dev  ## a thousand seeded runs in three houses at the same time, into docs/evidence/faults.md (most of an hour)
	$(BIN)/python -m tests.faults --runs $(or $(RUNS),1000) --jobs 3 --write

lost-real: dev  ## an answer lost after the write, once per system at the same time, with real waiting times (two minutes)
	$(BIN)/python -m tests.faults.lost

contract: dev  ## every adapter against its simulator: clauses run and skipped
	$(BIN)/python -m pytest -q tests/adapters/contract

live: dev  ## the contract against a live sandbox: make live SYSTEM=fakturownia (see docs/)
	BILLHOOK_LIVE=$(SYSTEM) $(BIN)/python -m pytest --force-enable-socket -q tests/adapters/contract/test_$(SYSTEM).py

matrix: setup  ## write docs/systems.md and the README's table of systems anew
	$(BIN)/python -m adapters.matrix

golden: dev  ## write the golden payloads anew; read the diff before you commit it
	BILLHOOK_GOLDEN=1 $(BIN)/python -m pytest -q $(wildcard tests/adapters/test_*.py)

bad-day: dev  ## 500 orders whose webhooks are dropped, doubled, disordered and switched off, and 300 old ones
	BILLHOOK_LONG=1 $(BIN)/python -m pytest -q tests/shops/test_poll_proof.py

unas-day: dev  ## 24 hours of a UNAS shop by polling alone, 1,000 orders, on a clock that the test moves (database in memory)
	BILLHOOK_LONG=1 $(BIN)/python -m pytest -q tests/shops/test_unas_day.py $(if $(wildcard /dev/shm),--basetemp=/dev/shm/billhook-unas-day)

unas-live: dev  ## five real minutes of a UNAS shop with webhooks, at a twentieth of its limits
	BILLHOOK_LONG=1 $(BIN)/python -m pytest -q tests/shops/test_unas_live.py

test-long: dev  ## the same with 100,000 random baskets and 10,000 replays
	BILLHOOK_LONG=1 $(BIN)/python -m pytest -q

bench: dev  ## ratios of what was measured, in one run
	for name in bench/[a-z]*.py; do $(BIN)/python -m bench.$$(basename $$name .py); done

audit: dev  ## bandit, and known vulnerabilities of what is installed (needs the network, or ADVISORIES=folder; else ends with 3)
	$(BIN)/python -m tools.audit $(if $(ADVISORIES),--advisories "$(ADVISORIES)")

pins: dev  ## write constraints.txt anew from what is installed in .venv
	@{ sed -n '/^#/p' constraints.txt; $(BIN)/pip freeze; } > constraints.new && mv constraints.new constraints.txt

licences: dev  ## write docs/licences.md anew
	$(BIN)/python -m tools.licences

lint: dev  ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
