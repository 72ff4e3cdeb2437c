VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin

.PHONY: demo oldest test model picture readme bench clean

demo: $(VENV)/installed
	$(BIN)/socialclass classify --text-field body --output-format table examples/export.csv

test: $(VENV)/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

model: $(VENV)/installed
	$(BIN)/socialclass train data/train.jsonl -o models/default.joblib --no-search --force --seed 0

$(VENV)/installed: pyproject.toml socialclass/scoring/_core.c $(wildcard socialclass/scoring/core/*.h)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -e .
	touch $@

$(VENV)/tested: $(VENV)/installed
	$(BIN)/python -m pip install --quiet -e '.[test]'
	touch $@

readme: $(VENV)/tested
	$(BIN)/python -m cogapp -r -I . README.md models/README.md data/README.md

picture: $(VENV)/installed
	$(BIN)/python -m docs.picture

bench:
	$(PYTHON) -m benchmarks.environment $(BENCH)

# the tests with the oldest supported packages; where a stub or a picture has changed since is not asked
oldest: pyproject.toml requirements/oldest.txt
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet -c requirements/oldest.txt -e '.[test]'
	.venv-oldest/bin/python -m pytest --ignore tests/test_documentation.py

clean:
	rm -rf $(VENV) .venv-oldest build dist
