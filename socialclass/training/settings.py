"""What training can be told. Nothing is computed here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from socialclass.model.text import AnalyzerSettings

FOLDS = 5
MANY_TEXTS = 10_000


@dataclass(frozen=True)
class TrainSettings:
    """What training does; the defaults are those of the bundled model.

    analyzer: what is a term.
    min_df: terms in fewer texts than this are dropped; 0 for 2 from `MANY_TEXTS` on, else 1: in a large corpus three
        quarters of the terms stand in one text, and hardly help.
    damping: the constant entry of every vector before L2 normalising, in units of tf * idf; 0 for none.
    idf_power: 1 for TF-IDF as it is mostly used; 2 applies the idf twice, as when it weighs both document and query
        (SMART's ``ltc.ltc``): rare words count for more, habits of style for less; 0 for no idf; 1.5 lies between.
    contrast: 0 for none; above, a term's idf is multiplied by this power of how unequally often the labels use it
        (the log-count ratio of Wang and Manning's NB-SVM, ACL 2012), so that telling words meet less of the penalty.
    C: inverse strength of the L2 penalty, as in scikit-learn.
    class_weight: ``balanced`` or None, as in scikit-learn.
    calibrate: fit slope and offsets of the scores on out-of-fold scores.
    """

    analyzer: AnalyzerSettings = AnalyzerSettings()
    min_df: int = 0
    damping: float = 100.0
    idf_power: float = 2
    C: float = 1.0
    class_weight: str | None = None
    calibrate: bool = True
    contrast: float = 0.5

    def least_texts(self, texts: int) -> int:
        """Return in how many of so many texts a term must stand to be known.

        >>> TrainSettings().least_texts(9), TrainSettings().least_texts(MANY_TEXTS)
        (1, 2)
        """
        return self.min_df or (2 if texts >= MANY_TEXTS else 1)

    def as_facts(self) -> dict[str, Any]:
        """Return the settings as a model file holds them; without contrast, as before there was any."""
        facts = {**asdict(self), "analyzer": self.analyzer.as_facts()}
        return facts if self.contrast else {name: value for name, value in facts.items() if name != "contrast"}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> "TrainSettings":
        """Return the settings that a model file holds; what it does not say is the default.

        >>> TrainSettings.from_facts(TrainSettings(C=7.0).as_facts()).C
        7.0
        """
        known = {name: value for name, value in facts.items() if name in cls.__dataclass_fields__}
        if isinstance(analyzer := known.get("analyzer"), dict):
            fields = {name: value for name, value in analyzer.items() if name in AnalyzerSettings._fields}
            known |= {"analyzer": AnalyzerSettings.from_facts(fields), "contrast": known.get("contrast", 0.0)}
        return cls(**known)
