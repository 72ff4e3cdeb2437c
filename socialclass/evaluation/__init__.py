"""Measures of a classifier on labelled texts, their intervals and curves, gates, and two models compared."""

from socialclass.evaluation.comparison import Change, Comparison, compare
from socialclass.evaluation.curves import calibration_error, risk_coverage
from socialclass.evaluation.gates import Gate, check_gates
from socialclass.evaluation.measures import Evaluation, LabelMeasures, evaluate, evaluate_by, evaluate_outcomes, measure
from socialclass.evaluation.outcomes import Outcomes, judge

__all__ = [
    "Change",
    "Comparison",
    "Evaluation",
    "Gate",
    "LabelMeasures",
    "Outcomes",
    "calibration_error",
    "check_gates",
    "compare",
    "evaluate",
    "evaluate_by",
    "evaluate_outcomes",
    "judge",
    "measure",
    "risk_coverage",
]
