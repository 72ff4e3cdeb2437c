"""A corpus is checked, split and grown: what was put wrong is found, and nothing is lost."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from socialclass.corpus import Example
from socialclass.curation import Session, check_rows, read_rows, split_rows, suggest
from socialclass.curation.checking import KINDS, CheckOptions, Finding
from socialclass.curation.duplicates import FEWEST_WORDS, NEAR, find_matches, shingles_of, words_of
from socialclass.curation.rows import Row
from socialclass.errors import CorpusError, InputError
from socialclass.model.classifier import Classifier
from socialclass.reading import Place, Record
from tests.conftest import LABELS, ROOT, TEXTS, Run

TRAIN = ROOT / "data" / "train.jsonl"


def rows_of(*examples: tuple[str, str] | tuple[str, str, str]) -> list[Row]:
    """Return rows of (text, label, group), numbered from line 1."""
    return [
        Row(Record(each[0], ("text",), (each[0],), Place("c.csv", line)), Example(*each))
        for line, each in enumerate(examples, 1)
    ]


def found(findings: list[Finding], kind: str) -> list[tuple[str, str]]:
    """Return (place, problem) of a kind's findings."""
    return [(finding.place, finding.problem) for finding in findings if finding.kind == kind]


NO_MODEL = CheckOptions(suspects=0)


def test_copies_and_conflicts_name_both_places() -> None:
    """Equal texts, near copies and equal texts of two labels are three kinds; each row is told once."""
    rows = rows_of(
        ("Free boots for everybody today only", "ad"),
        ("Free boots for everybody today only", "ad"),
        ("free boots for EVERYBODY today only! https://x.example", "chat"),
        ("Free shoes for everybody today only", "ad"),
        ("hi mum", "chat"),
        ("hi mum", "ad"),
    )
    findings = check_rows(rows, options=NO_MODEL)
    assert found(findings, "duplicate") == [("c.csv:2", "the text of c.csv:1")]
    assert [place for place, _ in found(findings, "conflict")] == ["c.csv:3", "c.csv:6"]
    assert found(findings, "conflict")[1][1] == "'ad' here, 'chat' in c.csv:5, for the same text"
    assert found(check_rows(rows, options=CheckOptions(near=0.5, suspects=0)), "near")[0][0] == "c.csv:4"


def test_leaks_are_texts_near_copies_and_groups() -> None:
    """What stands on both sides is a leak; what repeats inside one side is not."""
    train = rows_of(("one two three four five six", "a", "g1"), ("something else altogether", "b"))
    test = rows_of(
        ("One two three four five six seven", "a"), ("something else altogether", "b"), ("quite other", "a", "g1")
    )
    problems = [problem for _, problem in found(check_rows(train, test, NO_MODEL), "leak")]
    assert problems == [
        "85% the words of c.csv:1",
        "the text of c.csv:2",
        "group 'g1' is on both sides (1 rows here; also c.csv:1)",
    ]


def test_rows_that_cannot_be_learnt_from(tmp_path: Path) -> None:
    """Unreadable, empty, unlabelled and short rows and a rare label are told by file and line."""
    path = tmp_path / "c.csv"
    path.write_text("text,label\nhi there mum,a\n,a\nhm,a\nsome words here,\nmore words here,a,surplus\nbuy it now,b\n")
    findings = check_rows(read_rows(str(path)), options=NO_MODEL)
    assert [(finding.kind, finding.place) for finding in findings] == [
        ("empty", f"{path}:3"),
        ("unreadable", f"{path}:5"),
        ("unreadable", f"{path}:6"),
        ("short", f"{path}:4"),
        ("imbalance", f"{path}:2"),
        ("imbalance", f"{path}:7"),
    ]
    assert check_rows(read_rows(str(path)), options=CheckOptions(ignore=frozenset(k.name for k in KINDS))) == []


def test_near_copies_are_those_of_a_plain_comparison() -> None:
    """The join finds each row that a comparison of all pairs finds: the prefix filter loses none."""
    lines = TRAIN.read_text(encoding="utf-8").splitlines()[:400]
    generator = random.Random(1)
    texts = [json.loads(line)["text"] for line in lines]
    for text in generator.sample(texts, 150):
        words = text.split()
        for _ in range(generator.randint(1, 4)):
            words[generator.randrange(len(words))] = generator.choice(["boots", "mum", "and", words[0]])
        texts.append(" ".join(words))
    sets = [shingles_of(words_of(text)) for text in texts]
    expected = {
        row
        for row in range(len(texts))
        for other in range(row)
        if texts[row].strip() == texts[other].strip()
        or (
            min(len(words_of(texts[row])), len(words_of(texts[other]))) >= FEWEST_WORDS
            and len(sets[row] & sets[other]) >= NEAR * len(sets[row] | sets[other])
        )
    }
    assert {match.row for match in find_matches(texts)} == expected
    assert len(expected) > 50


def test_a_template_of_thousands_is_found_in_linear_work() -> None:
    """Each row of a template repeats an earlier one, though not all are compared with all."""
    letters = "abcdefghijklmnop"
    names = (f"{a}{b}{c}" for a in letters for b in letters for c in letters)
    texts = [f"happy birthday dear {name} from all of us here at the shop" for name in names]
    assert len({match.row for match in find_matches(texts)}) == len(texts) - 1


@pytest.fixture(scope="module")
def clear_rows() -> list[Row]:
    """Rows of text of the bundled corpus that a model of the others labels as they are labelled, with some to spare."""
    from socialclass.training import TrainSettings, out_of_fold_scores

    rows = [row for row in read_rows(str(TRAIN)) if not row.example.facts]
    examples = [row.example for row in rows]
    classes = tuple(sorted({example.label for example in examples}))
    scores = out_of_fold_scores(examples, classes, TrainSettings(), 0)[:, 0].tolist()
    signs = [1 if example.label == classes[1] else -1 for example in examples]
    return [row for row, score, sign in zip(rows, scores, signs, strict=True) if score * sign > CLEAR]


CLEAR = 1.0


def with_faults(rows: list[Row], seed: int) -> tuple[list[Row], dict[str, set[str]]]:
    """Return 3,000 rows with 50 duplicates, 20 conflicts, 30 flipped labels, 5 tell-tale handles, and their places."""
    generator = random.Random(seed)
    labels = sorted({row.example.label for row in rows})
    chosen = generator.sample(rows, 3000)
    examples = [(row.example.text, row.example.label) for row in chosen]
    other = dict(zip(labels, reversed(labels), strict=True))
    order = generator.sample(range(len(examples)), 30 + 50 + 20)
    flipped, repeated, contradicted = order[:30], order[30:80], order[80:]
    for i in flipped:
        examples[i] = (examples[i][0], other[examples[i][1]])
    handles = [f"@tell{name}" for name in ("ono", "uva", "eki", "ira", "asu")]
    for number, handle in enumerate(handles):
        label = labels[number % 2]
        own = [i for i, example in enumerate(examples) if example[1] == label and i not in order]
        for i in generator.sample(own, 10):
            examples[i] = (f"{handle} {examples[i][0]}", label)
    copies = [(i, examples[i]) for i in repeated] + [(i, (examples[i][0], other[examples[i][1]])) for i in contradicted]
    faults = {
        "suspect": {f"c.csv:{i + 1}" for i in flipped},
        "duplicate": {f"c.csv:{len(examples) + n + 1}" for n in range(50)},
        "conflict": {f"c.csv:{len(examples) + n + 1}" for n in range(50, 70)},
        "telltale": set(handles),
    }
    return rows_of(*examples, *[copy for _, copy in copies]), faults


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_seeded_faults_are_found(clear_rows: list[Row], seed: int) -> None:
    """All duplicates, conflicts and tell-tales are found, and 80% of flipped labels in the first 60 suspects."""
    rows, faults = with_faults(clear_rows, seed)
    findings = check_rows(rows)
    for kind in ("duplicate", "conflict"):
        assert {place for place, _ in found(findings, kind)} == faults[kind]
    told = {problem.split("'")[1] for _, problem in found(findings, "telltale")}
    assert told >= faults["telltale"]
    suspects = [place for place, _ in found(findings, "suspect")][:60]
    assert len(faults["suspect"] & set(suspects)) >= 24


def test_split_keeps_groups_and_copies_together() -> None:
    """Each label keeps its share to within its largest block; no group, text or near copy is divided."""
    rows = read_rows(str(TRAIN))[:3000]
    rows += rows_of(*[(row.example.text + " !", row.example.label) for row in rows[:40]])
    train, test = split_rows(rows, 0.25, seed=4)
    assert sorted(map(id, train + test)) == sorted(map(id, rows))
    assert not {row.example.group for row in train if row.example.group} & {row.example.group for row in test}
    assert not found(check_rows(train, test, NO_MODEL), "leak")
    for label, total in Counter(row.example.label for row in rows).items():
        share = sum(row.example.label == label for row in test) / total
        assert abs(share - 0.25) < 0.02
    assert split_rows(rows, 0.25, seed=4) == (train, test)
    assert split_rows(rows, 0.25, seed=5) != (train, test)
    with pytest.raises(CorpusError, match="no row of 'b' is left"):
        split_rows(rows_of(("one", "a"), ("two", "a"), ("three", "b")), 0.3)


def test_split_command_writes_rows_as_they_stood(run: Run, tmp_path: Path) -> None:
    """Every line of a JSON Lines corpus is on one side, byte for byte; nothing is overwritten without --force."""
    lines = TRAIN.read_bytes().splitlines()[:200]
    (tmp_path / "c.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    a, b = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    args = ("corpus", "split", tmp_path / "c.jsonl", "--group-field", "situation", "--train", a, "--test", b)
    assert run(*args, "--share", "30%").returncode == 0
    assert sorted(a.read_bytes().splitlines() + b.read_bytes().splitlines()) == sorted(lines)
    before = a.read_bytes()
    done = run(*args)
    assert (done.returncode, a.read_bytes()) == (1, before)
    assert b"--force" in done.stderr
    assert run(*args, "--force", "--seed", "9").returncode == 0
    assert run(*args, "--force", "--share", "0").returncode == 2


def test_check_command(run: Run, tmp_path: Path) -> None:
    """Findings as text and JSON; --strict is exit 4, and not for kinds that are ignored."""
    path = tmp_path / "c.csv"
    path.write_text(
        "text,label\n"
        + "".join(f"{t},{n}\n" for t, n in zip(TEXTS, LABELS, strict=True))
        + "hey mum landed safely,networking\n"
    )
    done = run("corpus", "check", path)
    assert done.returncode == 0, done.stderr
    assert f"{path}:14: the text of {path}:8".encode() in done.stdout
    done = run("corpus", "check", path, "--strict", "--suspects", "0", "--output-format", "json")
    content = json.loads(done.stdout)
    assert done.returncode == 4
    assert content["counts"]["duplicate"] == 1
    assert content["findings"][0]["remedy"] == "keep one"
    ignored = ("--ignore", "duplicate", "--ignore", "short", "--ignore", "imbalance", "--ignore", "suspect")
    assert run("corpus", "check", path, "--strict", *ignored).returncode == 0


def test_suggestions_are_uncertain_and_unlike(small_model: Classifier) -> None:
    """Copies are suggested once before all else is; texts without terms never are."""
    texts = ["boots mum", "boots mum", "our cat", "free shipping on all orders today", "???", ""]
    rows = [each.row for each in suggest(small_model, texts, 10)]
    assert sorted(rows) == [0, 1, 2, 3]
    assert rows.index(1) == 3 or rows.index(0) == 3
    assert suggest(small_model, texts, 2) == suggest(small_model, texts, 10)[:2]


def test_suggest_command_leaves_labelled_rows_out(run: Run, tmp_path: Path) -> None:
    """Rows come in the input's format, with a score and a reason; a row that has a label is not suggested."""
    path = tmp_path / "c.csv"
    path.write_text("id,text,label\n1,20% off all boots,\n2,hey mum,x\n3,our cat sat on the wifi,\n")
    done = run("corpus", "suggest", path, "--number", "5")
    head, *lines = done.stdout.decode().splitlines()
    assert head == "id,text,label,predicted_label,score,reason"
    assert sorted(line[0] for line in lines) == ["1", "3"]


def records(*texts: str) -> list[Record]:
    """Return records of texts, as from a file of lines."""
    return [Record(text, ("text",), (text,), Place("p.txt", line)) for line, text in enumerate(texts, 1)]


def test_a_session_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Labels are in the file at once; undo takes out the last of this session only; skipped texts come again."""
    path = str(tmp_path / "l.jsonl")
    with Session(records("one", "two", "three", "one"), path) as session:
        session.answer("a")
        assert Path(path).read_text() == '{"text": "one", "label": "a"}\n'
        session.answer("b")
        assert session.undo()
        session.skip()
        assert session.labelled == 1
    with Session(records("one", "two", "three"), path) as session:
        assert [record.text for record in session.waiting] == ["two", "three"]
        assert not session.undo()
        session.answer("b")
    assert [json.loads(line)["label"] for line in Path(path).read_text().splitlines()] == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "left"),
    [
        ('{"text": "one", "label": "a"}\n{"text": "tw', '{"text": "one", "label": "a"}\n'),
        ('{"text": "one", "label": "a"}', '{"text": "one", "label": "a"}\n'),
    ],
)
def test_a_torn_last_line_is_mended(tmp_path: Path, content: str, left: str) -> None:
    """What a crash left of a line is cut off, a whole line is kept."""
    path = tmp_path / "l.jsonl"
    path.write_text(content)
    with Session(records("one", "two"), str(path)) as session:
        assert [record.text for record in session.waiting] == ["two"]
        assert path.read_text() == left


def test_a_strangers_file_is_left_alone(tmp_path: Path) -> None:
    """A file that is no JSON Lines is an error, and stays as it was."""
    path = tmp_path / "l.jsonl"
    path.write_text("dear diary\nno end")
    with pytest.raises(InputError):
        Session(records("one"), str(path))
    assert path.read_text() == "dear diary\nno end"


def test_label_refuses_a_pipe(run: Run, tmp_path: Path) -> None:
    """Without a terminal nothing is asked: exit 2, and no file."""
    (tmp_path / "p.txt").write_text("one\n")
    done = run("corpus", "label", tmp_path / "p.txt", "-o", tmp_path / "l.jsonl", stdin=b"1")
    assert done.returncode == 2
    assert b"run it in a terminal" in done.stderr
    assert not (tmp_path / "l.jsonl").exists()
