"""Many texts at once to class scores: one contract, in `reference`; the core in C if it was built.

The environment variable SOCIALCLASS_PURE asks for the reference even so.
"""

import os
from typing import TYPE_CHECKING

from socialclass.model.scoring.reference import Counts, Scores, Terms, Weights

if TYPE_CHECKING or os.environ.get("SOCIALCLASS_PURE"):
    from socialclass.model.scoring.reference import Scorer, all_moderate, count_terms, line_feeds
else:
    try:
        from socialclass.model.scoring.compiled import Scorer, all_moderate, count_terms, line_feeds
    except ImportError:  # no compiler at install
        from socialclass.model.scoring.reference import Scorer, all_moderate, count_terms, line_feeds

__all__ = ["Counts", "Scorer", "Scores", "Terms", "Weights", "all_moderate", "count_terms", "line_feeds"]
