import json
import os
import pickle
import zlib
from pathlib import Path

import joblib
import pytest

from socialclass.classifier import Classifier
from socialclass.errors import ModelError, OutputError
from socialclass.persistence import _checksum, load_model, save_model
from socialclass.training import train


@pytest.fixture
def model_file(small_model: Classifier, tmp_path: Path) -> Path:
    path = tmp_path / "m.joblib"
    save_model(small_model, path)
    return path


def test_what_is_saved_is_read(small_model: Classifier, model_file: Path) -> None:
    """A model read again is equal, to the last bit."""
    again = load_model(model_file)
    assert again.classes == small_model.classes
    assert [list(row) for row in again.weights.coef] == [list(row) for row in small_model.weights.coef]
    assert again.weights._replace(coef=(), idf=()) == small_model.weights._replace(coef=(), idf=())
    assert again.facts == small_model.facts
    assert again.predict(["free boots"]) == small_model.predict(["free boots"])


def test_any_number_of_classes_is_saved(tmp_path: Path) -> None:
    """Three classes have three rows of coefficients."""
    model = train(["red apple", "blue sky", "green leaf"] * 5, ["a", "b", "c"] * 5)
    save_model(model, tmp_path / "m")
    assert load_model(tmp_path / "m").predict(["blue"]) == model.predict(["blue"])


def test_equal_models_are_equal_files(small_model: Classifier, model_file: Path, tmp_path: Path) -> None:
    """Saving twice gives the same bytes."""
    save_model(small_model, tmp_path / "again.joblib")
    assert (tmp_path / "again.joblib").read_bytes() == model_file.read_bytes()


def test_joblib_opens_it_and_finds_builtins_only(model_file: Path) -> None:
    """The file is a plain joblib dump: str, int and bytes."""
    content = joblib.load(model_file)
    assert content["format"] == "socialclass-model"
    assert {type(value) for value in content["arrays"].values()} == {bytes}


def test_every_truncation_is_refused(model_file: Path, tmp_path: Path) -> None:
    """A model cut anywhere is an error, never a smaller model."""
    data = model_file.read_bytes()
    cut = tmp_path / "cut"
    for size in range(len(data)):
        cut.write_bytes(data[:size])
        with pytest.raises(ModelError):
            load_model(cut)


def test_every_flipped_byte_is_refused(model_file: Path, tmp_path: Path) -> None:
    """Damage is noticed wherever it changes what is read."""
    data, original, refused = bytearray(model_file.read_bytes()), load_model(model_file), 0
    for position in range(len(data)):
        data[position] ^= 1
        (tmp_path / "flipped").write_bytes(data)
        try:
            assert load_model(tmp_path / "flipped") == original  # a hint for buffering
        except ModelError:
            refused += 1
        data[position] ^= 1
    assert refused > 0.99 * len(data)


class _Evil:
    def __init__(self, call: tuple[object, ...]) -> None:
        self._call = call

    def __reduce__(self) -> tuple[object, ...]:
        return self._call


def hostile(mark: str) -> dict[str, bytes]:
    """Return files that would create `mark` if they were unpickled, and some that are merely wrong."""
    shell = _Evil((os.system, (f"touch {mark}",)))
    evaluated = _Evil((eval, (f"open({mark!r}, 'w')",)))
    nested = {"format": "socialclass-model", "version": 1, "header": shell}
    return {
        "os.system": pickle.dumps(shell),
        "eval": pickle.dumps(evaluated),
        "nested": pickle.dumps(nested),
        "protocol 0": pickle.dumps(shell, protocol=0),
        "compressed": zlib.compress(pickle.dumps(shell)),
        "binbytes8 of 2**60": b"\x80\x04\x8e" + (1 << 60).to_bytes(8, "little") + b"x.",
        "many opcodes": b"\x80\x04" + b"(" * 2_000_000 + b".",
        "bomb": zlib.compress(bytes(600 << 20), 1),
        "a list": pickle.dumps([1, 2]),
        "a dict": pickle.dumps({"format": "socialclass-model", "version": 99}),
        "no stack": b"\x80\x04u.",
        "text": b"hello",
        "empty": b"",
        "zeros": bytes(100),
    }


@pytest.mark.parametrize("name", hostile(""))
def test_hostile_files_are_refused_and_nothing_runs(name: str, tmp_path: Path) -> None:
    """A stranger's file gives one clear error and no side effect."""
    mark, path = tmp_path / "mark", tmp_path / "evil.joblib"
    path.write_bytes(hostile(str(mark))[name])
    with pytest.raises(ModelError, match=r"evil\.joblib: not a usable socialclass model: "):
        load_model(path)
    assert not mark.exists()


def test_altered_content_is_refused(model_file: Path) -> None:
    """The checksum covers header and arrays."""
    content = joblib.load(model_file)
    content["header"] = content["header"].replace("marketing", "markeXing")
    joblib.dump(content, model_file, protocol=4)
    with pytest.raises(ModelError, match="checksum"):
        load_model(model_file)


def test_trailing_data_is_refused(model_file: Path) -> None:
    """Nothing may follow the model."""
    model_file.write_bytes(model_file.read_bytes() + b"x")
    with pytest.raises(ModelError, match="follows"):
        load_model(model_file)


def test_missing_and_unwritable_files_are_named(small_model: Classifier, tmp_path: Path) -> None:
    """Errors name the file."""
    with pytest.raises(ModelError, match=r"nowhere\.joblib"):
        load_model(tmp_path / "nowhere.joblib")
    with pytest.raises(OutputError, match="no-such-folder"):
        save_model(small_model, tmp_path / "no-such-folder" / "m.joblib")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"damping": 10**400}, "OverflowError"),
        ({"classes": ["\ud800", "b"]}, "UnicodeEncodeError"),
        ({"facts": {"note": "x" * (4 << 20)}}, "a header of more than 4 MiB"),
        ({"facts": {"corpus": 1}}, "ValueError"),
        ({"facts": {"settings": {"analyzer": {"ngrams": 10**9}}}}, "ValueError"),
        ({"facts": {"settings": {"C": "3"}}}, "ValueError"),
        ({"facts": {"sources": [{"path": 1}]}}, "ValueError"),
        ({"facts": {"sources": [{}]}}, "ValueError"),
    ],
)
def test_a_header_of_another_form_is_refused(model_file: Path, change: dict[str, object], why: str) -> None:
    """Under a right checksum, too: no command has to wonder what the facts are."""
    content = joblib.load(model_file)
    content["header"] = json.dumps({**json.loads(content["header"]), **change})
    content["sha256"] = _checksum(content["header"], content["arrays"])
    joblib.dump(content, model_file, protocol=4)
    with pytest.raises(ModelError, match=why):
        load_model(model_file)
