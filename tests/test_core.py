"""The compiled core equals the readable reference, number for number and byte for byte."""

import io
import math
import random
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from socialclass.errors import InputError
from socialclass.labelling import line_way as blocks
from socialclass.labelling.line_way import label_blocks
from socialclass.labelling.record_way import UNCERTAIN_REASONS, LabelOptions, Tally, label_records
from socialclass.model.classifier import UNCERTAIN, Classifier
from socialclass.model.scoring import reference
from socialclass.model.scoring.reference import Scores, Weights
from socialclass.model.text import LONGEST_TEXT, AnalyzerSettings, analyze, normalize
from socialclass.reading import streams
from socialclass.reading.lines import read_lines
from socialclass.writing.plain import PlainWriter
from tests.conftest import TEXTS

compiled = pytest.importorskip("socialclass.model.scoring.compiled", reason="the core was not built")

# what the analyser treats in its own way, to be put side by side
PIECES = [
    "free", "Boots", "mum", "DON'T", "rock'n'roll", "'", "’", "“", "20%", "£5", "€", "$",
    "_", "snake_case", "-", "+", ".", "..", ",", "!", "#", "##", "#BlackFriday2024",
    "#ABCdef", "＃ＢｌａｃｋＦｒｉ", "@", "@ana", "me@x.org", "@TernAirHelp", "@kestrelbb_care", "x@railcare",
    "é@railcare", "＠ＴｅｒｎＨｅｌｐ", "@éRailCare9Support", "a.b+c@", "http://",
    "https://t.co/Aß1", "HTTP://X", "www.", "www.shop", "wwww.x", "shop.com/",
    "a..b.com/x", "x.c/", "x-y.co/é",
    "www.www.x", "https://www.t.co", "http://www.", "http://-x.y", "http://a..b", "-x.co/", "<url>", "http://fb/",
    "Facebook", "facebooks", "SLACK", "İstanbul",
    "ΟΔΟΣ", "Σ", "ς", "ﬁne", "ﬀ", "e\u0301", "q\u0323\u0307", "क्षि", "नमस्ते", "각",
    "\u1100\u1161\u11a8", "한국어", "你好", "ｶﾞ", "\u200b", "\u200d", "\ufe0f", "\ufeff",
    "\u00ad", "😂", "👩‍👩‍👧", "👍🏽", "1️⃣", "\x00", "\x1c", "\x85", "\u2028", "\u3000",
    "\xa0", "\t", "\r", "\x7f", "²", "½", "Ⅷ", "𝒜", "ǅ", "ẞ", "´", "…", "™", "٣",
    "\U0010ffff", "\ufdfa", "order", "orders", "ordered", "éééééé", "ééééé", "日本語日本語",
    "a" * 300, " ", "  ",
]  # fmt: skip
hostile = (
    st.lists(st.sampled_from(PIECES) | st.characters(exclude_categories=["Cs"]), max_size=14).map("".join)
    | st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
BROKEN = [bytes([code]) for code in b"a\n\xc3\xa9\xe2\x82\xed\xa0\xf0\x9f\x98\xf4\x90\x80\xc0\xff"]
ANALYZERS = [AnalyzerSettings(*each) for each in (*product((1, 2), (0, 1, 5)), (1, 0, 1), (2, 4, 1), (2, 5, 1))]


def weights(texts: list[str], analyzer: AnalyzerSettings, rows: int, damping: float, seed: int = 0) -> Weights:
    """Return weights that know about two thirds of the texts' terms, and some terms that no text can have."""
    chance = random.Random(seed)
    terms = {term for text in texts for term in analyze(text, analyzer) if chance.random() < 0.7}
    terms |= {
        "",
        " ",
        "a b c",
        "x ",
        " x",
        "*",
        "<platform>",
        "<start>",
        "<url>",
        "<url> free",
        "<start> <url>",
        "<url*",
        "@",
        "#",
        "facebook rocks",
        "! !",
        "order*",
        "İ",
        "free",
    }
    size = len(terms)
    numbers = [[chance.uniform(-3, 3) for _ in range(size)] for _ in range(rows + 1)]
    idf = [abs(value) for value in numbers[0]]
    bias = tuple(chance.uniform(-1, 1) for _ in range(rows))
    return Weights(tuple(sorted(terms)), idf, tuple(numbers[1:]), bias, damping, analyzer)


def classifier(model: Weights, scorer: type[reference.Scorer]) -> Classifier:
    """Return a classifier of the weights with the scorer; one of its names needs care in a row."""
    names = ("mark\teting", "networking", "third", "fourth")[: max(2, len(model.intercept))]
    made = Classifier(names, model)
    made.__dict__["scorer"] = scorer(model)
    return made


def assert_equal(model: Weights, texts: list[str]) -> None:
    """Check that both scorers know the same terms and differ by at most 1e-12."""
    ours, theirs = compiled.Scorer(model).score(texts), reference.Scorer(model).score(texts)
    for text, our, their in zip(texts, ours, theirs, strict=True):
        assert our.known == their.known, (text, model.analyzer)
        assert max(abs(a - b) for a, b in zip(our.scores, their.scores, strict=True)) <= 1e-12, text


@pytest.mark.parametrize("analyzer", ANALYZERS, ids=str)
@given(
    texts=st.lists(hostile, min_size=1, max_size=12),
    rows=st.sampled_from([1, 3]),
    damping=st.sampled_from([0.0, 7.5]),
    seed=st.integers(0, 9),
)
@settings(max_examples=60, deadline=None)
def test_scores_equal_the_references(
    analyzer: AnalyzerSettings, texts: list[str], rows: int, damping: float, seed: int
) -> None:
    """Whatever the text, the settings and the number of classes."""
    assert_equal(weights(texts, analyzer, rows, damping, seed), [*texts, " ".join(texts), "".join(texts)])


FACTS = st.sampled_from(
    ["<Follow>", "<by a Person>", "<Follow: Organization>", "<é>", "<\ud83d>", "<unknown>", "<start> >", "<platform>"]
)


@given(
    rows=st.lists(st.tuples(hostile, st.lists(FACTS, max_size=5)), min_size=1, max_size=8),
    others=st.lists(st.sampled_from(["free", "order*", "<>", "<", "", "facebook rocks", "<a\nb>"]), max_size=2),
    seed=st.integers(0, 9),
)
@settings(max_examples=200, deadline=None)
def test_facts_count_as_whole_terms(rows: list[tuple[str, list[str]]], others: list[str], seed: int) -> None:
    """After a text's own terms; one that is known by another form of term is found, too."""
    texts, facts = [text for text, _ in rows], [[*beside, *others] for _, beside in rows]
    model = weights(texts, AnalyzerSettings(), 1, 1.0, seed)
    known = {fact for beside in facts[:-1] for fact in beside} | {"<Follow>", "<é>", "<\ud83d>", "<start> >"}
    terms = tuple(sorted({*model.terms, *known}))
    chance = random.Random(seed)
    numbers = [[chance.uniform(0.1, 3) for _ in terms] for _ in range(2)]
    model = Weights(terms, numbers[0], (numbers[1],), (0.1,), 1.0, AnalyzerSettings())
    ours, theirs = compiled.Scorer(model).score(texts, facts), reference.Scorer(model).score(texts, facts)
    assert [each.known for each in ours] == [each.known for each in theirs]
    assert all(abs(a.scores[0] - b.scores[0]) <= 1e-12 for a, b in zip(ours, theirs, strict=True))
    assert compiled.Scorer(model).score(texts, [()] * len(texts)) == compiled.Scorer(model).score(texts)


def test_facts_go_with_texts() -> None:
    """As many sequences as texts, of str."""
    scorer = compiled.Scorer(weights(["a"], AnalyzerSettings(), 1, 0.0))
    with pytest.raises(ValueError, match="one sequence for each text"):
        scorer.score(["a"], [])
    with pytest.raises(TypeError, match="a fact is int"):
        scorer.score(["a"], [[1]])
    with pytest.raises(TypeError, match="no sequence"):
        scorer.score(["a"], [1])


def test_every_character_means_what_the_reference_says() -> None:
    """All of Unicode, each character between letters, doubled, and in a hashtag."""
    every = [chr(code) for code in range(0x110000)]
    words = AnalyzerSettings(2, 2)
    step = 0x2000
    for first in range(0, 0x30000, step):
        texts = [f"{c} a{c}b #x{c}Y{c}{c}" for c in every[first : first + step]]
        if all(unicodedata.category(c) in ("Cn", "Co") for c in every[first : first + step]):
            continue
        assert_equal(weights(texts, words, 1, 0.0), texts)


def test_lower_case_and_composition_hold_character_by_character() -> None:
    """What the core takes for granted about Unicode: only İ and Σ need their neighbours; only marks compose."""
    for code in range(0x80, 0x110000):
        character = chr(code)
        if 0xD800 <= code < 0xE000 or character in "İ":
            continue
        assert len(character.lower()) == 1
        assert character.lower().isalnum() == character.isalnum()
        parts = unicodedata.decomposition(character).split()
        if len(parts) == 2 and parts[0][0] != "<" and unicodedata.normalize("NFC", character) == character:
            assert compiled._composes(chr(int(parts[1], 16)))


def test_texts_of_any_size_and_number() -> None:
    """Long lines, long words, many texts, texts with line feeds, lone surrogates, none."""
    analyzer = AnalyzerSettings()
    texts = ["free " * 100_000, "x" * 1_000_000, "a.b" * 1000, "@" * 1000, "a-" * 2000 + "@", "\ud83d free", "a\nb"]
    texts += [f"free boots {i} mum {i}" for i in range(5000)]
    assert_equal(weights(texts[4:60], analyzer, 1, 0.0), texts)
    assert compiled.Scorer(weights([], analyzer, 1, 0.0)).score([]) == []


def test_many_equal_terms_use_the_logarithm() -> None:
    """Counts beyond the table of logarithms are computed."""
    model = weights(["free boots"], AnalyzerSettings(1, 0), 1, 1.0)
    assert_equal(model, ["free " * count + "boots" for count in (1, 2, 62, 63, 64, 65, 200)])


def test_wrong_types_are_refused() -> None:
    """Neither bytes nor None is a text; no table is no core."""
    scorer = compiled.Scorer(weights(["a"], AnalyzerSettings(), 1, 0.0))
    for wrong in (b"a", None, 1):
        with pytest.raises(TypeError, match=r"texts\[1\]"):
            scorer.score(["a", wrong])
    with pytest.raises(ValueError, match="no tables"):
        compiled._core.Core.__new__(compiled._core.Core).score((), Scores)
    with pytest.raises(ValueError, match="a name a class"):
        scorer.label_lines(b"a", (b"one",))


def general_path(block: bytes, model: Classifier, min_confidence: float) -> tuple[bytes, Tally]:
    """Return what records and writer make of the lines."""
    out, tally = io.BytesIO(), Tally()
    options = LabelOptions(min_confidence)
    writer = PlainWriter(out, options.names(model))
    for record, added in label_records(read_lines(io.BytesIO(block), "-", "utf-8", "strict"), model, options, tally):
        writer.write(record, added)
    return out.getvalue(), tally


@given(
    lines=st.lists(hostile, max_size=12),
    end=st.sampled_from(["\n", "\r\n", "\n\n"]),
    rows=st.sampled_from([1, 3]),
    min_confidence=st.sampled_from([0.0, 0.7, 1.0]),
)
@example(lines=["free\r", "\r", "", "a\tb"], end="\n", rows=1, min_confidence=0.0)
@settings(max_examples=300, deadline=None)
def test_blocks_equal_the_general_path(lines: list[str], end: str, rows: int, min_confidence: float) -> None:
    """The same bytes out of the same bytes, and the same counts."""
    model = classifier(weights(lines, AnalyzerSettings(), rows, 0.0), reference.Scorer)
    block = end.join(lines).lstrip("\ufeff").encode()  # the general path takes one more away
    if block[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return
    labels = tuple(name.replace("\t", " ").encode() for name in (*model.classes, UNCERTAIN))
    rows_out, counts, bad = compiled.Scorer(model.weights).label_lines(block, labels, min_confidence)
    wanted, tally = general_path(block, model, min_confidence)
    assert rows_out == wanted
    assert bad == -1
    size = len(model.classes)
    assert dict(zip(model.classes, counts, strict=False)) == {name: tally.labels[name] for name in model.classes}
    assert counts[size:] == tuple(tally.reasons[each] for each in UNCERTAIN_REASONS)


@given(st.binary(max_size=40) | st.lists(st.sampled_from(BROKEN), max_size=12).map(b"".join))
@settings(max_examples=1000, deadline=None)
def test_invalid_utf8_is_found_where_python_finds_it(block: bytes) -> None:
    """Line and byte of the first error are those of Python's decoder; the lines before it are labelled."""
    scorer = compiled.Scorer(weights(["a"], AnalyzerSettings(), 1, 0.0))
    rows, _, bad = scorer.label_lines(block, (b"m", b"n", b"u"))
    lines = block.removesuffix(b"\n").split(b"\n") if block else []
    errors = [first_error(line) for line in lines]
    good = next((number for number, error in enumerate(errors) if error >= 0), len(lines))
    assert (rows.count(b"\n"), bad) == (good, max([-1, *errors[good : good + 1]]))


def first_error(line: bytes) -> int:
    """Return where Python's decoder stops, or -1."""
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return error.start
    return -1


def score_for(probability: float) -> float:
    """Return the score whose probability is the given one, or next to it."""
    return math.log(probability / (1 - probability))


def test_probabilities_are_rounded_as_python_rounds() -> None:
    """Near a half of the last digit, too, and for certainty."""
    bias = [score_for((10_000 + 2 * i + 1) / 20_000) for i in range(0, 4999, 7)]
    bias = [*bias, 0.0, 40.0, -40.0, 800.0, -800.0, score_for(0.99995), score_for(0.78125), score_for(0.84375)]
    for value in bias:
        for near in (math.nextafter(value, -99), value, math.nextafter(value, 99)):
            model = classifier(Weights(("a",), [0.0], ([0.0],), (near,), 1.0, AnalyzerSettings()), compiled.Scorer)
            row = compiled.Scorer(model.weights).label_lines(b"a", (b"x", b"y", b"u")).rows
            assert row.split(b"\t")[1].decode() == f"{model.predict(['a'])[0].probability:.4f}"


def test_the_core_lets_other_threads_run() -> None:
    """Several threads may label with one scorer at once, also when characters are new to it."""
    from concurrent.futures import ThreadPoolExecutor

    texts = [f"free {chr(0x4E00 + i)}{chr(0x1F300 + i % 500)} boots e\u0301 #AbC{i}" for i in range(6000)]
    block = "\n".join(texts).encode()
    scorer = compiled.Scorer(weights(texts[:50], AnalyzerSettings(), 1, 0.0))
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: scorer.label_lines(block, (b"m", b"n", b"u")), range(8)))
    assert outcomes == [outcomes[0]] * 8


def test_failures_in_callbacks_are_raised() -> None:
    """An exception of the normaliser comes out, also of code that ran without the interpreter's lock."""
    model = weights(["a"], AnalyzerSettings(), 1, 0.0)
    with broken_normalizer():
        scorer = compiled.Scorer(model)
    with pytest.raises(ZeroDivisionError):
        scorer.score(["e\u0301"])
    with pytest.raises(ZeroDivisionError):
        scorer.label_lines("e\u0301".encode(), (b"", b"", b""))
    assert scorer.score(["a"]) == reference.Scorer(model).score(["a"])


@contextmanager
def broken_normalizer() -> Iterator[None]:
    """Let scorers made meanwhile have a normaliser that fails."""

    def fail(text: str, entities: int) -> str:
        raise ZeroDivisionError(text)

    module: Any = sys.modules[compiled.__name__]
    module.normalize = fail
    try:
        yield
    finally:
        module.normalize = normalize


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_file_of_many_blocks_equals_the_general_path(tmp_path: Path, small_model: Classifier, jobs: int) -> None:
    """Cut anywhere, in order, with every line counted; so does a pipe that gives a few bytes at a time."""
    chance = random.Random(1)
    lines = [" ".join(chance.choices([*TEXTS, *PIECES], k=chance.randrange(9))) for _ in range(20_000)]
    content = b"\xef\xbb\xbf" + "\n".join(lines).encode() + b"\r\n\nlast\r"
    start = content[:30_000].rsplit(b"\n", 1)[0] + b"\nfree"
    path = tmp_path / "posts.txt"
    path.write_bytes(content)
    model = classifier(small_model.weights, compiled.Scorer)
    wanted, counted = general_path(content, model, 0.6)
    tally = Tally()
    with open(path, "rb") as stream:
        assert b"".join(label_blocks(stream, "x", model, 0.6, tally, jobs)) == wanted
    assert tally == counted
    assert b"".join(label_blocks(Drip(start), "x", model, 0.6, Tally())) == general_path(start, model, 0.6)[0]


class Drip(io.BytesIO):
    """A stream that gives a few bytes at a time, as a pipe may."""

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read1(37)


def test_the_place_of_a_bad_byte_is_told(tmp_path: Path, small_model: Classifier) -> None:
    """Also behind many blocks; the rows before it come out."""
    path = tmp_path / "posts.txt"
    path.write_bytes(b"free boots\n" * 300_000 + b"ok\nb\xe9d\n" + b"more\n" * 300_000)
    model = classifier(small_model.weights, compiled.Scorer)
    rows: list[bytes] = []
    with open(path, "rb") as stream, pytest.raises(InputError, match=r"^x:300002: byte 2 of the line \(0xe9\)"):
        rows.extend(label_blocks(stream, "x", model, 0.0, Tally(), 2))
    with pytest.raises(InputError, match="UTF-16"):
        list(label_blocks(io.BytesIO("mum".encode("utf-16")), "x", model, 0.0, Tally()))


@given(
    lines=st.lists(
        st.tuples(st.sampled_from(["", "free ", "é", "😂", "\t", "mum\r"]), st.integers(0, 50), hostile), max_size=6
    ),
    end=st.sampled_from(["\n", "\r\n"]),
    limits=st.sampled_from([(1 << 18, 1 << 18), (64, 16), (100_000, 7)]),
    jobs=st.sampled_from([1, 2]),
)
@example(lines=[("é", 50, ""), ("free ", 1, "")], end="\n", limits=(64, 7), jobs=1)
@settings(max_examples=60, deadline=None)
def test_lines_longer_than_is_judged_equal_the_general_path(
    tmp_path_factory: pytest.TempPathFactory, small_model: Classifier,
    lines: list[tuple[str, int, str]], end: str, limits: tuple[int, int], jobs: int,
) -> None:  # fmt: skip
    """Lines around 64 KiB, whole or in parts of any size, from a file or a pipe: the same rows and counts."""
    content = end.join(piece * (2000 * times) + last.replace("\n", " ") for piece, times, last in lines).encode()
    model = classifier(small_model.weights, compiled.Scorer)
    wanted = general_path(content, model, 0.6)
    longest, size = max(limits[0], (1 << 16) + 8), limits[1] * 1000
    path = tmp_path_factory.mktemp("long") / "x"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch, open(path, "rb") as stream:
        patch.setattr(streams, "LONGEST_LINE", longest)
        patch.setattr(blocks, "block_size", lambda _: size)
        for source in (stream, io.BytesIO(content)):
            tally = Tally()
            assert (b"".join(label_blocks(source, "x", model, 0.6, tally, jobs)), tally) == wanted


def test_the_core_knows_how_much_is_judged() -> None:
    """One limit, in Python and in C."""
    assert compiled._core.LONGEST_TEXT == LONGEST_TEXT


@pytest.mark.parametrize(("size", "cut"), [(LONGEST_TEXT, False), (LONGEST_TEXT + 1, True)])
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_the_limit_is_exact(small_model: Classifier, size: int, cut: bool, end: bytes) -> None:
    """A text of 64 KiB is judged whole; a line end is no part of it."""
    model = classifier(small_model.weights, compiled.Scorer)
    content, tally = b"free " + b"x" * (size - 5) + end, Tally()
    assert b"".join(label_blocks(io.BytesIO(content), "x", model, 0.0, tally)) == general_path(content, model, 0.0)[0]
    assert tally.reasons["truncated"] == cut
    assert (model.predict([content.removesuffix(end).decode()])[0].reason == "truncated") is cut
