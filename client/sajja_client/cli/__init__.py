"""`sajja`: the village's and the office's command line.

Commands say what they do in Thai and in English, print JSON with --json, and end with the exit codes of
`sajja_client.problems`. Nothing heavy is imported before a command needs it.
"""

import sys

import typer

from sajja_client.cli import audit, carrying, meeting, office_trust, output, tablet
from sajja_client.cli.demo import demo
from sajja_client.cli.options import EXIT_CODES
from sajja_client.cli.pins import PinFileOption, use_pin_file
from sajja_client.problems import Problem
from sajja_schemas.bundle import BundleWrong
from sajja_schemas.chain import ChainBroken

app = typer.Typer(
    name="sajja",
    help=f"สัจจะ: สมุดบันทึกของธนาคารหมู่บ้าน · The village bank's own log.\n\n{EXIT_CODES}",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(tablet.app, name="village")
app.add_typer(office_trust.app, name="office")
tablet.app.add_typer(meeting.app, name="meeting")
app.add_typer(audit.app, name="audit")
tablet.app.add_typer(carrying.app, name="carry")
office_trust.app.add_typer(carrying.app, name="carry")
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
