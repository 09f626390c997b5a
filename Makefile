# `make help` lists what can be done. Every target makes the environment that it needs; a second call finds it made.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON := .venv/bin/python
UV := .venv/bin/uv
PYTEST ?=
JOBS ?= 100000
APT := apt-get install -y -q --no-install-recommends
COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate --no-header

# uv is quick; pip is the way out where only pip is told how to reach the packages
install = echo "Installing $(1)"; \
	$(UV) pip install --quiet --python $(PYTHON) --compile-bytecode --require-hashes -r $(1) \
	|| $(PYTHON) -m pip install --quiet --require-hashes -r $(1)

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  Settings come from the environment, for example: PORT=9000 NETWORK=mainnet make run"
	@echo "  docs/operations.md lists them."

.PHONY: run
run: .venv/run.stamp ## Start the explorer with everything it needs; Ctrl-C ends it
	@exec $(PYTHON) manage.py run --end-with-parent

.PHONY: test
test: .venv/test.stamp browser lint ## Check the code and run all tests; PYTEST="-k jobs -x" adds arguments
	$(PYTHON) -m pytest -n auto --maxprocesses=4 $(PYTEST)

.PHONY: lint
lint: export SECRET_KEY := lint
lint: .venv/test.stamp ## Check style, types, imports, templates and migrations
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy .
	.venv/bin/lint-imports
	$(PYTHON) -m djlint --quiet --lint templates
	$(PYTHON) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

.PHONY: format
format: .venv/test.stamp ## Put the code into the form that lint asks for
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

.PHONY: bench
bench: .venv/test.stamp ## Measure the explorer with JOBS=100000 jobs, and its checks; writes var/bench*.json
	@mkdir -p var
	$(PYTHON) -m tests.bench.definition
	$(PYTHON) -m tests.bench.readiness
	$(PYTHON) -m tests.bench.logs
	$(PYTHON) -m tests.bench.builder
	$(PYTHON) -m tests.bench.explorer --jobs $(JOBS)

.PHONY: growth
growth: .venv/test.stamp ## Measure how much longer pages take with 1,000,000 jobs than with 100,000; writes var/growth.json
	@mkdir -p var
	$(PYTHON) -m tests.bench.growing

.PHONY: lock
lock: .venv/uv.stamp ## Choose new versions: compile requirements*.in into requirements*.txt
	$(COMPILE) --upgrade requirements.in -o requirements.txt
	$(COMPILE) --upgrade -c requirements.txt requirements-dev.in -o requirements-dev.txt
	$(COMPILE) --upgrade requirements-uv.in -o requirements-uv.txt

.PHONY: web
web: .venv/run.stamp ## Start only the web server, as in production
	exec $(PYTHON) -m gunicorn explorer.wsgi -k gthread --workers 2 --threads 4 --preload --no-control-socket --limit-request-line 8190 \
		--bind "$${HOST:-127.0.0.1}:$${PORT:-8000}"

.PHONY: worker
worker: .venv/run.stamp ## Start only a Celery worker, as in production
	exec $(PYTHON) -m celery -A explorer worker -c 2 -O fair

.PHONY: beat
beat: .venv/run.stamp ## Start only the schedule, as in production; exactly one of it may run
	exec $(PYTHON) -m celery -A explorer beat

.PHONY: clean
clean: ## Remove the environment and all caches; var/, the data, stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment --------------------------------------------------------------------------------------------

.venv/run.stamp: .venv/uv.stamp requirements.txt
	@$(call install,requirements.txt)
	@touch $@

.venv/test.stamp: .venv/run.stamp requirements-dev.txt
	@$(call install,requirements-dev.txt)
	@touch $@

.venv/uv.stamp: requirements-uv.txt
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { rm -rf .venv; $(make-environment); }
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# The first Python that is new enough and can make environments. 3.11 and 3.12 go first among the named ones: for
# them a Redis comes with the packages.
find-python = python=; for name in python3 python3.12 python3.11 python3.13 python3.14; do \
	$$name -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { python=$$name; break; }; done

make-environment = \
	$(find-python); \
	if [ -z "$$python" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing python3 and python3-venv"; \
		apt-get update -q </dev/null && DEBIAN_FRONTEND=noninteractive $(APT) python3 python3-venv </dev/null; \
		$(find-python); \
	fi; \
	if [ -z "$$python" ]; then \
		echo "Python 3.11 or newer, with its venv module, is needed and was not found on the PATH." >&2; \
		echo "Debian and Ubuntu: apt install python3 python3-venv. Fedora: dnf install python3." >&2; \
		echo "macOS: brew install python@3.12. Then run make again." >&2; \
		exit 1; \
	fi; \
	echo "Making the environment .venv with $$($$python --version)"; \
	$$python -m venv .venv

.PHONY: browser
browser:
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
		command -v $$name >/dev/null && exit 0; \
	done; \
	if [ "$$(id -u)" = 0 ] && grep -qs '^ID=debian' /etc/os-release; then \
		echo "Installing chromium, for the browser tests"; \
		apt-get update -q </dev/null && DEBIAN_FRONTEND=noninteractive $(APT) chromium fonts-liberation </dev/null; \
	else \
		echo "The browser tests need Chromium or Chrome on the PATH. Install it and run make again:" >&2; \
		echo "Debian: apt install chromium. Fedora: dnf install chromium. macOS: brew install --cask chromium." >&2; \
		exit 1; \
	fi
