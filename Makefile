# consultkit : ce que l’on fait depuis un clone, avec Python (3.11 ou plus), make et git seuls.
# Everything here needs Python (3.11 or later), make and git alone.

# The first Python on the machine that is recent enough and can make an environment; `make PYTHON=…` names another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& { echo "$$p"; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
FAILED := { echo "L’installation a échoué : sans doute le réseau (voir ci-dessus). Relancez la même commande." >&2; exit 1; }

.PHONY: help report test lint style format types messages docs windows-kit clean

help:
	@echo "make report    vérifie la campagne du dépôt, puis écrit build/rapport.docx et build/rapport.pdf"
	@echo "make test      exécute tous les tests"
	@echo "make lint      vérifie le style et les types (ruff, mypy)"
	@echo "make messages  met à jour le catalogue français"
	@echo "make docs      régénère docs/regles.md et docs/rules.md"
	@echo "make windows-kit  prépare build/windows-kit, à installer hors réseau sous Windows"
	@echo "make clean     supprime build/, dist/ et .venv"

# `check` tells everything; `report` then decides: below a minimum it is made « Provisoire », other errors refuse it.
report: .venv/installed
	@$(BIN)/consultkit check || true
	@$(BIN)/consultkit report

test: .venv/installed-dev
	@$(BIN)/python -m pytest

lint: style format types  # `make -k lint` tells what all three find

style: .venv/installed-dev
	@$(BIN)/ruff check --output-format=concise .

format: .venv/installed-dev
	@$(BIN)/ruff format --check --quiet .

types: .venv/installed-dev
	@$(BIN)/mypy

messages: .venv/installed-dev
	@$(BIN)/python .ci/messages.py

docs: .venv/installed-dev
	@$(BIN)/python -m consultkit.rules.docs
	@$(BIN)/python -m consultkit.schema.docs

windows-kit: .venv/installed-dev
	@$(BIN)/python .ci/windows_kit.py

clean:
	rm -rf build dist .venv

# Stamps: the second run installs nothing until pyproject.toml changes.
.venv/bin/python:
	@test -n "$(PYTHON)" || { \
	echo "Il faut Python 3.11 ou plus récent, avec venv (sous Debian et Ubuntu : apt install python3-venv)."; \
	echo "Python 3.11 or later is needed, with venv (on Debian and Ubuntu: apt install python3-venv)."; exit 1; } >&2
	@echo "Préparation de .venv (une seule fois)…"
	@$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml | .venv/bin/python
	@$(PIP) --editable . || $(FAILED)
	@touch $@

.venv/installed-dev: pyproject.toml | .venv/bin/python
	@$(PIP) --editable '.[dev]' || $(FAILED)
	@touch .venv/installed $@
