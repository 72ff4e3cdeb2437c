"""A model in the shapes of other tools: a scikit-learn pipeline, plain JSON, an ONNX graph."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from socialclass.errors import MissingExtraError
from socialclass.model.classifier import Classifier
from socialclass.model.text import analyze
from socialclass.training import damped
from socialclass.writing.files import open_output

if TYPE_CHECKING:
    from onnx import ModelProto
    from sklearn.pipeline import Pipeline

_OPSET, _IR = 13, 8  # old enough for every runtime of the last years
_FORMULA = (
    "x = (1 + ln count) * idf for each term that a text has; x / sqrt(sum(x * x) + damping * damping); "
    "score = intercept + sum(coef * x); two classes: P(second) = 1 / (1 + exp(-score)); more: softmax of the scores"
)


def to_pipeline(classifier: Classifier) -> "Pipeline":
    """Return a scikit-learn Pipeline (texts in) with the classifier's own probabilities.

    It refers to functions of socialclass, so it unpickles only where socialclass is installed.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import FunctionTransformer

    weights = classifier.weights
    vectorizer = TfidfVectorizer(
        analyzer=partial(analyze, settings=weights.analyzer),
        vocabulary={term: i for i, term in enumerate(weights.terms)},
        sublinear_tf=True,
        norm=None,
    )
    vectorizer.idf_ = np.array(weights.idf)
    model = LogisticRegression()
    model.classes_ = np.array(classifier.classes)
    model.coef_ = np.array([list(row) for row in weights.coef])
    model.intercept_ = np.array(weights.intercept)
    model.n_features_in_ = len(weights.terms)
    damping = FunctionTransformer(damped, accept_sparse=True, kw_args={"damping": weights.damping})
    return Pipeline([("tfidf", vectorizer), ("damping", damping), ("model", model)])


def to_json(classifier: Classifier) -> dict[str, Any]:
    """Return all numbers of the model as builtins, with the formula that turns a text's terms into probabilities.

    ``coef`` has a row for each class, or the second class's alone when there are two; columns are the ``terms``.
    """
    weights = classifier.weights
    return {
        "format": "socialclass-json",
        "version": 1,
        "classes": list(classifier.classes),
        "analyzer": weights.analyzer.as_facts(),
        "formula": _FORMULA,
        "damping": weights.damping,
        "intercept": list(weights.intercept),
        "terms": list(weights.terms),
        "idf": list(weights.idf),
        "coef": [list(row) for row in weights.coef],
        "facts": dict(classifier.facts),
    }


def to_onnx(classifier: Classifier) -> "ModelProto":
    """Return an ONNX graph from term counts to a label and probabilities, in double precision.

    ONNX has no operator for the analyser, so the input is ``counts``, shape (n_texts, n_terms): how often each text has
    each term. The terms, joined by line feeds, and the analyser's settings are in the file's metadata.
    Raises `MissingExtraError` without the extra ``onnx``.
    """
    try:
        from onnx import TensorProto, checker, helper
    except ImportError as error:
        raise MissingExtraError("onnx", what="exporting to ONNX") from error

    weights = classifier.weights
    rows, size = len(weights.coef), len(weights.terms)
    by_term = [value for column in zip(*weights.coef, strict=True) for value in column]

    def constant(name: str, shape: list[int], values: Any, kind: int = TensorProto.DOUBLE) -> Any:
        return helper.make_tensor(name, kind, shape, values)

    constants = [
        constant("zero", [], [0.0]),
        constant("one", [], [1.0]),
        constant("idf", [size], weights.idf),
        constant("damping", [], [weights.damping**2]),
        constant("coef", [size, rows], by_term),
        constant("intercept", [rows], weights.intercept),
        constant("classes", [len(classifier.classes)], [n.encode() for n in classifier.classes], TensorProto.STRING),
    ]
    nodes = [helper.make_node(kind, taken, [made], **options) for kind, taken, made, options in _graph(rows)]
    graph = helper.make_graph(
        nodes,
        "socialclass",
        [helper.make_tensor_value_info("counts", TensorProto.DOUBLE, ["texts", size])],
        [
            helper.make_tensor_value_info("label", TensorProto.STRING, ["texts"]),
            helper.make_tensor_value_info("probabilities", TensorProto.DOUBLE, ["texts", len(classifier.classes)]),
        ],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)
    helper.set_model_props(
        model, {"terms": "\n".join(weights.terms), "analyzer": json.dumps(weights.analyzer.as_facts())}
    )
    checker.check_model(model)
    return model


def _graph(rows: int) -> list[tuple[str, list[str], str, dict[str, Any]]]:
    """Return the graph's steps: operator, inputs, output, attributes."""
    last: list[tuple[str, list[str], str, dict[str, Any]]] = [("Softmax", ["scores"], "probabilities", {"axis": 1})]
    if rows == 1:
        last = [
            ("Sigmoid", ["scores"], "second", {}),
            ("Sub", ["one", "second"], "first", {}),
            ("Concat", ["first", "second"], "probabilities", {"axis": 1}),
        ]
    return [
        ("Greater", ["counts", "zero"], "there", {}),
        ("Where", ["there", "counts", "one"], "safe", {}),
        ("Log", ["safe"], "log", {}),
        ("Add", ["log", "one"], "tf", {}),
        ("Mul", ["tf", "idf"], "tfidf", {}),
        ("Where", ["there", "tfidf", "zero"], "vector", {}),
        ("ReduceSumSquare", ["vector"], "squares", {"axes": [1], "keepdims": 1}),
        ("Add", ["squares", "damping"], "damped", {}),
        ("Sqrt", ["damped"], "length", {}),
        ("Greater", ["length", "zero"], "long", {}),
        ("Where", ["long", "length", "one"], "divisor", {}),
        ("Div", ["vector", "divisor"], "unit", {}),
        ("MatMul", ["unit", "coef"], "products", {}),
        ("Add", ["products", "intercept"], "scores", {}),
        *last,
        ("ArgMax", ["probabilities"], "best", {"axis": 1, "keepdims": 0}),
        ("Gather", ["classes", "best"], "label", {"axis": 0}),
    ]


def _sklearn_bytes(classifier: Classifier) -> bytes:
    import io

    import joblib

    buffer = io.BytesIO()
    joblib.dump(to_pipeline(classifier), buffer, protocol=4)
    return buffer.getvalue()


def _json_bytes(classifier: Classifier) -> bytes:
    return json.dumps(to_json(classifier), ensure_ascii=False, indent=1).encode() + b"\n"


def _onnx_bytes(classifier: Classifier) -> bytes:
    return bytes(to_onnx(classifier).SerializeToString())


@dataclass(frozen=True)
class Shape:
    """A row of the table of exports: its name, what the file is, and what makes its bytes."""

    name: str
    help: str
    encode: Callable[[Classifier], bytes]


SHAPES = (
    Shape("sklearn", "a joblib file of a scikit-learn Pipeline; a pickle, opened only where socialclass is installed",
          _sklearn_bytes),
    Shape("json", "terms, idf, coefficients and the formula, as plain JSON", _json_bytes),
    Shape("onnx", "an ONNX graph from counts of terms to probabilities; the analyser stays outside", _onnx_bytes),
)  # fmt: skip


def export_model(classifier: Classifier, shape: str, path: str | os.PathLike[str]) -> None:
    """Write the model as a row of `SHAPES` says, whole or not at all; raises `OutputError`, `MissingExtraError`."""
    data = next(row for row in SHAPES if row.name == shape).encode(classifier)
    with open_output(os.fspath(path)) as stream:
        stream.write(data)
