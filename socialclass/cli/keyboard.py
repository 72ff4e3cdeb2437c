"""The loop of `corpus label`: a text shown, a key read, until the texts or the person are done."""

import shlex
from collections.abc import Mapping

import click

from socialclass.curation.session import Session
from socialclass.report.terminal import printable
from socialclass.resources import default_model_path

DIGITS = "123456789"
_ENDS = ("q", "\x04", "")  # Ctrl-D, and what is read at the end of a terminal


def label_by_key(session: Session, labels: tuple[str, ...]) -> None:
    """Ask for a key a text, until all are labelled or the person stops; Ctrl-C stops, too, and loses nothing."""
    keys = dict(zip(DIGITS, labels, strict=False))
    if session.labelled_before:
        click.echo(f"{session.path} holds {session.labelled_before:,} texts already; going on with the others.")
    click.echo(_legend(keys))
    while (record := session.current) is not None:
        click.secho(f"\n[{session.at + 1}/{len(session.waiting)}] {record.place}", dim=True)
        click.echo(printable(record.text))
        if not _obey(_key(), session, keys):
            break


def _key() -> str:
    try:
        return click.getchar()
    except EOFError:
        return ""


def _obey(key: str, session: Session, keys: Mapping[str, str]) -> bool:
    """Do what a key stands for; False to stop."""
    if key in _ENDS:
        return False
    if key in keys:
        session.answer(keys[key])
        click.secho(f"  {printable(keys[key])}", bold=True)
    elif key == "s":
        session.skip()
        click.secho("  skipped", dim=True)
    elif key == "u":
        click.secho("  undone" if session.undo() else "  nothing to undo in this session", dim=True)
    else:
        click.echo("  " + _legend(keys))
    return True


def _legend(keys: Mapping[str, str]) -> str:
    named = [f"{key} {printable(label)}" for key, label in keys.items()]
    return "Keys: " + ", ".join([*named, "s skip", "u undo", "q quit", "? help"])


def farewell(session: Session, model: str | None, label_field: str) -> str:
    """Return what was done, and the commands that learn from it and compare."""
    done = (
        f"\n{session.labelled:,} texts labelled now, {session.labelled_before + session.labelled:,} in {session.path}."
    )
    if not session.labelled_before + session.labelled:
        return done
    path = shlex.quote(session.path)
    field = "" if label_field == "label" else f" --label-field {shlex.quote(label_field)}"
    old = f" -m {shlex.quote(model)}" if model else ""
    lines = [
        done,
        "Measure the model on them, then learn from them:",
        f"  socialclass evaluate{old} {path}{field}",
        f"  socialclass train {path}{field} -o new.joblib",
    ]
    lines.append(f"  socialclass compare {shlex.quote(model or default_model_path())} new.joblib {path}")
    return "\n".join(lines)
