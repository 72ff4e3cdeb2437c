"""Label posts as social media marketing or social networking.

>>> from socialclass import load_model
>>> load_model().predict(["hey mum, landed safely, call you tonight"])[0].label
'social networking'
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from socialclass.corpus import Example, read_corpus
    from socialclass.errors import SocialclassError
    from socialclass.evaluation import Comparison, Evaluation, compare, evaluate
    from socialclass.labelling.run import BatchOptions, label_files
    from socialclass.model.classifier import Classifier, Contribution, Explanation, Prediction
    from socialclass.model.persistence import load_model, save_model
    from socialclass.model.text import AnalyzerSettings, analyze
    from socialclass.training import TrainSettings, search, train
    from socialclass.training.validation import cross_validate, learning_curve

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
    "AnalyzerSettings": "model.text",
    "BatchOptions": "labelling.run",
    "Classifier": "model.classifier",
    "Comparison": "evaluation",
    "Contribution": "model.classifier",
    "Evaluation": "evaluation",
    "Example": "corpus",
    "Explanation": "model.classifier",
    "Prediction": "model.classifier",
    "SocialclassError": "errors",
    "TrainSettings": "training",
    "analyze": "model.text",
    "compare": "evaluation",
    "cross_validate": "training.validation",
    "evaluate": "evaluation",
    "label_files": "labelling.run",
    "learning_curve": "training.validation",
    "load_model": "model.persistence",
    "read_corpus": "corpus",
    "save_model": "model.persistence",
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
