"""Label posts as social media marketing or social networking.

>>> from socialclass import load_model
>>> load_model().predict(["hey mum, landed safely, call you tonight"])[0].label
'social networking'
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from socialclass.batch import BatchOptions, label_files
    from socialclass.classifier import Classifier, Contribution, Explanation, Prediction
    from socialclass.corpus import Example, read_corpus
    from socialclass.errors import SocialclassError
    from socialclass.evaluation import Comparison, Evaluation, compare, evaluate
    from socialclass.persistence import load_model, save_model
    from socialclass.text import AnalyzerSettings, analyze
    from socialclass.training import TrainSettings, search, train
    from socialclass.validation import cross_validate, learning_curve

__all__ = [
    "AnalyzerSettings",
    "BatchOptions",
    "Classifier",
    "Comparison",
    "Contribution",
    "Evaluation",
    "Example",
    "Explanation",
    "Prediction",
    "SocialclassError",
    "TrainSettings",
    "analyze",
    "compare",
    "cross_validate",
    "evaluate",
    "label_files",
    "learning_curve",
    "load_model",
    "read_corpus",
    "save_model",
    "search",
    "train",
]

_HOMES = {
    "AnalyzerSettings": "text",
    "BatchOptions": "batch",
    "Classifier": "classifier",
    "Comparison": "evaluation",
    "Contribution": "classifier",
    "Evaluation": "evaluation",
    "Example": "corpus",
    "Explanation": "classifier",
    "Prediction": "classifier",
    "SocialclassError": "errors",
    "TrainSettings": "training",
    "analyze": "text",
    "compare": "evaluation",
    "cross_validate": "validation",
    "evaluate": "evaluation",
    "label_files": "batch",
    "learning_curve": "validation",
    "load_model": "persistence",
    "read_corpus": "corpus",
    "save_model": "persistence",
    "search": "training",
    "train": "training",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (PEP 562): the command line starts without the rest."""
    if name not in _HOMES:
        raise AttributeError(f"module 'socialclass' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"socialclass.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
