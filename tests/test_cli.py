"""`train`, `evaluate`, `explain`, `model`, `completion`: through real processes."""

import json
import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.conftest import LABELS, ROOT, TEXTS, Run


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.csv"
    rows = [f"{i},{text},{label}" for i, (text, label) in enumerate(zip(TEXTS, LABELS, strict=True))]
    path.write_text("id,text,label\n" + "\n".join(rows) + "\n")
    return path


def test_train_then_classify(run: Run, corpus: Path, tmp_path: Path) -> None:
    """A model of one's own labels with one's own classes."""
    model = tmp_path / "m.joblib"
    done = run("train", corpus, "-o", model)
    assert done.returncode == 0, done.stderr
    assert b"12 texts" in done.stderr
    assert done.stdout == b""
    labelled = run("classify", "-m", model, stdin=b"free boots\nhey mum\n").stdout
    assert [line.split(b"\t")[0] for line in labelled.splitlines()] == [b"marketing", b"networking"]


def test_two_trainings_with_one_seed_are_identical(run: Run, corpus: Path, tmp_path: Path) -> None:
    """The file depends on corpus and seed alone, not on the hash seed of the process."""
    for name, seed in (("a", "1"), ("b", "2")):
        assert run("train", corpus, "-o", tmp_path / name, env={"PYTHONHASHSEED": seed}).returncode == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,label\na,x\nb,x\n", "every text has the label 'x'"),
        ("text,label\n", "the corpus is empty"),
        ("text,kind\na,x\n", "no column 'label'; choose one of: text, kind (--label-field NAME)"),
        ("text,label\n???,x\n!!!,y\n", "no terms to learn from"),
        ("text,label\na,x\nb\n", "corpus.csv:3: 1 cells where the header has 2; mend or remove this record"),
        ("text,label\na,x\nb,\n", "corpus.csv:3: no label in 'label'"),
    ],
)
def test_what_cannot_be_learnt_is_told(run: Run, corpus: Path, tmp_path: Path, content: str, message: str) -> None:
    """One line that says what is wrong, and no model."""
    corpus.write_text(content)
    done = run("train", corpus, "-o", tmp_path / "m")
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert message in done.stderr.decode()
    assert not (tmp_path / "m").exists()


def test_evaluate_measures_and_gates(run: Run, corpus: Path, tmp_path: Path) -> None:
    """All measures as JSON; a failed gate is exit 4 and says which."""
    run("train", corpus, "-o", tmp_path / "m")
    done = run("evaluate", corpus, "-m", tmp_path / "m", "--output-format", "json")
    measured = json.loads(done.stdout)
    assert measured["accuracy"] == 1.0
    assert measured["confusion"]["marketing"] == {"marketing": 6, "networking": 0, "uncertain": 0}
    assert run("evaluate", corpus, "-m", tmp_path / "m", "--fail-under", "recall:marketing=0.9").returncode == 0
    held = tmp_path / "held.csv"
    held.write_text("text,label\nfree boots,networking\nhey mum,networking\n")
    done = run("evaluate", held, "-m", tmp_path / "m", "--fail-under", "accuracy=0.9")
    assert done.returncode == 4
    assert b"accuracy is 0.5000, the gate 0.9" in done.stderr
    assert b"expected calibration error" in done.stdout
    assert run("evaluate", held, "-m", tmp_path / "m", "--fail-under", "nope=1").returncode == 2
    assert run("evaluate", held).returncode == 1  # the bundled model has other labels


def test_explain_shows_terms_and_sum(run: Run) -> None:
    """The text's own words, and numbers that add up."""
    done = run("explain", "Join us Friday: 20% off all boots")
    assert b"social media marketing" in done.stdout
    assert b"(intercept)" in done.stdout
    content = json.loads(run("explain", "--output-format", "json", stdin=b"hey mum,\nlanded safely").stdout)
    total = content["intercept"] + sum(each["contribution"] for each in content["contributions"])
    assert total == pytest.approx(content["logit"])
    assert b"no known terms" in run("explain", "???").stdout


def test_explain_shows_facts(run: Run, tmp_path: Path) -> None:
    """An activity in the argument, in a file or on standard input has facts among its terms, and the same numbers."""
    activity = b'{"type": "Follow", "actor": {"type": "Person"}, "object": {"type": "Organization"}}'
    path = tmp_path / "follow.json"
    path.write_bytes(activity)
    command = ("explain", "--output-format", "json", "--activity")
    given = run(*command, activity.decode())
    assert json.loads(given.stdout)["predicted_label"] == "social media marketing"
    assert b'"<follows an organization>"' in given.stdout
    assert run(*command, path).stdout == given.stdout
    assert run(*command, "-", stdin=activity).stdout == given.stdout


@pytest.mark.parametrize(
    ("activity", "code", "said"),
    [("[1]", 1, b"not one JSON object"), ("{", 1, b"not JSON"), ("none.json", 1, b"none.json: No such file")],
)
def test_explain_of_no_activity_says_why(run: Run, activity: str, code: int, said: bytes) -> None:
    """One line of error that names what was given."""
    done = run("explain", "--activity", activity)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (code, b"", 1)
    assert said in done.stderr


def test_model_show(run: Run) -> None:
    """The card says what the model is and what it was trained on."""
    assert b"strongest for social networking" in run("model", "show").stdout
    content = json.loads(run("model", "show", "--output-format", "json").stdout)
    assert content["classes"] == ["social media marketing", "social networking"]
    assert content["corpus"]["texts"] > 600


def test_a_strangers_model_runs_nothing(run: Run, tmp_path: Path) -> None:
    """A pickle that would run a command is refused by every command that takes -m."""
    mark, evil = tmp_path / "mark", tmp_path / "evil.joblib"
    payload = b"cos\nsystem\n(S'touch %s'\ntR." % os.fsencode(mark)
    for data in (payload, zlib.compress(payload)):
        evil.write_bytes(data)
        for args in (["classify", "-m", evil], ["explain", "-m", evil, "x"], ["model", "show", evil]):
            done = run(*args, stdin=b"x\n")
            assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
            assert b"not a usable socialclass model" in done.stderr
    assert not mark.exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run: Run, shell: str) -> None:
    """Each shell gets a script that names the command."""
    assert b"_SOCIALCLASS_COMPLETE" in run("completion", shell).stdout


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["cla"], "plain,classify"),
        (["classify", "--output-f"], "plain,--output-format"),
        (["classify", "--output-format", "js"], "plain,jsonl"),
        (["classify", "-m", "mod"], "file,mod"),
        (["classify", "pos"], "file,pos"),
        (["classify", "--nothing-like-this"], ""),
    ],
)
def test_completion_offers_what_may_follow(run: Run, words: list[str], offered: str) -> None:
    """Commands, options and choices, and else names of files; nothing is run."""
    asked = {"_SOCIALCLASS_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(["socialclass", *words])}
    done = run(env={**asked, "COMP_CWORD": str(len(words))})
    assert (done.returncode, done.stdout.decode().strip(), done.stderr) == (0, offered, b"")


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
def test_bash_completes() -> None:
    """The script's own function, in bash, fills in the command."""
    script = """
eval "$(socialclass completion bash)"
COMP_WORDS=(socialclass cla) COMP_CWORD=1
_socialclass_completion socialclass cla socialclass
echo "${COMPREPLY[*]}"
"""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env={**os.environ, "PATH": path})
    assert (done.stdout, done.stderr) == ("classify\n", "")


def test_version_names_the_scoring_core(run: Run) -> None:
    """`--version` tells which scoring runs."""
    assert b"scoring: " in run("--version").stdout


@pytest.mark.parametrize("args", [["classify"], ["explain", "call mum"], ["--help"]])
def test_the_fast_path_imports_no_scientific_stack(args: list[str]) -> None:
    """classify, explain and --help never load scikit-learn, scipy, joblib or numpy."""
    code = (
        "import sys; sys.argv[1:] = " + repr(args) + "; from socialclass.cli import main; main(); "
        "print(sorted({'sklearn', 'scipy', 'joblib', 'numpy'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=b"call mum\n", capture_output=True, cwd=ROOT)
    assert done.stderr.splitlines()[-1] == b"[]"


SLOW_TO_IMPORT = {"email", "logging", "pathlib", "random", "rich", "shutil", "subprocess", "tempfile", "urllib"}


def test_one_file_of_lines_is_labelled_by_few_modules(tmp_path: Path) -> None:
    """Classifying lines to standard output loads none of the modules that cost milliseconds and are not needed."""
    (tmp_path / "one.txt").write_text("call mum\n")
    code = (
        f"import sys; sys.path[:0] = {[str(ROOT), *sys.path]!r}; sys.argv[1:] = ['classify', 'one.txt']; "
        "from socialclass.__main__ import start; code = start(); "
        f"print(sorted({SLOW_TO_IMPORT} & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    # without `site`: how an editable install finds the package is not the package's doing
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "[]\n")


def test_labels_are_no_commands(run: Run, tmp_path: Path) -> None:
    """A label of a stranger's corpus or model colours nothing and breaks no table."""
    rows = [{"text": f"sale {i} boots", "label": "[/red]\x1b[31m:smile:"} for i in range(8)]
    rows += [{"text": f"hey mum {i}", "label": "[bold]"} for i in range(8)]
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ("train", "c.jsonl", "-o", "m.joblib", "--no-search")
    outputs = [run(*words, cwd=tmp_path)]
    outputs += [
        run(*words, cwd=tmp_path, stdin=b"sale boots\nhey mum\n")
        for words in (
            ("classify", "-m", "m.joblib", "--summary", "--output-format", "table"),
            ("model", "show", "m.joblib"),
            ("explain", "-m", "m.joblib", "sale boots"),
            ("evaluate", "-m", "m.joblib", "c.jsonl"),
            ("corpus", "check", "c.jsonl"),
        )
    ]
    for done in outputs:
        assert done.returncode == 0, done.stderr
        assert b"\x1b" not in done.stdout + done.stderr
    for done in outputs[2:5]:
        assert b"[/red]\\x1b[31m:smile:" in done.stdout, done.stdout


def test_uncertain_is_no_class(run: Run, tmp_path: Path) -> None:
    """A class of that name could not be told from not knowing."""
    rows = [{"text": f"sale {i} boots", "label": ("ad", "uncertain")[i % 2]} for i in range(20)]
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = run("train", "c.jsonl", "-o", "m.joblib", cwd=tmp_path)
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert b"10 texts have the label 'uncertain'" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("analyze", "acts.jsonl"), ("analyze", "acts.jsonl", "--output-format", "json"), ("model", "show"),
        ("corpus", "check", "corpus.csv"), ("evaluate", "corpus.csv"), ("explain", "hey mum"),
        ("classify", "posts.txt"), ("completion", "bash"), ("--help",), ("convert", "acts.jsonl", "--to", "csv"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_reader_who_leaves_is_141(command: tuple[str, ...], tmp_path: Path) -> None:
    """As for every program whose pipe is closed, whatever draws the output; nothing is said on standard error."""
    texts = "".join(
        f"see you at {hour},social networking\nsale ends at {hour},social media marketing\n" for hour in range(20)
    )
    (tmp_path / "corpus.csv").write_text(f"text,label\n{texts}")
    (tmp_path / "posts.txt").write_text("see you at six\n" * 50_000)
    activity = {"@context": "https://www.w3.org/ns/activitystreams", "type": "Create", "actor": "a",
                "object": {"type": "Note", "content": "see you at six"}}  # fmt: skip
    (tmp_path / "acts.jsonl").write_text(f"{json.dumps(activity)}\n" * 30)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "socialclass", *command], stdout=writer, stderr=subprocess.PIPE, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=120,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")
