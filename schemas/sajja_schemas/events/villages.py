"""Villages come and go, periods open, and what is told "from paper" (docs/domain.md section 5.3).

Years before the first signed entry are told as they stand on paper; they post nothing and are shown hollow.
"""

from datetime import date
from typing import Annotated

import msgspec

from sajja_schemas.events.base import (
    Approvers,
    Assembly,
    Author,
    Count,
    Event,
    Hash,
    Ledger,
    Month,
    SatangOrNone,
    Text,
    Year,
    declare,
)


class VillageJoinedNetwork(Event, tag="village_joined_network", frozen=True, kw_only=True):
    """A village with its bank becomes part of the network."""

    effective: date
    assembly: Assembly
    plan: Text | None = None

    declared = declare(
        thai="เข้าเครือข่าย",
        author=Author.OFFICE,
        of_a_village=True,
        approvers=Approvers.A4,
        also=(Approvers.A5,),
    )


class VillageLeftNetwork(Event, tag="village_left_network", frozen=True, kw_only=True):
    """A village leaves the network, with nothing owed on either side."""

    effective: date
    assembly: Assembly
    plan: Text | None = None

    declared = declare(
        thai="ออกจากเครือข่าย",
        author=Author.OFFICE,
        of_a_village=True,
        approvers=Approvers.A4,
        also=(Approvers.A5,),
        must=("ยอดระหว่างกองทุนทุกคู่เป็นศูนย์", "every balance between the village and the funds is zero"),
    )


class FiscalPeriodOpened(Event, tag="fiscal_period_opened", frozen=True, kw_only=True):
    """A month or a year of a ledger begins."""

    ledger: Ledger
    period_from: date
    period_to: date
    month: Month | None = None

    declared = declare(
        thai="เปิดงวด",
        author=Author.EITHER,
        approvers=Approvers.A1,
        must=("งวดต่อเนื่องกัน ไม่เว้นไม่ซ้อน", "periods follow each other without gap or overlap"),
    )


class ChartAccountOpened(Event, tag="chart_account_opened", frozen=True, kw_only=True):
    """The network committee gives an unused code a name, for reports. Postings know the published chart only."""

    code: Annotated[int, msgspec.Meta(ge=1000, le=9999, description="account code")]
    thai_name: Text
    english_name: Text

    declared = declare(
        thai="เปิดบัญชีผังบัญชี",
        author=Author.OFFICE,
        approvers=Approvers.A4,
        must=("รหัสยังไม่ถูกใช้", "the code is unused"),
    )


class HistoryRecorded(Event, tag="history_recorded", frozen=True, kw_only=True):
    """What the paper says of a village, or of the network, at the end of a year before its first signed entry."""

    year: Year
    members: Count
    savings_satang: SatangOrNone
    fund_satang: SatangOrNone
    women: Count | None = None
    villages: Count | None = None  # where it is told of the network
    evidence: Hash | None = None
    text: Text | None = None

    declared = declare(
        thai="บันทึกประวัติจากกระดาษ",
        author=Author.EITHER,
        approvers=Approvers.A1,
        must=("ปีก่อนรายการแรกของหมู่บ้าน", "a year before the village's first ordinary entry"),
    )


VillageEvent = VillageJoinedNetwork | VillageLeftNetwork | FiscalPeriodOpened | ChartAccountOpened | HistoryRecorded
