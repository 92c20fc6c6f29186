"""The register of what officers signed off: findings by name, or by code and the entries that they rest on.

A row is the finding's name, or (code, device, sequence); each fact one entry that settles it (docs/domain.md section
5.14). A late entry is settled by its acceptance.
"""

from typing import Final

from sajja_schemas.events.corrections import FindingResolved, LateEntryAccepted
from sajja_schemas.registers.noting import DEVICE, SEQUENCE, Note, Registers

REGISTER: Final = "resolutions"
LATE_ENTRY: Final = "LATE_ENTRY"
_BY: Final = (DEVICE, SEQUENCE)

NOTES: Final = (
    Note(register=REGISTER, event=FindingResolved, key=("finding",), fact=_BY, named="finding"),
    Note(
        register=REGISTER, event=FindingResolved, key=("code", ".device", ".sequence"), fact=_BY, each="entries",
    ),
    Note(
        register=REGISTER, event=LateEntryAccepted, key=("=" + LATE_ENTRY, "entry.device", "entry.sequence"), fact=_BY
    ),
)  # fmt: skip


def is_settled(registers: Registers, code: str, name: str, entries: tuple[tuple[str, int], ...]) -> bool:
    """Whether a finding was signed off as it stands, or every entry that it rests on was."""
    if registers.row(REGISTER, (name,)):
        return True
    return bool(entries) and all(registers.row(REGISTER, (code, *place)) for place in entries)
