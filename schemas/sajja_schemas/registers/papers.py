"""Books of receipts and vouchers, assets, groups, disputes: what is open (docs/domain.md sections 5.4, 5.12, 5.14)."""

from typing import Any, Final

from sajja_schemas.events.assets import AssetAcquired, AssetDisposed
from sajja_schemas.events.corrections import DisputeOpened, DisputeResolved
from sajja_schemas.events.documents import DocbookClosed, DocbookIssued, DocumentVoided
from sajja_schemas.events.groups import GroupDissolved, GroupMemberJoined, GroupMemberLeft, GroupRegistered
from sajja_schemas.registers.noting import DATE, VILLAGE, Note, Registers, latest, sum_of

DOCBOOKS: Final = "docbooks"
ASSETS: Final = "assets"
GROUPS: Final = "groups"
DISPUTES: Final = "disputes"


def _note(register: str, event: Any, key: tuple[str, ...], *fact: str, **more: Any) -> Note:
    return Note(register=register, event=event, key=key, fact=fact, **more)


NOTES: Final = (
    _note(DOCBOOKS, DocbookIssued, (VILLAGE, "kind", "book"), "=issued", DATE, "first_no", "last_no", "holder"),
    _note(DOCBOOKS, DocbookClosed, (VILLAGE, "kind", "book"), "=closed", DATE, "last_used_no"),
    _note(DOCBOOKS, DocumentVoided, (VILLAGE, "kind", "book"), "=void", DATE, "no"),
    _note(ASSETS, AssetAcquired, ("ledger", "asset"), "=acquired", DATE, number="amount_satang"),
    _note(ASSETS, AssetDisposed, ("ledger", "asset"), "=disposed", DATE, number="cost_satang"),
    _note(GROUPS, GroupRegistered, ("ledger",), "=registered", DATE, "leader"),
    _note(GROUPS, GroupRegistered, ("ledger",), "=joined", DATE, ".", each="members"),
    _note(GROUPS, GroupMemberJoined, ("ledger",), "=joined", DATE, "member"),
    _note(GROUPS, GroupMemberLeft, ("ledger",), "=left", DATE, "member"),
    _note(GROUPS, GroupDissolved, ("ledger",), "=dissolved", DATE),
    _note(DISPUTES, DisputeOpened, (VILLAGE, "dispute"), "=opened", DATE, "member"),
    _note(DISPUTES, DisputeResolved, (VILLAGE, "dispute"), "=resolved", DATE),
)


def group_members(registers: Registers, ledger: str) -> frozenset[str]:
    """Who is in an occupational group: who joined more often than left."""
    number: dict[str, int] = {}
    for fact, times in registers.row(GROUPS, (ledger,)).items():
        if fact[0] in {"joined", "left"}:
            number[str(fact[2])] = number.get(str(fact[2]), 0) + (times if fact[0] == "joined" else -times)
    return frozenset(member for member, times in number.items() if times > 0)


def has_ended(registers: Registers, register: str, key: tuple[str | int, ...]) -> bool:
    """Whether a book of papers was closed, an asset disposed of, a group dissolved, a dispute resolved."""
    return sum_of(registers.row(register, key), "closed", "disposed", "dissolved", "resolved") > 0


def issued_numbers(registers: Registers, village: str, kind: str, book: int) -> range | None:
    """The numbers of a book of papers, or None where none was issued."""
    said = latest(registers.row(DOCBOOKS, (village, kind, book)), "issued")
    return range(int(said[2]), int(said[3]) + 1) if said is not None else None
