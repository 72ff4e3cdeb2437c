"""Work on a labelled corpus before it is learnt from: check, split, suggest what to label, label by hand."""

from socialclass.curation.checking import KINDS, CheckOptions, Finding, Kind, check_rows, remedy, report
from socialclass.curation.rows import Row, read_rows, write_rows
from socialclass.curation.session import Session
from socialclass.curation.splitting import split_rows
from socialclass.curation.suggesting import Suggestion, suggest

__all__ = [
    "KINDS",
    "CheckOptions",
    "Finding",
    "Kind",
    "Row",
    "Session",
    "Suggestion",
    "check_rows",
    "read_rows",
    "remedy",
    "report",
    "split_rows",
    "suggest",
    "write_rows",
]
