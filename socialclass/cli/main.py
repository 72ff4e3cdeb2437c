"""The entry point: the group of commands, and errors and signals turned into exit codes.

Commands are imported when they are called for, so that `classify` starts without what `train` needs.
"""

import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import NoReturn

import click

from socialclass.cli.environment import COMPLETION_VARIABLE
from socialclass.errors import OutputError, SocialclassError

# command -> what the list of commands says of it, in the order of that list; its module is its namesake
COMMANDS = {
    "classify": "Label texts, line by line or row by row.",
    "train": "Fit a model on a labelled corpus.",
    "evaluate": "Measure a model on a labelled corpus.",
    "explain": "Show which terms decided a label.",
    "compare": "Show which labels two models give differently.",
    "corpus": "Check, split and grow a labelled corpus.",
    "convert": "Write a platform's export as ActivityStreams, JSONL or CSV.",
    "model": "Look into a model file (nothing in it is run).",
    "analyze": "Measure the mix, the effort's quality, and who matters.",
    "completion": "Print the completion script for SHELL.",
}
BROKEN_PIPE = 128 + signal.SIGPIPE if hasattr(signal, "SIGPIPE") else 141

EPILOG = """\b
Exit codes:
  0  done
  1  error: one line on standard error
  2  wrong usage
  3  finished, but some records could not be read (each is named)
  4  a gate that was asked for failed (evaluate --fail-under, compare --max-flips, corpus check --strict)
  129, 130, 141, 143  stopped by SIGHUP, Ctrl-C, a closed pipe, SIGTERM
\b
Environment: NO_COLOR, FORCE_COLOR
"""


class _ClosedOutput(io.TextIOBase):
    """Stands for a standard output that was closed from the beginning: what is written to it is an error, not lost."""

    def write(self, _: str) -> int:
        """Raise."""
        raise OutputError("standard output is closed", remedy="name a file: -o FILE, or > FILE")

    @property
    def buffer(self) -> NoReturn:
        """Raise: bytes are written to it, too."""
        self.write("")
        raise AssertionError


class _LazyGroup(click.Group):
    """A group that imports a command's module when the command is used, and not to list it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"socialclass.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    from socialclass.model.scoring import Scorer

    click.echo(f"socialclass {version('socialclass')} (scoring: {Scorer.name})")
    ctx.exit()


@click.group(cls=_LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
              help="Show the version and which scoring core runs.")  # fmt: skip
def cli() -> None:
    """Label posts as social media marketing or social networking.

    \b
      socialclass classify posts.txt
      tail -f posts.txt | socialclass classify
      socialclass classify --text-field body export.csv -o labelled.csv
      socialclass classify slack-export.zip -o labelled.jsonl
      socialclass explain "Join us Friday: 20% off all boots"
      socialclass train corpus.csv -o my.joblib
      socialclass evaluate -m my.joblib held-out.csv --fail-under macro_f1=0.8
      socialclass compare old.joblib my.joblib posts.csv --max-flips 1%
    """


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Click itself would turn a closed pipe and Ctrl-C into exit 1; here they keep their own codes.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _terminated)
    if sys.stdout is None:
        sys.stdout = _ClosedOutput()
    try:
        code = _run(list(sys.argv[1:] if args is None else args))
        sys.stdout.flush()
        return code
    except SocialclassError as error:
        return _fail(str(error))
    except BrokenPipeError:
        _discard_stdout()
        return BROKEN_PIPE
    except KeyboardInterrupt:
        _discard_stdout()
        return 130
    except OSError as error:
        _discard_stdout()
        return _fail(f"{error.filename or 'standard output'}: {error.strerror or error}")
    except RecursionError:
        return _fail("the input is nested too deeply")
    except MemoryError:
        return _fail("there is not enough memory for this")


def _run(args: list[str]) -> int:
    if instruction := os.environ.get(COMPLETION_VARIABLE):
        from socialclass.cli.completion import complete

        complete(instruction, cli)
        return 0
    try:
        with cli.make_context("socialclass", args) as context:
            cli.invoke(context)
        return 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "", err=True)
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130


def _fail(message: str) -> int:
    one_line = " ".join(message.split("\n"))
    if sys.stderr is not None:
        sys.stderr.write(f"socialclass: {one_line}\n")
    return 1


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _discard_stdout() -> None:
    """Keep the interpreter from flushing what nobody reads, which would end in a traceback."""
    with suppress(io.UnsupportedOperation):  # where it was closed from the beginning
        number = sys.stdout.fileno()
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
