"""Paper and what proves it: books of receipts, voided numbers, attachments, reports (docs/domain.md section 5.4).

Bytes of attachments stay in the village in this release; the log holds their hashes.
"""

from typing import Annotated, Literal

import msgspec

from sajja_schemas.events.base import Approvers, Author, Count, EntryRef, Event, Hash, Identifier, Text, declare

DocumentKind = Literal["receipt", "voucher", "contract"]
Purpose = Literal["slip", "voucher", "bank_book", "bank_letter", "contract", "certificate", "minutes", "photo", "other"]


class DocbookIssued(Event, tag="docbook_issued", frozen=True, kw_only=True):
    """A numbered book is given to a holder."""

    kind: DocumentKind
    book: Count
    first_no: Count
    last_no: Count
    holder: Identifier

    declared = declare(
        thai="จ่ายเล่มเอกสาร",
        author=Author.EITHER,
        approvers=Approvers.A1,
        must=("ช่วงเลขไม่ซ้อนกันในหมู่บ้าน", "ranges never overlap in a village"),
    )


class DocbookClosed(Event, tag="docbook_closed", frozen=True, kw_only=True):
    """A numbered book comes back."""

    kind: DocumentKind
    book: Count
    last_used_no: Count

    declared = declare(thai="ปิดเล่มเอกสาร", author=Author.EITHER, approvers=Approvers.A1)


class DocumentVoided(Event, tag="document_voided", frozen=True, kw_only=True):
    """A numbered paper is void. What it posted is reversed by its own entry: voiding alone changes no balance."""

    kind: DocumentKind
    book: Count
    no: Count
    reason: Text
    photo: Hash

    declared = declare(
        thai="ยกเลิกใบเสร็จ/ใบสำคัญ",
        author=Author.EITHER,
        approvers=Approvers.A1,
        must=("เลขที่มีอยู่หรือเป็นเลขถัดไป และถ่ายรูปต้นฉบับ", "the number exists or is the next, and the paper is photographed"),
    )


class AttachmentAdded(Event, tag="attachment_added", frozen=True, kw_only=True):
    """A picture or a paper belongs to an entry."""

    to: EntryRef
    file: Hash
    purpose: Purpose
    bytes: Count | None = None

    declared = declare(thai="แนบหลักฐาน", author=Author.EITHER, approvers=Approvers.A0)


class ReportPublished(Event, tag="report_published", frozen=True, kw_only=True):
    """A report is made public, with the index that it reflects, so that anyone can make it again."""

    report: Identifier
    as_of_index: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1, description="index in the network log")]
    file: Hash

    declared = declare(
        thai="เผยแพร่รายงาน",
        author=Author.OFFICE,
        approvers=Approvers.A4,
        must=("ทำซ้ำได้จากสมุดถึงลำดับนั้น", "it can be made again from the log up to that index"),
    )


DocumentEvent = DocbookIssued | DocbookClosed | DocumentVoided | AttachmentAdded | ReportPublished
