"""The errors that users can meet, built from facts: place, problem, remedy.

Every message is one line. No error here knows about exit codes or terminals; `cli.main` turns them into both.
"""

from collections.abc import Iterable


class SocialclassError(Exception):
    """Something the user can mend: what is wrong, where, and what to do.

    >>> print(SocialclassError("the file is empty", place="m.joblib", remedy="train it again"))
    m.joblib: the file is empty; train it again
    """

    def __init__(self, problem: str, *, place: str = "", remedy: str = "") -> None:
        self.problem, self.place, self.remedy = problem, place, remedy
        super().__init__("".join([f"{place}: " if place else "", problem, f"; {remedy}" if remedy else ""]))


class InputError(SocialclassError):
    """A file of texts that cannot be read on."""


class UnknownFieldError(InputError):
    """A column or key that the input does not have.

    >>> print(UnknownFieldError("body", ["id", "text"], place="posts.csv", option="--text-field"))
    posts.csv: no column 'body'; choose one of: id, text (--text-field NAME)
    """

    def __init__(self, name: str, available: Iterable[str], *, place: str, option: str) -> None:
        listed = ", ".join(available) or "(none)"
        super().__init__(f"no column {name!r}", place=place, remedy=f"choose one of: {listed} ({option} NAME)")


class TakenFieldError(InputError):
    """The input has a field that the output would add."""

    def __init__(self, names: Iterable[str], *, place: str) -> None:
        listed = ", ".join(repr(name) for name in names)
        super().__init__(
            f"the input already has {listed}", place=place, remedy="give the added fields a prefix: --prefix sc_"
        )


class OutputError(SocialclassError):
    """An output that cannot be written."""


class ModelError(SocialclassError):
    """A file that is no usable model; nothing in it has been run."""


class CorpusError(SocialclassError):
    """A labelled corpus that cannot be learnt from."""


class MissingExtraError(SocialclassError):
    """Something asked for that rests on packages which are not installed.

    >>> print(MissingExtraError("onnx", what="exporting to ONNX"))
    exporting to ONNX needs packages that are not installed; python -m pip install 'socialclass[onnx]'
    """

    def __init__(self, extra: str, *, what: str) -> None:
        super().__init__(
            f"{what} needs packages that are not installed", remedy=f"python -m pip install 'socialclass[{extra}]'"
        )
