# Everything there is to do. `make` alone says what.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run sign-in demo install install-dev install-vectors lint format test test-all test-meilisearch chaos-orders bench peer-shopify peer-woocommerce peer-carriers docs languages requirements clean

help: ## This list
	@grep -E '^[a-z-]+:.*##' Makefile | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

run: install ## Start everything, with a demo shop (PORT, VAR_DIR, DEMO=0, …)
	@exec $(BIN)/python -m webapp.run

sign-in: install ## Print a one-time link to the dashboard
	@$(BIN)/flask --app webapp.app sign-in

test: install-dev ## What guards every change (at most 5 minutes)
	@$(BIN)/python -m tests.run quick

test-all: install-dev ## Everything: both databases, browser, chaos (at most 20 minutes)
	@$(BIN)/python -m tests.run all

test-meilisearch: install-dev ## Search and journeys on a Meilisearch server (SEARCH_URL, SEARCH_KEY)
	@$(BIN)/python -m tests.run meilisearch

lint: install-dev ## ruff, mypy, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: install-dev ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

chaos-orders: install-dev ## A burst of orders while everything goes wrong, and the account (CHAOS="--orders N --seed N")
	@exec $(BIN)/python -m tests.chaos.orders $(CHAOS)

bench: install-dev ## Benchmarks, as ratios against peers measured in the same run
	@$(BIN)/python -m benchmarks

peer-shopify: install-dev ## A stand-in for Shopify, to click through an install (PEER_PORT, BACKROOM)
	@exec $(BIN)/python -m tests.peers.shopify --port $(or $(PEER_PORT),9310) --backroom $(or $(BACKROOM),http://127.0.0.1:8000)

peer-woocommerce: install-dev ## A WooCommerce store that is none, to click through an install (PEER="--port 9320 …")
	@exec $(BIN)/python -m tests.peers.woocommerce $(PEER)

peer-carriers: install-dev ## Carriers that are none, to ask for parcels and labels (PEER="--port 9340 …")
	@exec $(BIN)/python -m tests.peers.carriers $(PEER)

docs: install ## Write the reference pages that are generated from the code
	@$(BIN)/python -m docs.generate

languages: install-dev ## Bring the dashboard's translations to what the code has, and say what is missing
	@$(BIN)/python -m docs.languages

requirements: ## Compile requirements.in, requirements-dev.in and requirements-vectors.in (needs uv)
	uv pip compile -q --universal --generate-hashes --python-version 3.11 --custom-compile-command "make requirements" requirements.in -o requirements.txt
	uv pip compile -q --universal --generate-hashes --python-version 3.11 --custom-compile-command "make requirements" requirements-dev.in -o requirements-dev.txt
	uv pip compile -q --universal --generate-hashes --python-version 3.11 --custom-compile-command "make requirements" requirements-vectors.in -o requirements-vectors.txt

install: $(VENV)/.installed

install-dev: $(VENV)/.installed-dev

install-vectors: $(VENV)/.installed-vectors ## Let meaning count in the embedded search, beside words (numpy, tokenizers, 19 MB of vectors)

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed; set PYTHON to its command."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Set PYTHON to a newer one."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3 cannot make an environment: install python3-venv."; exit 1; }

$(VENV)/.installed: requirements.txt | $(BIN)/python
	@echo "Installing what requirements.txt lists …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing what requirements-dev.txt lists …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/.installed-vectors: requirements-vectors.txt $(VENV)/.installed
	@echo "Installing what requirements-vectors.txt lists …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements-vectors.txt
	@touch $@

clean: ## Remove the environment and caches; data in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
