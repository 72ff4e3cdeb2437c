"""Gates: bounds that a measure must keep, for scripts that go by the exit code."""

from collections.abc import Sequence
from typing import NamedTuple

from socialclass.errors import SocialclassError
from socialclass.evaluation.measures import LABEL_MEASURES, MEASURES, Evaluation, figure_names

_LESS_IS_BETTER = {row.name for row in (*MEASURES, *LABEL_MEASURES) if not row.more_is_better}


class Gate(NamedTuple):
    """A measure's name and the least it may be, or the most where less is better."""

    name: str
    bound: float


class GateResult(NamedTuple):
    """What a gate found."""

    gate: Gate
    value: float
    passed: bool

    def __str__(self) -> str:
        relation = "at most" if self.gate.name in _LESS_IS_BETTER else "at least"
        return f"{self.gate.name} is {self.value:.4f}, the gate {self.gate.bound:g} ({relation})"


class UnknownMeasureError(SocialclassError):
    """A gate names a measure that there is not."""

    def __init__(self, name: str, classes: Sequence[str]) -> None:
        listed = ", ".join(figure_names(classes))
        super().__init__(f"no measure {name!r}", remedy=f"choose one of: {listed}")


def check_names(gates: Sequence[Gate], classes: Sequence[str]) -> None:
    """Raise `UnknownMeasureError`, listing the measures, for a gate whose name is none of them."""
    for gate in gates:
        if gate.name not in figure_names(classes):
            raise UnknownMeasureError(gate.name, classes)


def check_gates(gates: Sequence[Gate], evaluation: Evaluation) -> list[GateResult]:
    """Return each gate's result; raises `UnknownMeasureError`.

    >>> from socialclass.evaluation.measures import measure
    >>> measured = measure(["a", "b"], ["a", "a"], [0.9, 0.6], ["a", "b"])
    >>> print(*check_gates([Gate("accuracy", 0.9)], measured))
    accuracy is 0.5000, the gate 0.9 (at least)
    """
    check_names(gates, list(evaluation.labels))
    results = []
    for gate in gates:
        value = evaluation.figure(gate.name)
        less = gate.name in _LESS_IS_BETTER
        results.append(GateResult(gate, value, value <= gate.bound if less else value >= gate.bound))
    return results
