VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin

.PHONY: demo test model picture readme bench clean

demo: $(VENV)/installed
	$(BIN)/socialclass classify --text-field body --output-format table examples/export.csv

test: $(VENV)/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

model: $(VENV)/installed
	$(BIN)/socialclass train data/train.jsonl -o models/default.joblib --seed 0

$(VENV)/installed: pyproject.toml socialclass/scoring/_core.c
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

bench: $(VENV)/tested
	$(BIN)/python -m benchmarks.speed

clean:
	rm -rf $(VENV) build dist
