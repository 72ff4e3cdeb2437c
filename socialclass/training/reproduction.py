"""reproduce: train a model again as its file says it was trained, and compare the two number by number."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any, NamedTuple

from socialclass.corpus import Example, fingerprint
from socialclass.errors import ModelError
from socialclass.model.classifier import Classifier
from socialclass.model.text import AnalyzerSettings
from socialclass.training import TrainSettings, train_examples

ROUNDING = 1e-6  # of a weight: more than processors and libraries differ in, less than a probability shows


class Reproduction(NamedTuple):
    """Whether a second training gave the same model, and where it did not.

    equivalent: the same classes and terms, and numbers that differ by at most `ROUNDING`: processors, and versions of
        the numerical libraries, compute exponentials and logarithms a last bit apart.
    """

    identical: bool
    equivalent: bool
    differences: tuple[str, ...]


def reproduce(classifier: Classifier, examples: Sequence[Example], place: str = "") -> Reproduction:
    """Train again on `examples` with the settings and the seed in the model, and compare classes, terms and numbers.

    Identical means equal in every bit, equivalent but for rounding. Raises `ModelError` for a model that does not say
    how it was trained.

    >>> from socialclass.training import train
    >>> texts, labels = ["free shoes", "sale on shoes", "hi mum", "call mum"], ["ad", "ad", "chat", "chat"]
    >>> reproduce(train(texts, labels), [Example(*row) for row in zip(texts, labels)]).identical
    True
    """
    settings, seed = _recorded(classifier.facts, place)
    again = train_examples(examples, settings, seed)
    found, largest = _differences(classifier, again)
    if found:
        found = [*_causes(classifier.facts, again.facts, examples), *found]
    return Reproduction(not found, largest <= ROUNDING, tuple(found))


def _recorded(facts: Mapping[str, Any], place: str) -> tuple[TrainSettings, int]:
    try:
        settings = {"contrast": 0.0, **facts["settings"]}
        analyzer = AnalyzerSettings.from_facts(settings.pop("analyzer"))
        return TrainSettings(analyzer=analyzer, **settings), int(facts["seed"])
    except (KeyError, TypeError, ValueError) as error:
        problem = "the model does not say, in a way that this socialclass knows, how it was trained"
        raise ModelError(problem, place=place, remedy="verify it with the socialclass that made it") from error


def _differences(model: Classifier, again: Classifier) -> tuple[list[str], float]:
    """Return what differs, and the largest difference of a number."""
    if model.classes != again.classes:
        return [f"classes: {', '.join(model.classes)} in the file, {', '.join(again.classes)} now"], inf
    before, after = set(model.weights.terms), set(again.weights.terms)
    if before != after:
        return [f"terms: {len(before - after):,} only in the file, {len(after - before):,} only now"], inf
    found, most = [], 0.0
    for name, left, right in (
        ("idf", [model.weights.idf], [again.weights.idf]),
        ("coef", model.weights.coef, again.weights.coef),
        ("intercept", [model.weights.intercept], [again.weights.intercept]),
    ):
        pairs = zip((value for row in left for value in row), (value for row in right for value in row), strict=True)
        largest = max(abs(one - other) for one, other in pairs)
        most = max(most, largest)
        if largest:
            found.append(f"{name}: differs by up to {largest:.3g}")
    if model.weights.damping != again.weights.damping:
        found.append(f"damping: {model.weights.damping} in the file, {again.weights.damping} now")
        most = inf
    return found, most


def _causes(recorded: Mapping[str, Any], now: Mapping[str, Any], examples: Sequence[Example]) -> list[str]:
    """Return what may explain a difference: another corpus, other versions of what training rests on."""
    found = []
    wanted = recorded.get("corpus", {}).get("sha256", "")
    if wanted != fingerprint(examples):
        found.append(
            f"corpus: not the one it was trained on (sha256 {wanted[:12]} there, {fingerprint(examples)[:12]} here)"
        )
    versions = recorded.get("versions", {})
    found += [
        f"{name}: version {versions.get(name, 'unknown')} there, {version} here"
        for name, version in now["versions"].items()
        if versions.get(name) != version
    ]
    return found
