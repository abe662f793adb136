# Everything happens in .venv, which the first target makes; only Python 3.11 or newer, git and make are needed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SHOP ?= demo-shop

.PHONY: help demo test lint bench docs clean

help:
	@echo "make demo    69,659 real purchases go through four flows; what comes out stays in $(SHOP)/"
	@echo "make test    all tests, on all cores"
	@echo "make lint    ruff and mypy --strict"
	@echo "make bench   measure, beside other tools"
	@echo "make docs    the documentation as web pages, in site/"
	@echo "make clean   remove what the others have made"

demo: $(READY)
	@rm -rf $(SHOP)
	@$(BIN)/triggerfish demo --keep $(SHOP)

test: $(READY)
	$(BIN)/python -m pytest -q -n auto

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/mypy --strict

bench: $(READY)
	$(BIN)/python benchmarks/run.py $(if $(SERVER),--server $(SERVER))

docs: $(READY)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "open site/index.html"

clean:
	rm -rf $(VENV) $(SHOP) site build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# pip learnt about dependency groups in 25.1; what comes with Python may be older.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("triggerfish needs Python 3.11 or newer; name one with: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	@echo "setting up $(VENV) (once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[mjml]' --group dev
	@touch $@
