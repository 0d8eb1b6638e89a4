# `make help` is the manual. Everything installs itself: the only needs are Python >= 3.11, make and a package registry.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
SAM_VENV := .venv-sam
BIN := $(VENV)/bin
export PYTHONPATH := layers/core:.
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

run: install ## start everything on http://127.0.0.1:8787 (PORT, HOST, STATE_DIR, CATALOG_DIR, SIMULATE override)
	@exec $(BIN)/python -m local

