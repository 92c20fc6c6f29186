"""Devices that cannot be trusted as they are: forks, lost tablets, what came after a revocation."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sajja_schemas.findings import Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.rules.declaring import StandingRule
from sajja_schemas.verdicts import Effect

_NAMED_MAX: Final = 50  # entries of one finding; how many there are stands in its fields


def _forked(books: Books, _on: date) -> Iterator[Hit]:
    for name, fork in books.trust.forks.items():
        device = books.trust.devices[name]
        sequences = sorted(fork.entries.values())
        yield Hit(
            village=device.unit, subject=(name,), amount_satang=fork.amount_satang,
            entries=tuple((name, at) for at in sequences[:_NAMED_MAX]),
            fields={
                "label": device.label or name[:8], "sequence": fork.sequence, "count": len(sequences),
                "branches": ",".join(sorted(entry[:8] for entry in fork.entries)[:_NAMED_MAX]),
            },
        )  # fmt: skip


def _untrusted(books: Books, _on: date) -> Iterator[Hit]:
    for name, trusted in books.trust.trusted.items():
        device = books.trust.devices.get(name)
        if device is None:
            continue
        last = device.sequence if device.ended_at is None else device.ended_at
        if last > trusted:
            yield Hit(
                village=device.unit, subject=(name,),
                entries=tuple((name, at) for at in range(trusted + 1, min(last, trusted + _NAMED_MAX) + 1)),
                fields={"label": device.label or name[:8], "trusted": trusted, "last": last},
            )  # fmt: skip


def _stopped(books: Books, _on: date) -> Iterator[Hit]:
    by_device: dict[str, list[int]] = {}
    for entry_hash, stopped in books.trust.stopped.items():
        if books.quarantined.get(entry_hash) is Effect.REVOKED:
            by_device.setdefault(stopped.device, []).append(stopped.sequence)
    for name, sequences in by_device.items():
        device = books.trust.devices[name]
        sequences.sort()
        yield Hit(
            village=device.unit, subject=(name,), entries=tuple((name, at) for at in sequences[:_NAMED_MAX]),
            fields={"label": device.label or name[:8], "count": len(sequences), "last": sequences[-1]},
        )  # fmt: skip


STANDING: Final = (
    StandingRule(
        code="FORKED",
        severity=Severity.HIGH,
        owner=Owner.NETWORK,
        thai="เครื่อง {label} มีบันทึกสองฉบับ ตั้งแต่ลำดับที่ {sequence} ไม่นับ {count} รายการ รวม {amount} บาท",
        english="{label} has signed two logs from line {sequence}: {count} entries of {amount} baht do not count",
        next_thai="หยุดใช้เครื่องนี้ เทียบสองฉบับกับกระดาษ แล้วตัดสินทีละรายการด้วย sajja office resolve-fork",
        next_english="stop that tablet, compare both with the paper, decide each entry: sajja office resolve-fork",
        source="5.4, 9.12",
        read=_forked,
    ),
    StandingRule(
        code="AFTER_LAST_TRUSTED",
        severity=Severity.HIGH,
        owner=Owner.NETWORK,
        thai="เครื่อง {label} เชื่อถือได้ถึงลำดับที่ {trusted} แต่รับไว้แล้วถึงลำดับที่ {last}",
        english="{label} is trusted up to line {trusted}, and was taken in up to line {last}",
        next_thai="เทียบรายการหลังจากนั้นกับกระดาษทีละรายการ กลับรายการที่ไม่จริง แล้วลงนามปิดข้อสังเกต",
        next_english="compare each later entry with the paper, reverse what is not true, then sign this off",
        source="5.4, 9.12",
        read=_untrusted,
    ),
    StandingRule(
        code="STOPPED_AFTER_REVOCATION",
        severity=Severity.MEDIUM,
        owner=Owner.NETWORK,
        thai="เครื่อง {label} ถูกเพิกถอนแล้ว มี {count} รายการที่มาทีหลังและไม่นับ",
        english="{label} was revoked; {count} entries came after that, and do not count",
        next_thai="เทียบกับกระดาษทีละรายการ แล้ว sajja office release หรือ sajja office refuse",
        next_english="compare each with the paper, then sajja office release or sajja office refuse",
        source="9.12",
        read=_stopped,
    ),
)
