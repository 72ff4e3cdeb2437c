"""Records in, labelled records out: the stream behind `classify`. It opens no file and draws nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from socialclass.errors import InputError, TakenFieldError
from socialclass.model.classifier import UNCERTAIN, Classifier, Explanation, Prediction
from socialclass.model.text import beginning
from socialclass.reading.record import AddedFields, Record, Value

BATCH = 1000
UNCERTAIN_REASONS = ("empty", "no_known_terms", "low_confidence", "not_english")


class LabelOptions(NamedTuple):
    """What is added to a record.

    min_confidence: probability (0 to 1) below which the label is `uncertain`.
    probabilities: add a column for each class, named by the class.
    explain: add `explanation` with this many of the strongest terms; 0 for none.
    prefix: put before the name of each added field.
    batch: records scored at once; 1 answers each line as it comes.
    check_language: a text that is not English is `uncertain`, reason ``not_english``.
    """

    min_confidence: float = 0.0
    probabilities: bool = False
    explain: int = 0
    prefix: str = ""
    batch: int = BATCH
    check_language: bool = False

    def names(self, classifier: Classifier) -> tuple[str, ...]:
        """Return the names of the added fields, in order."""
        names = ["predicted_label", "probability", "reason"]
        names += classifier.classes if self.probabilities else ()
        names += ["explanation"] if self.explain else []
        return tuple(self.prefix + name for name in names)


class Labelled(NamedTuple):
    """A record and what was added to it."""

    record: Record
    added: AddedFields


@dataclass
class Tally:
    """Counts of one run, filled while the records pass."""

    labels: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    records: int = 0
    unreadable: int = 0

    def add(self, label: str, reason: str, error: str) -> None:
        """Count one record."""
        self.records += 1
        self.labels[label] += 1
        if error:
            self.unreadable += 1
        elif reason:
            self.reasons[reason] += 1

    def add_block(self, classes: Sequence[str], counts: Sequence[int]) -> None:
        """Count many records: how many of each class, then how many for each of `UNCERTAIN_REASONS`."""
        self.records += sum(counts)
        uncertain = counts[len(classes) :]
        self.labels += Counter(dict(zip(classes, counts, strict=False)))
        self.labels += Counter({UNCERTAIN: sum(uncertain)})
        self.reasons += Counter(dict(zip(UNCERTAIN_REASONS, uncertain, strict=True)))

    def add_all(self, other: "Tally") -> None:
        """Count what another has counted."""
        self.labels += other.labels
        self.reasons += other.reasons
        self.records += other.records
        self.unreadable += other.unreadable


def label_records(
    records: Iterable[Record], classifier: Classifier, options: LabelOptions, tally: Tally | None = None
) -> Iterator[Labelled]:
    """Yield exactly one labelled record for each record, in order.

    A record that could not be read is `uncertain` and says so in its reason. Raises `TakenFieldError` when a record
    already has a field that would be added.
    """
    names = options.names(classifier)
    tally = tally if tally is not None else Tally()
    checked: object = None
    for batch in _batches(iter(records), options.batch):
        facts = [record.facts for record in batch] if any(record.facts for record in batch) else None
        languages = [record.language for record in batch] if options.check_language else None
        predictions = predict([record.text for record in batch], facts, languages, classifier, options.min_confidence)
        for record, prediction in zip(batch, predictions, strict=True):
            if record.names is not checked and not record.error:
                _check_names(record, names)
                checked = record.names
            tally.add(UNCERTAIN if record.error else prediction.label, prediction.reason, record.error)
            yield Labelled(record, AddedFields(names, _added(record, prediction, classifier, options)))


def predict(
    texts: Sequence[str],
    facts: Sequence[Sequence[str]] | None,
    languages: Sequence[str] | None,
    classifier: Classifier,
    min_confidence: float = 0.0,
) -> list[Prediction]:
    """Return the predictions of texts and their facts: the one way from a record, or an activity, to its label.

    facts: of each text, or None for none. languages: what the source says of each text's language; a text that is not
    English then gets no label, since the model has learnt nothing else; None to ask nothing.
    """
    predictions = classifier.predict(texts, min_confidence, facts)
    if languages is None:
        return predictions
    from socialclass.language import NOT_ENGLISH, is_foreign

    even = (1.0 / len(classifier.classes),) * len(classifier.classes)
    foreign = Prediction(UNCERTAIN, None, NOT_ENGLISH, even)
    return [
        foreign if text and is_foreign(beginning(text), language) else prediction
        for text, language, prediction in zip(texts, languages, predictions, strict=True)
    ]


def _batches(records: Iterator[Record], size: int) -> Iterator[list[Record]]:
    """Yield the records in lists; those before one that ends the reading with an error come first."""
    end: InputError | None = None
    while end is None:
        batch: list[Record] = []
        try:
            batch.extend(islice(records, size))  # what was read stays in the list when reading fails
        except InputError as error:
            end = error
        if batch:
            yield batch
        elif end is None:
            return
    raise end


def _added(record: Record, prediction: Prediction, classifier: Classifier, options: LabelOptions) -> tuple[Value, ...]:
    if record.error:
        values: list[Value] = [UNCERTAIN, None, f"error: {record.error}"]
        values += [None] * len(classifier.classes) if options.probabilities else []
        values += [None] if options.explain else []
        return tuple(values)
    values = [prediction.label, prediction.probability, prediction.reason]
    if options.probabilities:
        values += prediction.probabilities
    if options.explain:
        values.append(explanation_text(classifier.explain(record.text, record.facts), options.explain))
    return tuple(values)


def explanation_text(explanation: Explanation, size: int) -> str:
    """Return the strongest contributions on one line; with the rest and the intercept they sum to the logit.

    >>> from socialclass.model.classifier import Contribution
    >>> prediction = Prediction("marketing", 0.9, "", (0.9, 0.1))
    >>> terms = (Contribution("sale", 2.0), Contribution("my", -0.5), Contribution("off", 0.25))
    >>> explanation_text(Explanation(prediction, 2.0, 0.25, terms), 2)
    'sale +2.000; my -0.500; (other terms) +0.250; (intercept) +0.250; (logit) +2.000'
    """
    shown = [(each.term, each.contribution) for each in explanation.contributions[:size]]
    rest = sum(each.contribution for each in explanation.contributions[size:])
    parts = [*shown, ("(other terms)", rest), ("(intercept)", explanation.intercept), ("(logit)", explanation.logit)]
    return "; ".join(f"{name} {value:+.3f}" for name, value in parts)


def _check_names(record: Record, added: tuple[str, ...]) -> None:
    taken = [name for name in added if name in record.names]
    if taken:
        raise TakenFieldError(taken, place=str(record.place))
