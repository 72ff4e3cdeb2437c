import json
import pickle
import struct
import zlib
from pathlib import Path

import joblib
import pytest

from socialclass.errors import ModelError, OutputError
from socialclass.model.classifier import Classifier
from socialclass.model.persistence import _checksum, load_model, save_model
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


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps([1, 2]),
        pickle.dumps({"format": "socialclass-model", "version": 99}),
        b"\x80\x04u.",
        zlib.compress(pickle.dumps({"format": "other"})),
    ],
    ids=["a list", "a dict", "no stack", "compressed"],
)
def test_what_is_no_model_is_refused(content: bytes, tmp_path: Path) -> None:
    """Other content gives one clear error; the hostile kinds are in tests/reliability."""
    path = tmp_path / "other.joblib"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"other\.joblib: not a usable socialclass model: "):
        load_model(path)


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
        ({"facts": [[1, 2]]}, "TypeError"),
        ({"facts": {"corpus": 1}}, "ValueError"),
        ({"classes": "ab"}, "classes without names"),
        ({"classes": ["a", "a"]}, "two of one name"),
        ({"classes": ["a", "uncertain"]}, "fewer than two classes"),
        ({"damping": 1e300}, "beyond 1e77"),
        ({"damping": float("nan")}, "not finite"),
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


@pytest.mark.parametrize("name", ["idf", "coef", "intercept"])
@pytest.mark.parametrize("number", [1e78, -1e200, float("inf"), float("nan")])
def test_numbers_whose_products_overflow_are_refused(model_file: Path, name: str, number: float) -> None:
    """Both cores would say something else about infinity less infinity."""
    content = joblib.load(model_file)
    content["arrays"][name] = struct.pack("<d", number) + content["arrays"][name][8:]
    content["sha256"] = _checksum(content["header"], content["arrays"])
    joblib.dump(content, model_file, protocol=4)
    with pytest.raises(ModelError, match="not finite, or beyond 1e77"):
        load_model(model_file)
