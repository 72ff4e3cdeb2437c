"""Many texts at once to class scores: one contract, in `reference`."""

from socialclass.scoring.reference import Scorer, Scores, Weights

__all__ = ["Scorer", "Scores", "Weights"]
