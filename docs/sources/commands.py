"""Commands, from the application's command line."""

from collections.abc import Iterator

import click

from docs.sources.app import application
from docs.sources.markdown import code, paragraph, table

_FLASKS_OWN = ("run", "shell", "routes")


def page() -> str:
    """Every command with its arguments and options."""
    with application() as (app, _):
        commands = [(name, command) for name, command in sorted(app.cli.commands.items()) if name not in _FLASKS_OWN]
        return (
            "# Commands\n\nCommands run with Backroom's settings in the environment, from the repository's folder:\n"
            "`.venv/bin/flask --app webapp.app COMMAND`. Each has `--help`.\n"
            + "".join(text for name, command in commands for text in _describe(name, command))
        )


def _describe(name: str, command: click.Command) -> Iterator[str]:
    if isinstance(command, click.Group):
        for below, one in sorted(command.commands.items()):
            yield from _describe(f"{name} {below}", one)
        return
    arguments = [parameter for parameter in command.params if isinstance(parameter, click.Argument)]
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    usage = " ".join([name, *(argument.make_metavar(click.Context(command)) for argument in arguments)])
    yield f"\n## `{usage}`\n\n{paragraph(command.help or '')}\n"
    if options:
        yield "\n" + table(("option", "default", "meaning"), [_option(option) for option in options])


def _option(option: click.Option) -> tuple[str, str, str]:
    name = ", ".join(code(each) for each in option.opts)
    default = "" if option.is_flag or option.default in (None, "") else str(option.default)
    shown = code(default) if default and "Sentinel" not in default else ""
    needed = "**Required.** " if option.required else ""
    choices = f" One of: {', '.join(option.type.choices)}." if isinstance(option.type, click.Choice) else ""
    return name, shown, f"{needed}{option.help or ''}{choices}".strip()
