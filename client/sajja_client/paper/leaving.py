"""The way out: a folder with everything in open forms, or one workbook.

A folder holds the workbook, a CSV file for each sheet, and `log.ndjson`: the signed lines as the wire has them, which
anybody can verify and fold without this program.
"""

from pathlib import Path
from typing import Final

import msgspec

from sajja_client.durable import create_directory, replaced_file
from sajja_client.paper.csv_out import write_csv
from sajja_client.paper.everything import Everything
from sajja_client.paper.workbook_out import write_workbook

WORKBOOK_SUFFIX: Final = ".xlsx"
LINES_FILE: Final = "log.ndjson"


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What was written, for a program."""

    network: str
    village: str
    demonstration: bool
    as_of: str
    files: list[str]
    rows: dict[str, int]  # by the English name of the sheet


def export(everything: Everything, target: Path) -> Exported:
    """Write everything to a folder, or to a file whose name ends in .xlsx; each file whole or not at all."""
    if target.suffix.casefold() == WORKBOOK_SUFFIX and not target.is_dir():
        rows = write_workbook(target, everything.sheets())
        files = [target.name]
    else:
        create_directory(target)
        name = f"sajja-{everything.pin.village}{WORKBOOK_SUFFIX}"
        rows = write_workbook(target / name, everything.sheets())
        files = [name]
        for sheet in everything.sheets():
            if sheet.english != "lines":  # these stand in a file of their own, as they were signed
                files.append(f"{sheet.english}.csv")
                write_csv(target / files[-1], sheet)
        files.append(LINES_FILE)
        with replaced_file(target / LINES_FILE) as unfinished, unfinished.open("wb") as file:
            file.writelines(line + b"\n" for line in everything.signed_lines())
    pin = everything.pin
    return Exported(
        network=pin.network,
        village=pin.village,
        demonstration=pin.demonstration,
        as_of=everything.on.isoformat(),
        files=files,
        rows=rows,
    )
