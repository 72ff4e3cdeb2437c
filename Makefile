VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
# the locked versions are those for one Python; others take the newest
LOCKED = $(shell $(BIN)/python -c 'import sys; print("-c requirements/dev.txt" * (sys.version_info[:2] == (3, 11)))')
# a process a processor; each begins with its share of the tests in order, and takes over what others have left
PARALLEL := -n logical --maxprocesses 4 --dist worksteal

.PHONY: demo oldest lock fuzz soak test model picture readme bench clean

demo: $(VENV)/installed
	$(BIN)/socialclass classify --text-field body --output-format table examples/export.csv

test: $(VENV)/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(PARALLEL)

model: $(VENV)/installed
	$(BIN)/socialclass train data/train.jsonl -o models/default.joblib --no-search --force --seed 0

$(VENV)/installed: pyproject.toml socialclass/model/scoring/_core.c $(wildcard socialclass/model/scoring/core/*.h)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -e .
	touch $@

$(VENV)/tested: $(VENV)/installed requirements/dev.txt
	$(BIN)/python -m pip install --quiet $(LOCKED) -e '.[test]'
	touch $@

readme: $(VENV)/tested
	$(BIN)/python -m cogapp -r -I . README.md models/README.md data/README.md docs/soak.md

picture: $(VENV)/installed
	$(BIN)/python -m docs.picture

bench:
	$(PYTHON) -m benchmarks.environment $(BENCH)

# the tests with the oldest supported packages; where a stub or a picture has changed since is not asked, nor whether
# they are those of the lock file
oldest: pyproject.toml requirements/oldest.txt
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet -c requirements/oldest.txt -e '.[test]'
	.venv-oldest/bin/python -m pytest $(PARALLEL) --ignore tests/test_documentation.py \
		--deselect tests/test_packaging.py::test_all_that_is_installed_for_the_tests_is_locked

# requirements/dev.txt anew, below its comments
lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet pip-tools
	.venv-lock/bin/python -m piptools compile --quiet --upgrade --extra test --strip-extras --no-annotate --no-header \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file .venv-lock/dev.txt pyproject.toml
	(grep '^#' requirements/dev.txt; grep '==' .venv-lock/dev.txt) > .venv-lock/new
	mv .venv-lock/new requirements/dev.txt

# what reads strangers' bytes, under atheris, SECONDS each (Linux); then 8,000 examples and more of the properties
SECONDS := 60
fuzz: $(VENV)/tested
	$(BIN)/python -m pip install --quiet atheris
	$(BIN)/python -m benchmarks.fuzz --seconds $(SECONDS)
	HYPOTHESIS_PROFILE=full $(BIN)/python -m pytest -q tests/test_properties.py

soak: $(VENV)/tested
	$(BIN)/python -m benchmarks.soak --write

clean:
	rm -rf $(VENV) .venv-oldest .venv-lock build dist
