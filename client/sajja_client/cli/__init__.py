"""`sajja`: the village's and the office's command line.

Commands say what they do in Thai and in English, print JSON with --json, and end with the exit codes of
`sajja_client.problems`. Nothing heavy is imported before a command needs it: the commands of a tablet, of the office
and of an auditor are each read when one of them was typed, or when the help lists them all.
"""

import sys
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_group

from sajja_client.cli import output
from sajja_client.cli.demo import demo
from sajja_client.cli.options import EXIT_CODES
from sajja_client.cli.pins import PinFileOption, use_pin_file
from sajja_client.problems import Problem
from sajja_schemas.bundle import BundleWrong
from sajja_schemas.chain import ChainBroken

_GROUPS: Final = {
    "village": "sajja_client.cli.tablet",
    "office": "sajja_client.cli.office_trust",
    "audit": "sajja_client.cli.audit",
}


class WhenTyped(TyperGroup):
    """Groups of commands that are imported, and their options read, when they are asked for."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The one that was typed; a group comes in the place that its name holds."""
        if cmd_name not in _GROUPS:
            return super().get_command(ctx, cmd_name)
        group = get_group(import_module(_GROUPS[cmd_name]).app)
        group.name = cmd_name
        return group


app = typer.Typer(
    cls=WhenTyped,
    name="sajja",
    help=f"สัจจะ: สมุดบันทึกของธนาคารหมู่บ้าน · The village bank's own log.\n\n{EXIT_CODES}",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for _name in _GROUPS:
    app.add_typer(typer.Typer(), name=_name)
app.command("demo")(demo)


@app.callback()
def root(pin_file: PinFileOption = None) -> None:
    """What holds for every command: where officers' PINs come from."""
    use_pin_file(pin_file)


def main() -> None:
    """The entry point: what is refused is a sentence and an exit code, never a traceback."""
    try:
        app()
    except (Problem, ChainBroken, BundleWrong) as problem:
        sys.exit(output.refuse(problem))


if __name__ == "__main__":
    main()
