"""`socialclass completion`: the script that completes commands and options in a shell."""

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

from socialclass.cli.environment import COMPLETION_VARIABLE

_EXAMPLES = """\b
Examples:
  eval "$(socialclass completion bash)"
  socialclass completion fish > ~/.config/fish/completions/socialclass.fish
"""


@click.command("completion", epilog=_EXAMPLES)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script for SHELL."""
    click.echo(_completer(shell, click.get_current_context().find_root().command).source())


def complete(instruction: str, cli: click.Command) -> None:
    """Print what may follow the words that the script of a shell hands over: names of files where nothing else may.

    instruction: what `COMPLETION_VARIABLE` holds, such as ``bash_complete``; others are passed over.
    """
    shell, _, what = instruction.partition("_")
    if what != "complete" or get_completion_class(shell) is None:
        return
    completer = _completer(shell, cli)
    words, begun = completer.get_completion_args()
    found = completer.get_completions(words, begun)
    if not found and not begun.startswith("-"):
        found = [CompletionItem(begun, type="file")]
    for item in found:
        click.echo(completer.format_completion(item))


def _completer(shell: str, cli: click.Command) -> ShellComplete:
    made = get_completion_class(shell)
    assert made is not None
    return made(cli, {}, "socialclass", COMPLETION_VARIABLE)
