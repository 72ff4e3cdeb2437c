"""What is odd about a corpus and does not keep it from being learnt: said before training, changed by nobody."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from socialclass.corpus import Example
from socialclass.training.folding import why_no_folds

_SHOWN = 3


def remarks(examples: Sequence[Example]) -> list[str]:
    """Return what a person may want to know before training: one line each, with counts and places.

    Places count the texts of the corpus from 1. A repeated text stays on one side of every division into folds.

    >>> for line in remarks([Example("hi", "a"), Example("ho", "b"), Example("hi", "b")]):
    ...     print(line)
    1 text stands under two labels or more: texts 1 and 3
    under 5 texts of a label: no cross-validation, no calibration
    """
    places: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    for place, example in enumerate(examples):
        places[example.text, example.facts].append(place)
    repeated = [each for each in places.values() if len(each) > 1]
    labels = [{examples[place].label for place in each} for each in repeated]
    conflicting = [each for each, names in zip(repeated, labels, strict=True) if len(names) > 1]
    equal = [each for each, names in zip(repeated, labels, strict=True) if len(names) == 1]
    found = []
    if conflicting:
        verb = "text stands" if len(conflicting) == 1 else "texts stand"
        found.append(f"{len(conflicting):,} {verb} under two labels or more: {_listed(conflicting)}")
    if equal:
        surplus = sum(len(each) - 1 for each in equal)
        verb = "text repeats" if surplus == 1 else "texts repeat"
        found.append(f"{surplus:,} {verb} another of its label: {_listed(equal)}")
    return found + _unsteady(examples)


def _listed(groups: Sequence[Sequence[int]]) -> str:
    shown = ["texts " + " and ".join(str(place + 1) for place in each[:_SHOWN]) for each in groups[:_SHOWN]]
    return "; ".join(shown) + ("; …" if len(groups) > _SHOWN else "")


def _unsteady(examples: Sequence[Example]) -> list[str]:
    counts = Counter(example.label for example in examples)
    groups: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        groups[example.label].add(example.group)
    found = [
        f"all {counts[label]:,} texts of the label {label!r} are in one group, {next(iter(named))!r}"
        for label, named in sorted(groups.items())
        if len(named) == 1 and "" not in named
    ]
    why = why_no_folds(examples, min(counts.values(), default=0))
    return [*found, f"{why}: no cross-validation, no calibration"] if why else found
