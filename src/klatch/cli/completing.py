"""`klatch completion` and `klatch manual`: what a shell and `man` know of the commands."""

import click

_SHELLS = ("bash", "zsh", "fish")


@click.command(short_help="Print what completes commands in a shell.")
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, *, shell: str) -> None:
    """Print the script that completes klatch's commands and options in SHELL.

    \b
    bash  klatch completion bash > ~/.local/share/bash-completion/completions/klatch
    zsh   klatch completion zsh > ~/.zfunc/_klatch, with ~/.zfunc in fpath
    fish  klatch completion fish > ~/.config/fish/completions/klatch.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    root = context.find_root()
    click.echo(kind(root.command, {}, "klatch", "_KLATCH_COMPLETE").source())


@click.command(short_help="Print the manual page.")
@click.pass_context
def manual(context: click.Context) -> None:
    """Print the manual page, for `man`.

    \b
    klatch manual > ~/.local/share/man/man1/klatch.1
    """
    from klatch.cli.manpage import spell_manual

    root = context.find_root()
    if isinstance(root.command, click.Group):
        click.echo(spell_manual(root.command))
