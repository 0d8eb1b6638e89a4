# Everything installs itself; the only needs are Python 3.11 or newer, make and a package registry.
SHELL := /bin/sh
VENV := .venv
SAM_VENV := .venv-sam
PRICES_VENV := .venv-prices
SECURITY_VENV := .venv-security
ACCOUNT_VENV := .venv-account
BIN := $(VENV)/bin
SAM := $(SAM_VENV)/bin/sam
SDK_VENV := .venv-contract
BROWSER_VENV := .venv-browser
VERDICTS := $(CURDIR)/.contract
PYTHON ?= $(shell sh scripts/find-python.sh 3.11)
PYTHON_ON_LAMBDA := 3.13
export PYTHONPATH := layers/core:.
export SAM_CLI_TELEMETRY := 0
# Where a shell forbids it, each process that a test starts compiles all that it imports again: an engine 1.8 s for 0.7.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run demo test check unit lambda-python contract contract-python contract-node verdicts agents prices security deployment build deploy
.PHONY: samples browser contract-server contract-sdks key engines faults bench bench-cold bench-peers lock clean install

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: install ## the whole gateway on http://127.0.0.1:8787, no AWS account and no provider key needed
	@exec $(BIN)/python -m local

demo: install ## `make run` with requests that come by themselves and an outage, for the pages to show
	@DEMO=1 exec $(BIN)/python -m local

test: install $(SAM) ## format, lint, types, floors, every test, template and build; without the contract suite
	@$(MAKE) --no-print-directory -j2 check unit lambda-python

check: install ## format, lint, types and import floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy layers/core local cli functions/chat functions/catalog functions/keys functions/rankings container scripts benchmarks tests
	$(BIN)/lint-imports

unit: install $(SAM) ## unit, integration and infrastructure tests, on the Python at hand
	$(BIN)/python -m pytest -n auto --dist loadgroup tests/unit tests/integration tests/infrastructure

lambda-python: install ## the suite once more on the Python that Lambda runs, where there is one
	@sh scripts/test-on.sh $(PYTHON_ON_LAMBDA)

security: install $(SECURITY_VENV)/installed ## SSRF, bombs, injection; cfn-lint, checkov, known vulnerabilities, a bill of materials
	$(BIN)/python -m pytest -n auto tests/security
	$(SECURITY_VENV)/bin/cfn-lint template.yaml stacks/*.yaml samples/*.yaml
	$(SECURITY_VENV)/bin/checkov --config-file .checkov.yaml
	$(BIN)/python scripts/audit.py $(SECURITY_VENV)/bin

prices: install $(PRICES_VENV)/installed ## our prices against genai-prices and litellm's table
	$(BIN)/python -m pytest tests/prices

contract: verdicts ## every official SDK, Python's and Node's, against what `make run` starts; writes docs/compatibility.md
	CONTRACT_RESULTS=$(VERDICTS)/node.jsonl $(BIN)/python -m tests.contract.node_suite --test-reporter=dot
	$(BIN)/python -m tests.contract.compatibility $(VERDICTS)/python.jsonl $(VERDICTS)/node.jsonl

contract-python: verdicts ## its Python part, as CI runs it: fails if docs/compatibility.md says otherwise
	$(BIN)/python -m tests.contract.compatibility --check $(VERDICTS)/python.jsonl

verdicts: install $(SDK_VENV)/installed
	@mkdir -p $(VERDICTS) && rm -f $(VERDICTS)/*.jsonl
	@$(MAKE) --no-print-directory -j2 contract-server contract-sdks

# Some environments forbid what Python does by itself: without it every process here compiles all that it imports.
contract-server contract-sdks: export PYTHONDONTWRITEBYTECODE :=

contract-server: # what needs no SDK but those of requirements/dev.txt
	$(BIN)/python -m pytest tests/contract --ignore=tests/contract/python

contract-sdks:
	SWITCHBOARD_PYTHON=$(CURDIR)/$(BIN)/python CONTRACT_RESULTS=$(VERDICTS)/python.jsonl $(SDK_VENV)/bin/python -m pytest \
		-n auto --confcutdir=tests/contract tests/contract/python

contract-node: install ## the SDKs for Node against what `make run` starts; skipped where there is no Node
	$(BIN)/python -m tests.contract.node_suite --test-reporter=dot

samples: install $(SDK_VENV)/installed ## every piece of code that the pages show, run against what `make run` starts
	SWITCHBOARD_PYTHON=$(CURDIR)/$(BIN)/python $(SDK_VENV)/bin/python -m pytest --confcutdir=tests/contract \
		tests/contract/python/test_samples.py
	$(BIN)/python -m tests.contract.node_suite --test-reporter=dot samples.test.js

browser: install $(BROWSER_VENV)/installed ## the pages in Debian's Chromium, compared with their golden images; needs Node and npm
	SWITCHBOARD_PYTHON=$(CURDIR)/$(BIN)/python $(BROWSER_VENV)/bin/python -m pytest --confcutdir=tests/browser tests/browser

agents: install ## Claude Code and Codex against what `make run` starts; needs Node and npm
	$(BIN)/python -m tests.agents.run

deployment: install $(SAM) $(ACCOUNT_VENV)/installed ## sam deploy into an emulated account, every option on; the container's command
	$(BIN)/python -m pytest tests/deployment

build: $(SAM) ## sam build: functions and layers, for arm64 from any host
	$(SAM) build

deploy: build ## sam deploy, with the answers in samconfig.toml
	$(SAM) deploy

key: install ## a new API key in a deployed stack: make key STACK=switchboard NAME=laptop
	@$(BIN)/python -m cli keys create --stack "$(or $(STACK),switchboard)" --name "$(or $(NAME),first key)"

engines: install ## the ledger under 8, 64, 256 workers and over 5,000 random steps, on two engines (needs Node.js and npm)
	@cd benchmarks/budget/dynalite && npm ci --silent --no-progress
	@$(BIN)/python -m benchmarks.budget.engines

faults: install ## every fault of a provider, in every place, for every client; writes docs/fault-wall.md
	$(BIN)/python -m tests.wall.run

bench: install ## added latency, time to first token, lag, throughput, cold start, beside a plain reverse proxy
	$(BIN)/python -m benchmarks.overhead

bench-cold: install ## what each function's cold start costs
	$(BIN)/python -m benchmarks.cold

bench-peers: install ## the same beside LiteLLM, Portkey and TensorZero, which it installs (1 GB; Node and npm for Portkey)
	$(BIN)/python -m benchmarks.overhead --peers

lock: install ## renew requirements/*.txt from requirements/*.in
	@sh scripts/lock.sh $(BIN)/uv

clean: ## remove what was installed and built; the state in .switchboard stays
	rm -rf $(VENV) $(VENV)-* .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .contract

install: $(VENV)/installed

$(VENV)/installed: requirements/bootstrap.txt requirements/dev.txt pyproject.toml
	@sh scripts/install.sh "$(PYTHON)" $(VENV) requirements/dev.txt
	@$(BIN)/python scripts/commands.py

$(PRICES_VENV)/installed: requirements/bootstrap.txt requirements/prices.txt requirements/litellm.txt
	@sh scripts/install.sh "$(PYTHON)" $(PRICES_VENV) requirements/prices.txt
	@$(PRICES_VENV)/bin/uv pip install --quiet --python $(PRICES_VENV)/bin/python --no-deps --require-hashes -r requirements/litellm.txt

$(ACCOUNT_VENV)/installed: requirements/bootstrap.txt requirements/account.txt
	@sh scripts/install.sh "$(PYTHON)" $(ACCOUNT_VENV) requirements/account.txt

$(SECURITY_VENV)/installed: requirements/bootstrap.txt requirements/security.txt
	@sh scripts/install.sh "$(PYTHON)" $(SECURITY_VENV) requirements/security.txt

$(SDK_VENV)/installed: requirements/bootstrap.txt requirements/contract.txt
	@sh scripts/install.sh "$(PYTHON)" $(SDK_VENV) requirements/contract.txt

$(BROWSER_VENV)/installed: requirements/bootstrap.txt requirements/browser.txt
	@sh scripts/install.sh "$(PYTHON)" $(BROWSER_VENV) requirements/browser.txt

$(SAM): requirements/bootstrap.txt requirements/sam.txt
	@sh scripts/install.sh "$(PYTHON)" $(SAM_VENV) requirements/sam.txt
	@touch $(SAM)
