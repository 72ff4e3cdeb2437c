"""Options that several commands share, as decorators, and the few steps that go with them."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from socialclass.errors import CorpusError, OutputError
from socialclass.model.classifier import Classifier
from socialclass.reading import read_binary
from socialclass.reading.source import INPUT_FORMATS

if TYPE_CHECKING:
    from socialclass.privacy import Privacy

    FloatParamType = click.ParamType[float]
else:
    FloatParamType = click.ParamType  # the oldest supported Click has no generic one

F = TypeVar("F", bound=Callable[..., Any])

UNREADABLE_EXIT, GATE_EXIT = 3, 4


def model_option(function: F) -> F:
    """Add ``-m/--model``."""
    return click.option(
        "-m", "--model", metavar="MODEL", help="Model file; by default the one that comes with socialclass."
    )(function)


def read_options(function: F) -> F:
    """Add the options that say how an input is read."""
    options = [
        click.option(
            "--input-format",
            type=click.Choice(["auto", *INPUT_FORMATS]),
            default="auto",
            show_default=True,
            help="How FILE is read; auto goes by suffix, then by content; standard input is lines. A folder, a zip or "
            "a file that a platform gave is known by what is in it.",
        ),
        click.option("--text-field", metavar="NAME", help="Column or key of the text; by default 'text'."),
        click.option("--encoding", default="utf-8", show_default=True, help="Encoding of the input."),
        click.option(
            "--encoding-errors",
            type=click.Choice(["strict", "replace"]),
            default="strict",
            show_default=True,
            help="What to do with bytes that are not in the encoding.",
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def privacy_options(function: F) -> F:
    """Add ``--mask`` and ``--pseudonyms``."""
    options = [
        click.option(
            "--mask", is_flag=True, help="Mask handles, mail addresses, phone numbers and URLs in what is written."
        ),
        click.option(
            "--pseudonyms",
            metavar="KEY",
            envvar="SOCIALCLASS_PSEUDONYMS",
            help="Write accounts under stable pseudonyms, keyed by KEY, by the content of a file (@FILE), or by "
            "SOCIALCLASS_PSEUDONYMS in the environment, which other users cannot see.",
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def privacy_of(mask: bool, pseudonyms: str | None) -> "Privacy | None":
    """Return what those two options ask for; None for nothing."""
    if not mask and pseudonyms is None:
        return None
    from socialclass.privacy import Privacy

    key = (pseudonyms or "").encode("utf-8", "surrogateescape")
    if key.startswith(b"@"):
        with read_binary(os.fsdecode(key[1:])) as stream:
            key = stream.read(1 << 16).strip()
    if pseudonyms is not None and not key:
        raise click.BadParameter("the key is empty", param_hint="--pseudonyms")
    return Privacy(mask, key)


def color_option(function: F) -> F:
    """Add ``--color``."""
    return click.option(
        "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour in tables."
    )(function)


def force_option(function: F) -> F:
    """Add ``--force``."""
    return click.option("--force", is_flag=True, help="Replace files that exist.")(function)


def refuse_overwriting(paths: Iterable[str | None], force: bool, inputs: Iterable[str | None] = ()) -> None:
    """Raise `OutputError` for the first path that exists, unless `force`; devices and pipes hold nothing to lose.

    inputs: what the command reads, which it does not replace by something else even then. None is no path.
    """
    read = {os.path.realpath(path) for path in inputs if path is not None}
    for path in filter(None, paths):
        if os.path.isfile(path) and os.path.realpath(path) in read:
            raise OutputError("this command reads that file", place=path, remedy="name another to write to")
        if not force and (os.path.isfile(path) or os.path.isdir(path)):
            raise OutputError("this file exists", place=path, remedy="name another, or replace it with --force")


@contextmanager
def placed(place: str) -> Iterator[None]:
    """Give an error of a corpus its place where it was raised without one."""
    try:
        yield
    except CorpusError as error:
        if error.place:
            raise
        raise CorpusError(error.problem, place=place, remedy=error.remedy) from error


def open_model(path: str | None) -> Classifier:
    """Return the model that ``-m`` names, or the bundled one."""
    from socialclass.model.persistence import load_model

    return load_model(path)


def is_terminal(stream: Any) -> bool:
    """Say whether a standard stream is there and a terminal."""
    return stream is not None and stream.isatty()


def note(message: str) -> None:
    """Write a line for people to standard error."""
    if sys.stderr is not None:
        sys.stderr.write(f"socialclass: {message}\n")
