"""check_rows: what a labelled corpus holds that misleads a model. It reads and writes no file and mends nothing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from socialclass.curation.duplicates import NEAR, Match, find_matches, words_of
from socialclass.curation.rows import Row
from socialclass.curation.suspects import find_suspects
from socialclass.curation.telltales import FEWEST_TEXTS, find_telltales, strength
from socialclass.errors import CorpusError

SUSPECTS = 60


class Finding(NamedTuple):
    """A fault of a corpus: its kind (a name of `KINDS`), where it stands, and what is wrong.

    related: other places that the problem speaks of. score: of a near copy its similarity, of a suspect the
    out-of-fold probability of its own label; None for the rest.
    """

    kind: str
    place: str
    problem: str
    related: tuple[str, ...] = ()
    score: float | None = None


@dataclass(frozen=True)
class CheckOptions:
    """What counts as a fault.

    near: least similarity of near copies, above 0 to 1. fewest_words: shorter texts are too short.
    least_share: a label with a smaller share of the largest label's rows is too rare.
    suspects: how many likely label errors to name at most; 0 fits no model. telltale_texts: least texts of a mark.
    """

    near: float = NEAR
    fewest_words: int = 2
    least_share: float = 0.1
    suspects: int = SUSPECTS
    telltale_texts: int = FEWEST_TEXTS
    ignore: frozenset[str] = frozenset()
    seed: int = 0


class _Corpus(NamedTuple):
    """The rows that can be learnt from, those held against them, and how their texts repeat (indices into both)."""

    rows: Sequence[Row]
    against: Sequence[Row]
    matches: Sequence[Match]

    @property
    def both(self) -> list[Row]:
        return [*self.rows, *self.against]


@dataclass(frozen=True)
class Kind:
    """A kind of fault: its name, what it is, what to do, and what finds it."""

    name: str
    help: str
    remedy: str
    find: Callable[[_Corpus, CheckOptions], Iterator[Finding]] | None = None


def check_rows(
    rows: Sequence[Row], against: Sequence[Row] = (), options: CheckOptions = CheckOptions()
) -> list[Finding]:
    """Return the faults of a corpus, kind by kind in the order of `KINDS`, each in the order of the file.

    against: held-out rows, which are checked too, and for texts or groups that stand on both sides.
    Suspects come surest first. Raises `CorpusError` for a corpus without rows.
    """
    if not rows:
        raise CorpusError("the corpus is empty", remedy="give it labelled texts")
    unusable = [*_unusable(rows), *_unusable(against)]
    sides = [[row for row in side if not row.error and row.example.text.strip()] for side in (rows, against)]
    matches = find_matches((row.example.text for side in sides for row in side), options.near)
    sound = _Corpus(sides[0], sides[1], matches)
    findings = [finding for finding in unusable if finding.kind not in options.ignore]
    for kind in KINDS:
        if kind.find is not None and kind.name not in options.ignore:
            findings.extend(kind.find(sound, options))
    return findings


def _unusable(rows: Sequence[Row]) -> Iterator[Finding]:
    for row in rows:
        if row.error:
            yield Finding("unreadable", row.place, row.error)
        elif not row.example.text.strip() and not row.example.facts:
            yield Finding("empty", row.place, "the text is empty")


def _conflicts(corpus: _Corpus, options: CheckOptions) -> Iterator[Finding]:
    rows = corpus.both
    for match in corpus.matches:
        row, earlier = rows[match.row], rows[match.earlier]
        if match.similarity == 1.0 and row.example.label != earlier.example.label:
            problem = f"{row.example.label!r} here, {earlier.example.label!r} in {earlier.place}, for the same text"
            yield Finding("conflict", row.place, problem, (earlier.place,))


def _duplicates(corpus: _Corpus, options: CheckOptions) -> Iterator[Finding]:
    yield from _repeated(corpus, "duplicate", lambda match: match.exact)


def _near_copies(corpus: _Corpus, options: CheckOptions) -> Iterator[Finding]:
    yield from _repeated(corpus, "near", lambda match: not match.exact)


def _repeated(corpus: _Corpus, kind: str, wanted: Callable[[Match], bool]) -> Iterator[Finding]:
    """Yield a finding for each row that repeats an earlier one of its own side; a conflict is told as such."""
    rows, seen = corpus.both, set()
    for match in corpus.matches:
        row, earlier = rows[match.row], rows[match.earlier]
        across = match.earlier < len(corpus.rows) <= match.row
        conflict = match.similarity == 1.0 and row.example.label != earlier.example.label
        if not wanted(match) or across or conflict or match.row in seen:
            continue
        seen.add(match.row)
        label = "" if row.example.label == earlier.example.label else f", which is {earlier.example.label!r}"
        what = "the text of" if match.exact else f"{match.similarity:.0%} the words of"
        yield Finding(kind, row.place, f"{what} {earlier.place}{label}", (earlier.place,), match.similarity)


def _leaks(corpus: _Corpus, options: CheckOptions) -> Iterator[Finding]:
    rows, seen = corpus.both, set()
    for match in corpus.matches:
        row, earlier = rows[match.row], rows[match.earlier]
        if match.earlier < len(corpus.rows) <= match.row and match.row not in seen:
            seen.add(match.row)
            what = "the text of" if match.exact else f"{match.similarity:.0%} the words of"
            yield Finding("leak", row.place, f"{what} {earlier.place}", (earlier.place,), match.similarity)
    groups: dict[str, Row] = {row.example.group: row for row in reversed(corpus.rows)}
    shared = Counter(row.example.group for row in corpus.against if row.example.group in groups)
    shared.pop("", None)
    for row in corpus.against:
        if count := shared.pop(row.example.group, 0):
            first = groups[row.example.group].place
            problem = f"group {row.example.group!r} is on both sides ({count} rows here; also {first})"
            yield Finding("leak", row.place, problem, (first,))


def _too_short(corpus: _Corpus, options: CheckOptions) -> Iterator[Finding]:
    for row in corpus.both:
        count = len(words_of(row.example.text))
        if count < options.fewest_words and not row.example.facts:
            yield Finding("short", row.place, f"{count or 'no'} {'word' if count == 1 else 'words'}")


def _imbalance(corpus: _Corpus, options: CheckOptions) -> Iterator[Finding]:
    from socialclass.training import FOLDS  # late: it brings numpy, and --help asks this module for its kinds

    places: dict[str, list[str]] = defaultdict(list)
    for row in corpus.rows:
        places[row.example.label].append(row.place)
    most = max(map(len, places.values()), default=0)
    for label, found in sorted(places.items()):
        if len(places) == 1:
            yield Finding("imbalance", found[0], f"every row has the label {label!r}")
        elif len(found) < max(FOLDS, options.least_share * most):
            yield Finding("imbalance", found[0], f"{len(found)} rows of {label!r}, {most} of the largest label")


def _telltales(corpus: _Corpus, options: CheckOptions) -> Iterator[Finding]:
    examples = [row.example for row in corpus.rows]
    texts, labels = [example.text for example in examples], [example.label for example in examples]
    for each in find_telltales(texts, labels, options.telltale_texts):
        problem = f"{each.mark!r} is in {each.texts} texts, {each.of_label} of them {each.label!r} ({strength(each.p)})"
        yield Finding("telltale", corpus.rows[each.first].place, problem)


def _suspects(corpus: _Corpus, options: CheckOptions) -> Iterator[Finding]:
    """Yield likely label errors; a row in a conflict is left out: it has been named."""
    if not options.suspects:
        return
    named = {finding.place for finding in _conflicts(corpus, options)}
    named |= {place for finding in _conflicts(corpus, options) for place in finding.related}
    suspects = find_suspects([row.example for row in corpus.rows], options.seed)
    suspects = [suspect for suspect in suspects if corpus.rows[suspect.row].place not in named]
    for suspect in suspects[: options.suspects]:
        row = corpus.rows[suspect.row]
        problem = f"labelled {row.example.label!r} ({suspect.own:.0%}), other rows say {suspect.label!r}"
        yield Finding("suspect", row.place, problem, (), suspect.own)


KINDS: tuple[Kind, ...] = (
    Kind("unreadable", "a row that cannot be read, or has no label", "mend or remove the row"),
    Kind("empty", "a row without a text", "remove the row"),
    Kind("conflict", "the same text under two labels", "decide for one label", _conflicts),
    Kind("duplicate", "the same text again", "keep one", _duplicates),
    Kind("near", "nearly the same words again", "keep one, or give both one group", _near_copies),
    Kind("leak", "a text or a group on both sides of --against", "remove it from one side", _leaks),
    Kind("short", "too few words to judge by", "remove the row, or find the whole text", _too_short),
    Kind("imbalance", "a label that is rare beside the others", "label more of it, or train --class-weight balanced",
         _imbalance),
    Kind("telltale", "a handle, hashtag, domain or sign-off that gives the label away",
         "mask it, or add texts of other labels that have it", _telltales),
    Kind("suspect", "a label that models of the other rows contradict", "read it again", _suspects),
)  # fmt: skip
_REMEDIES = {kind.name: kind.remedy for kind in KINDS}


def remedy(finding: Finding) -> str:
    """Return what to do about a finding."""
    return _REMEDIES[finding.kind]


def report(findings: Sequence[Finding], rows: int) -> dict[str, Any]:
    """Return the findings for a script: how many rows were read, the count of each kind, each finding as an object."""
    counts = Counter(finding.kind for finding in findings)
    return {
        "rows": rows,
        "counts": {kind.name: counts[kind.name] for kind in KINDS},
        "findings": [{**finding._asdict(), "remedy": remedy(finding)} for finding in findings],
    }
