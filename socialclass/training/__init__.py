"""train: examples to a Classifier. The core counts terms; scikit-learn divides into folds and fits.

TF-IDF (sublinear, smoothed idf, a constant entry before L2 normalising), logistic regression (L2 penalty), then a
calibration on out-of-fold scores that folds into the coefficients, so that it costs nothing when scoring.
"""

from socialclass.training.calibration import fit_calibration
from socialclass.training.continuing import corpus_of, source_facts
from socialclass.training.fitting import fit
from socialclass.training.folding import folds, out_of_fold_scores
from socialclass.training.learning import train, train_examples
from socialclass.training.remarks import remarks
from socialclass.training.settings import FOLDS, TrainSettings
from socialclass.training.trials import Progress, Trial
from socialclass.training.tuning import SearchResult, search
from socialclass.training.vectors import damped

__all__ = [
    "FOLDS",
    "Progress",
    "SearchResult",
    "TrainSettings",
    "Trial",
    "corpus_of",
    "damped",
    "fit",
    "fit_calibration",
    "folds",
    "out_of_fold_scores",
    "remarks",
    "search",
    "source_facts",
    "train",
    "train_examples",
]
