"""Erasing a person's data: what the village prepares, and what the office records.

* The village asks: `personal_data_erasure_requested` is written once, whatever stands against it, for the person did
  ask, and the ninety days run. Asked again, the first request holds.
* While money is open (`sajja_schemas.open_money`) nothing more is prepared, and the reasons are told.
* The office has not the village's feed, so the village hands over a file that names the entries; it holds ids and
  hashes and no personal data. The committee and the auditor approve, and the erasure counts like any control event.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import msgspec

from sajja_client.books import effect_of, fold
from sajja_client.durable import replace_file
from sajja_client.log import Log, ref_to
from sajja_client.mirror import Mirror
from sajja_client.office import Desk, Moment
from sajja_client.parts import note_pulled, personal_lines
from sajja_client.problems import MoneyOpen, NothingToErase, RequestRefused
from sajja_schemas.accounts import CHART
from sajja_schemas.books import Books
from sajja_schemas.entry import EntryRef, SignedEntry, device_name, entry_hash, to_base64url
from sajja_schemas.events import Body, read_body
from sajja_schemas.events.member_records import PersonalDataErased, PersonalDataErasureRequested
from sajja_schemas.money import format_baht
from sajja_schemas.open_money import OpenMoney, open_money
from sajja_schemas.verdicts import Effect

DUE_DAYS: Final = 90  # docs/domain.md section 11.1
ENTRIES_MAX: Final = 100  # of one event; who has more parts has several events
_FILE_BYTES_MAX: Final = 1024 * 1024


class ErasureFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a village hands to the office: no personal data is in it."""

    network: str
    fingerprint: str
    village: str
    member: str
    request: EntryRef
    entries: list[EntryRef]


def prepare(log: Log, member: str, moment: Moment, *, basis: str | None = None, path: Path | None = None) -> Path:
    """Record the request, if there is none yet, and write the file for the office.

    Raises:
        NothingToErase: no part of this member is known here, or all are erased.
        MoneyOpen: with the reasons; the request is recorded all the same.
    """
    note_pulled(log.connection)
    entries = [line.entry for line in personal_lines(log.connection, member) if not line.is_erased]
    if not entries:
        raise NothingToErase(member=member)
    books = fold(log.home)
    counted = list(_counted(log, books))
    request = next((ref for ref, body in counted if _asks_for(body, member)), None)
    if request is None:
        asked = PersonalDataErasureRequested(member=member, due=moment.day + timedelta(days=DUE_DAYS), basis=basis)
        request = ref_to(log.append(asked, by=moment.by, day=moment.day, recorded_at=moment.recorded_at))
    reasons = open_money(books, (body.event for _ref, body in counted), member)
    if reasons:
        raise MoneyOpen(
            member=member,
            reasons_thai=" ".join(_reason(reason)[0] for reason in reasons),
            reasons="; ".join(_reason(reason)[1] for reason in reasons),
        )
    pin = log.pin
    file = ErasureFile(
        network=pin.network,
        fingerprint=pin.fingerprint,
        village=pin.village,
        member=member,
        request=request,
        entries=entries,
    )
    written = path or log.home.path / f"erasure-{member}.json"
    replace_file(written, msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n", mode=0o644)
    return written


def read_erasure(path: Path) -> ErasureFile:
    """The file of a village.

    Raises:
        RequestRefused: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(_FILE_BYTES_MAX), type=ErasureFile)
    except (OSError, msgspec.DecodeError) as error:
        raise RequestRefused(reason=f"{path}: {error}") from error


def erase(desk: Desk, asked: ErasureFile, *, auditor: str | None) -> list[SignedEntry]:
    """Record the erasure; the committee approves it on two devices, and the auditor where one is here.

    Raises:
        RequestRefused: it is another network's.
        KeyMissing: the auditor has no key on this device.
    """
    pin = desk.log.pin
    if (asked.network, asked.fingerprint) != (pin.network, pin.fingerprint):
        raise RequestRefused(reason=f"it is for the network {asked.network}, {asked.fingerprint}")
    if auditor is not None:
        desk.log.home.officer_key(auditor)  # before anything is recorded that would wait for it
    moment = desk.moment
    erased = [
        desk.log.append(
            PersonalDataErased(
                member=asked.member, entries=tuple(asked.entries[at : at + ENTRIES_MAX]), request=asked.request
            ),
            by=moment.by,
            day=moment.day,
            recorded_at=moment.recorded_at,
            village=asked.village,
        )
        for at in range(0, len(asked.entries), ENTRIES_MAX)
    ]
    desk.approve(erased)
    if auditor is not None:
        desk.log.approve(erased, [auditor], by=moment.by, day=moment.day, recorded_at=moment.recorded_at)
    return erased


def _counted(log: Log, books: Books) -> Iterator[tuple[EntryRef, Body]]:
    """What counts in this device's books: of the feeds, and of its own lines."""
    known: set[bytes] = set()
    for line in Mirror(log.connection, log.pin, log.device).lines():
        known.add(line.hash)
        yield from _if_counted(books, to_base64url(line.device), line.sequence, line.body)
    for entry in log.entries():
        if entry.hash not in known:
            yield from _if_counted(books, device_name(entry.key), entry.sequence, entry.body)


def _if_counted(books: Books, device: str, sequence: int, data: bytes) -> Iterator[tuple[EntryRef, Body]]:
    name = to_base64url(entry_hash(data))
    body = read_body(data)
    if isinstance(body, Body) and effect_of(books, name) is Effect.COUNTED:
        yield EntryRef(device=device, sequence=sequence, hash=name), body


def _asks_for(body: Body, member: str) -> bool:
    return isinstance(body.event, PersonalDataErasureRequested) and body.event.member == member


def _reason(reason: OpenMoney) -> tuple[str, str]:
    if reason.kind == "claim":
        return f"คำขอ {reason.id} ยังไม่ยุติ", f"the claim {reason.id} is not settled"
    assert reason.account is not None, "a balance and a guarantee are of an account"
    account, baht = CHART[reason.account], format_baht(abs(reason.amount_satang))
    if reason.kind == "guarantee":
        return f"ค้ำประกันเงินกู้ {reason.id} คงเหลือ {baht} บาท", f"a guarantee of the loan {reason.id}, {baht} baht"
    return f"{account.thai} {baht} บาท ({reason.id})", f"{account.english} {baht} baht ({reason.id})"
