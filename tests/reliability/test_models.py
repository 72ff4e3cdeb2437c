"""Model files from strangers: refused in one line, without side effect, within 2 seconds and 600 MB."""

import io
import os
import pickle
import random
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import joblib
import numpy as np
import pytest
from joblib.numpy_pickle import NumpyArrayWrapper
from sklearn.linear_model import LogisticRegression

from socialclass.errors import ModelError
from socialclass.model.persistence import load_model, save_model
from socialclass.training import train
from tests.reliability.conftest import Command, failed_cleanly

GOLDEN = Path(__file__).parent.parent / "golden/model.joblib"
# seconds of processor time, and bytes of address space, that a refusal may take
BOUNDS = ("prlimit", "--cpu=2", f"--as={600 << 20}")


class _Calls:
    """Pickles to a call."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self._call = (function, arguments)

    def __reduce__(self) -> tuple[object, ...]:
        return self._call


def _model_like(**changed: object) -> bytes:
    """Return a joblib dump of the golden model's content with parts exchanged."""
    stream = io.BytesIO()
    joblib.dump({**joblib.load(GOLDEN), **changed}, stream, protocol=4)
    return stream.getvalue()


def _array_wrapper(shape: tuple[int, ...], folder: Path, allow_mmap: bool = False) -> bytes:
    """Return a dump in which joblib's array wrapper asks for an array of `shape` that is not there."""
    dtype = np.dtype("O") if folder.name == "object" else np.dtype("f8")
    wrapper = NumpyArrayWrapper(np.ndarray, shape, "C", dtype, allow_mmap=allow_mmap)
    return pickle.dumps({"format": "socialclass-model", "arrays": wrapper}) + bytes(64)


def hostile(mark: Path) -> dict[str, list[bytes | Callable[[], bytes]]]:
    """Return the hostile kinds, with the files of each; any of them that runs something creates `mark`."""
    shell = _Calls(os.system, f"touch {mark}")
    objects = np.array([shell], dtype=object)
    stream = io.BytesIO()
    joblib.dump({"format": "socialclass-model", "arrays": objects}, stream)
    deep = b"\x80\x04" + b"]" * 200_000 + b"a" * 199_999 + b"."
    shared = b"\x80\x04]\x94" + b"".join(b"]\x94(" + b"h" + bytes([i]) * 2 + b"e" for i in range(30)) + b"."
    draw = random.Random(3)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("model", "x")
    golden = GOLDEN.read_bytes()
    return {
        "os.system": [pickle.dumps(shell), _model_like(header=shell)],
        "eval": [pickle.dumps(_Calls(eval, f"open({str(mark)!r}, 'w')"))],
        "object array with a nested pickle": [stream.getvalue()],
        "protocol 0": [pickle.dumps(shell, protocol=0)],
        "joblib array wrapper pointing at another file": [_array_wrapper((4,), mark.parent)],
        "np.memmap": [
            pickle.dumps(_Calls(np.memmap, str(mark), "f8", "w+", 0, (4,))),
            _array_wrapper((4,), mark.parent, allow_mmap=True),
        ],
        "huge, negative or overflowing shape": [
            _array_wrapper((2**40,), mark.parent),
            _array_wrapper((-1,), mark.parent),
            _array_wrapper((2**33, 2**33), mark.parent),
        ],
        "zlib bomb": [lambda: zlib.compress(bytes(1 << 30), 1)],
        "BINBYTES8 of 2^60": [b"\x80\x04\x8e" + (1 << 60).to_bytes(8, "little") + b"x."],
        "memo index 2^31": [b"\x80\x04K\x01r\xff\xff\xff\x7f.", b"\x80\x04j\xff\xff\xff\x7f."],
        "20 MB of opcodes": [b"\x80\x04" + b"(" * 20_000_000 + b".", b"\x80\x04" + b"K\x010" * 7_000_000 + b"."],
        "deep or shared lists": [deep, shared],
        "zeros, empty, text, zip, random, a pickled scikit-learn model": [
            bytes(4096), b"", b"hello mum\n", archive.getvalue(), draw.randbytes(4096),
            pickle.dumps(LogisticRegression()),
        ],
        "trailing data and a newer version": [golden + b"x", golden + golden, _model_like(version=2)],
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.case("model file", name, "exit 1, one line, no side effect"))
        for name in hostile(Path("mark"))
    ],
)
def test_hostile_file(command: Command, tmp_path: Path, name: str) -> None:
    """A stranger's file is refused in one line that names it; nothing of it is run or written."""
    mark = tmp_path / "mark"
    for content in hostile(mark)[name]:
        (tmp_path / "evil.joblib").write_bytes(content() if callable(content) else content)
        done = command("classify", "-m", "evil.joblib", stdin=b"hey mum\n", before=BOUNDS)
        failed_cleanly(done, 1, "evil.joblib: not a usable socialclass model")
        assert [path.name for path in tmp_path.iterdir()] == ["evil.joblib"]


@pytest.fixture(scope="module")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a model of four texts: small enough to damage everywhere."""
    path = tmp_path_factory.mktemp("smallest") / "m.joblib"
    save_model(train(["free shoes", "shoe sale", "hi mum", "call mum"], ["ad", "ad", "chat", "chat"]), path)
    return path


@pytest.mark.case("model file", "truncation at every byte", "refused")
def test_every_truncation(smallest: Path, tmp_path: Path) -> None:
    """A model cut anywhere is an error, never a smaller model."""
    data, cut = smallest.read_bytes(), tmp_path / "cut"
    for size in range(len(data)):
        cut.write_bytes(data[:size])
        with pytest.raises(ModelError):
            load_model(cut)


@pytest.mark.case("model file", "every bit flipped", "refused, or nothing that is read has changed")
def test_every_flipped_bit(smallest: Path, tmp_path: Path) -> None:
    """Damage is noticed wherever it changes what is read."""
    original, model, refused = smallest.read_bytes(), load_model(smallest), 0
    (tmp_path / "flipped").write_bytes(original)
    with open(tmp_path / "flipped", "r+b", buffering=0) as stream:
        for position in range(8 * len(original)):
            at, bit = divmod(position, 8)
            stream.seek(at)
            stream.write(bytes([original[at] ^ 1 << bit]))
            try:
                assert load_model(tmp_path / "flipped") == model
            except ModelError:
                refused += 1
            stream.seek(at)
            stream.write(original[at : at + 1])
    assert refused > 0.99 * 8 * len(original)
