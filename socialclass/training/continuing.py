"""The corpus that a model was trained on, found again and checked: the model file holds its fingerprint alone."""

import os
from collections.abc import Sequence
from pathlib import Path

from socialclass.corpus import Example, fingerprint, read_corpus
from socialclass.errors import CorpusError, SocialclassError
from socialclass.model.classifier import Classifier
from socialclass.reading import ReadOptions
from socialclass.resources import find_resource

_REMEDY = "name the file that it was trained on: --corpus FILE"


def source_facts(path: str, reading: ReadOptions, label_field: str, group_field: str | None) -> dict[str, str | None]:
    """Return what a model file holds of where its corpus was and how it was read."""
    return {
        "path": path,
        "format": reading.format,
        "text_field": reading.text_field,
        "encoding": reading.encoding,
        "errors": reading.errors,
        "label_field": label_field,
        "group_field": group_field,
    }


def corpus_of(classifier: Classifier, model: str, path: str | None = None) -> list[Example]:
    """Return the examples that a model was trained on.

    model: path of its file; the recorded path of the corpus is looked for from here and beside the model, and last
    among what comes with the package. path: where the corpus is now.
    Raises `CorpusError` when it is not found, or no longer what it was.
    """
    sources = classifier.facts.get("sources") or [{"path": "data/train.jsonl"}]
    if path is not None and len(sources) == 1:
        sources = [{**sources[0], "path": path}]
    elif path is not None:
        sources = [{"path": path}]
    examples: list[Example] = []
    for source in sources:
        reading = ReadOptions(
            source.get("format") or "auto",
            source.get("text_field"),
            source.get("encoding") or "utf-8",
            source.get("errors") or "strict",
        )
        found = path if path is not None else _found(str(source["path"]), model)
        examples += read_corpus(found, reading, source.get("label_field") or "label", source.get("group_field"))
    _check(classifier, examples, ", ".join(str(source["path"]) for source in sources))
    return examples


def _found(name: str, model: str) -> str:
    for place in (Path(name), Path(model).parent / name):
        if place.exists():
            return os.fspath(place)
    try:
        return os.fspath(find_resource(*Path(name).parts))
    except SocialclassError:
        raise CorpusError("the corpus of this model is not here any more", place=name, remedy=_REMEDY) from None


def _check(classifier: Classifier, examples: Sequence[Example], place: str) -> None:
    if fingerprint(examples) != classifier.facts.get("corpus", {}).get("sha256"):
        raise CorpusError("not what the model was trained on: its fingerprint differs", place=place, remedy=_REMEDY)
