"""A model in the shapes of other tools gives the same probabilities there; a second training gives the same model."""

import json
import pickle
from math import exp, log, sqrt
from pathlib import Path

import joblib
import numpy as np
import pytest

from socialclass.corpus import Example
from socialclass.errors import MissingExtraError, ModelError
from socialclass.model.classifier import Classifier, probabilities
from socialclass.model.persistence import load_model
from socialclass.model.text import AnalyzerSettings, analyze
from socialclass.training import train
from socialclass.training.exchange import SHAPES, export_model, to_json, to_onnx, to_pipeline
from socialclass.training.reproduction import reproduce
from tests.conftest import LABELS, TEXTS, Run

PROBES = ["", "???", "free free boots for mum", "20% off, @TernHelp #BlackFriday", "мама lol", *TEXTS]
THREE = train([*TEXTS, "dear sir or madam", "sir madam"], [*LABELS, "letters", "letters"])


@pytest.fixture(params=["two classes", "three classes", "bundled"])
def model(request: pytest.FixtureRequest, small_model: Classifier) -> Classifier:
    return {"two classes": small_model, "three classes": THREE, "bundled": load_model()}[request.param]


def test_the_pipeline_has_our_probabilities(model: Classifier) -> None:
    """scikit-learn's own predict_proba, through a pickle, equals ours to 1e-9; classes are in our order."""
    pipeline = pickle.loads(pickle.dumps(to_pipeline(model)))
    assert tuple(pipeline.classes_) == model.classes
    np.testing.assert_allclose(pipeline.predict_proba(PROBES), model.predict_proba(PROBES), rtol=0, atol=1e-9)
    assert pipeline.predict(["free boots"])[0] == model.predict(["free boots"])[0].label


def test_the_json_is_enough(model: Classifier) -> None:
    """Its own formula, from nothing but the JSON and a text's terms, gives our probabilities."""
    content = json.loads(json.dumps(to_json(model)))
    index = {term: i for i, term in enumerate(content["terms"])}
    for text, expected in zip(PROBES, model.predict_proba(PROBES), strict=True):
        terms = [t for t in analyze(text, AnalyzerSettings(**content["analyzer"])) if t in index]
        x = {index[t]: (1 + log(terms.count(t))) * content["idf"][index[t]] for t in terms}
        length = sqrt(sum(value * value for value in x.values()) + content["damping"] ** 2)
        scores = [
            start + sum(row[i] * value / length for i, value in x.items())
            for row, start in zip(content["coef"], content["intercept"], strict=True)
        ]
        found = [1 / (1 + exp(scores[0])), 1 / (1 + exp(-scores[0]))] if len(scores) == 1 else probabilities(scores)
        assert found == pytest.approx(list(expected), abs=1e-9)


def test_the_onnx_graph_runs(model: Classifier) -> None:
    """Onnxruntime's probabilities from counts of terms equal ours to 1e-9, and its labels are the likeliest."""
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(to_onnx(model).SerializeToString(), providers=["CPUExecutionProvider"])
    properties = session.get_modelmeta().custom_metadata_map
    index = {term: i for i, term in enumerate(properties["terms"].split("\n"))}
    settings = AnalyzerSettings(**json.loads(properties["analyzer"]))
    counts = np.zeros((len(PROBES), len(index)))
    for row, text in enumerate(PROBES):
        for term in analyze(text, settings):
            if term in index:
                counts[row, index[term]] += 1
    labels, shares = session.run(["label", "probabilities"], {"counts": counts})
    np.testing.assert_allclose(shares, model.predict_proba(PROBES), rtol=0, atol=1e-9)
    assert list(labels) == [model.classes[i] for i in shares.argmax(axis=1)]


def test_without_onnx_the_pip_line_is_named(small_model: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing extra is one line that says how to add it."""
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'socialclass\[onnx\]'"):
        to_onnx(small_model)


@pytest.mark.parametrize("shape", [shape.name for shape in SHAPES if shape.name != "onnx"])
def test_exports_are_the_same_bytes_twice(shape: str, small_model: Classifier, tmp_path: Path) -> None:
    """Equal models give equal files."""
    for name in "ab":
        export_model(small_model, shape, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_export_command(run: Run, tmp_path: Path) -> None:
    """The sklearn file opens with joblib and says that it is a pickle; nothing is overwritten without --force."""
    path = tmp_path / "pipeline.joblib"
    done = run("model", "export", "--to", "sklearn", "-o", path)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"is a pickle" in done.stderr
    assert joblib.load(path).predict(["20% off all boots"])[0] == "social media marketing"
    done = run("model", "export", "--to", "json", "-o", path)
    assert done.returncode == 1
    assert b"this file exists" in done.stderr
    assert run("model", "export", "--to", "json", "-o", path, "--force").returncode == 0
    assert json.loads(path.read_bytes())["format"] == "socialclass-json"


def test_reproduce_tells_what_differs() -> None:
    """Another corpus gives another model, and the corpus is named as the cause."""
    examples = [Example(text, label) for text, label in zip(TEXTS, LABELS, strict=True)]
    model = train(TEXTS, LABELS)
    assert reproduce(model, examples) == (True, True, ())
    found = reproduce(model, [*examples, Example("more boots", LABELS[0])])
    assert not found.identical
    assert found.differences[0].startswith("corpus: not the one it was trained on")
    with pytest.raises(ModelError, match="how it was trained"):
        reproduce(Classifier(model.classes, model.weights), examples)


@pytest.mark.parametrize(("shift", "same"), [(1e-12, True), (1e-3, False)])
def test_rounding_is_told_from_a_difference(shift: float, same: bool) -> None:
    """Another processor's last bits make a model neither identical nor different."""
    examples = [Example(text, label) for text, label in zip(TEXTS, LABELS, strict=True)]
    model = train(TEXTS, LABELS)
    coef = tuple([value + shift for value in row] for row in model.weights.coef)
    found = reproduce(Classifier(model.classes, model.weights._replace(coef=coef), model.facts), examples)
    assert (found.identical, found.equivalent) == (False, same)
    assert found.differences[0].startswith("coef: differs by up to")


def test_verify_command(run: Run, tmp_path: Path) -> None:
    """0 identical, 4 different, by training again and by the file's bytes."""
    corpus, model = tmp_path / "c.csv", tmp_path / "m.joblib"
    rows = [f"{text},{label}\n" for text, label in zip(TEXTS, LABELS, strict=True)]
    corpus.write_text("text,label\n" + "".join(rows))
    assert run("train", corpus, "-o", model, "--seed", "3").returncode == 0
    done = run("model", "verify", model, corpus)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"identical" in done.stdout
    sha256 = json.loads(run("model", "show", model, "--output-format", "json").stdout)["sha256"]
    assert run("model", "verify", model, "--expect-sha256", sha256).returncode == 0
    done = run("model", "verify", model, "--expect-sha256", "0" * 64)
    assert (done.returncode, done.stdout) == (4, b"")
    assert sha256.encode() in done.stderr
    assert run("model", "verify", model, "--expect-sha256", "beef").returncode == 2
    corpus.write_text("text,label\n" + "".join(rows[:-1]))
    done = run("model", "verify", model, corpus)
    assert done.returncode == 4
    assert b"different" in done.stdout
    assert b"not the one it was trained on" in done.stderr
