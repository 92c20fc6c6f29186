"""For each rule that reads the books on a day: books in which it finds something, and others."""

from datetime import date
from typing import Any

from sajja_schemas.events.base import Approvers
from sajja_schemas.standing import Awaiting, Device, Fork, Stopped
from sajja_schemas.verdicts import Effect
from unit.schemas.rules.scenes import (
    BANK,
    DAY,
    NAME,
    REF,
    Act,
    Stage,
    balance,
    bylaws,
    counted,
    established,
    loan,
    member,
)

ON = date(2020, 8, 22)
Books = tuple[tuple[Act, ...], date]


def deposit(day: date = DAY, satang: int = 100, **more: Any) -> Act:
    return counted("share_deposited", day, member="m1", amount_satang=satang, box="b1", **more)


def receipt(day: date, who: str = "m1") -> Act:
    return counted("share_deposited", day, member=who, amount_satang=1, box="b1", receipt={"book": 1, "no": 7})


def handed(satang: int = 100) -> Act:
    return counted(
        "cash_custody_handed_over",
        ledger=BANK,
        settlement="s1",
        place="box",
        amount_satang=satang,
        box="b1",
        carrier="c1",
    )


def sent(day: date = DAY) -> Act:
    return counted("network_deposit_placed", day, settlement="s1", side="sent", amount_satang=100, bank="k")


def device(*, last: int = 9, ended_at: int | None = None, trusted: int | None = None) -> Act:
    def act(stage: Stage) -> None:
        trust = stage.books.trust
        trust.devices[NAME] = Device(key=NAME, unit="pp01", sequence=last, ended_at=ended_at)
        trust.trusted |= {"another": 1} | ({NAME: trusted} if trusted is not None else {})

    return act


def stopped(code: Effect, *, is_fork: bool = False) -> Act:
    def act(stage: Stage) -> None:
        stage.books.trust.stopped[NAME] = Stopped(NAME, 4)
        stage.books.quarantined[NAME] = code
        if is_fork:
            stage.books.trust.forks[NAME] = Fork(sequence=4, entries={NAME: 4}, amount_satang=100)

    return act


def waiting(*, control: bool) -> Act:
    def act(stage: Stage) -> None:
        stage.books.trust.awaiting[NAME] = Awaiting(
            index=1, device=NAME, sequence=1, type="bank_deposit_made", village="pp01", unit="pp01",
            approvers=Approvers.A1, control=control,
        )  # fmt: skip

    return act


def quarantined(code: Effect) -> Act:
    def act(stage: Stage) -> None:
        stage.books.quarantined[NAME] = code

    return act


def closed(month: str) -> Act:
    return counted("period_closed", ledger=BANK, month=month, devices=[REF])


def banked(day: date, satang: int) -> Act:
    return counted("bank_deposit_made", day, ledger=BANK, amount_satang=satang, box="b1", bank="k")


def counts(total: int) -> Act:
    return counted(
        "cash_counted", ledger=BANK, box="b1", cash=[], total_satang=total, counters=["a", "b"], meeting="m-1",
    )  # fmt: skip


def opened(meeting: str) -> Act:
    return counted("meeting_opened", kind="monthly", opening_cash_satang=0, meeting=meeting)


def ended(meeting: str) -> Act:
    return counted("meeting_closed", totals=[], devices=[], meeting=meeting)


def granted(stage: Stage) -> None:
    counted(
        "welfare_claim_approved", claim="c1", member="m1", benefit="birth", amount_satang=900, happened="2020-06-01"
    )(stage)


def contribution(month: str) -> Act:
    return counted("welfare_contribution_received", member="m1", amount_satang=1, box="b1", months=[month])


def spent(satang: int) -> Act:
    return counted("welfare_admin_expense_paid", account=5120, amount_satang=satang, bank="k")


POOL = (bylaws("network"), balance("network", 2230, "pp01", -1_000), balance("network", 3430, "pp01", -1_000))
DEAD = (member(), counted("member_death_reported", member="m1", reported="2020-06-05"))
FUND = (bylaws("welfare"), counted("welfare_donation_received", amount_satang=1_000, bank="k"))

STANDING_CASES: dict[str, tuple[Books, Books]] = {
    "OVERDRAWN_AFTER_MERGE": (((balance(BANK, 2110, "m1", 1),), ON), ((balance(BANK, 2110, "m1", -1),), ON)),
    "CASH_BOX_NEGATIVE": (((balance(BANK, 1110, "b1", -1),), ON), ((balance(BANK, 1110, "b1", 1),), ON)),
    "CARRIER_RECEIVED_MORE": (((balance(BANK, 1112, "c1", -1),), ON), ((balance(BANK, 1112, "c1", 1),), ON)),
    "BANK_ACCOUNT_NEGATIVE": (((balance(BANK, 1120, "k", -1),), ON), ((balance(BANK, 1120, "k", 1),), ON)),
    "LOAN_OVERPAID": (((balance(BANK, 1210, "l1", -1),), ON), ((balance(BANK, 1210, "l1", 1),), ON)),
    "CAME_BACK_BEYOND_OWED": (((balance(BANK, 1260, "m1", -1),), ON), ((balance(BANK, 1260, "m1", 1),), ON)),
    "PAID_BEYOND_OWED": (((balance(BANK, 2140, "m1", 1),), ON), ((balance(BANK, 2140, "m1", -1),), ON)),
    "REMITTED_BEYOND_DUE": (((balance(BANK, 2610, "", 1),), ON), ((balance(BANK, 2610, "", -1),), ON)),
    "NETWORK_OWES_VILLAGE": (((balance(BANK, 2630, "", 1),), ON), ((balance(BANK, 2610, "", 1),), ON)),
    "STOCK_NEGATIVE": (
        ((balance("group:pp01-shrimp", 1410, "", -1),), ON),
        ((balance("group:pp01-shrimp", 1410, "", 1),), ON),
    ),
    "DEPRECIATED_BEYOND_COST": (
        ((balance(BANK, 1510, "", 9), balance(BANK, 1519, "", -10)), ON),
        ((balance(BANK, 1510, "", 9), balance(BANK, 1519, "", -9)), ON),
    ),
    "PRINCIPAL_BEYOND_LOAN": (((loan(), balance(BANK, 1210, "l1", 100_001)), ON), ((loan(),), ON)),
    "PAIR_UNMATCHED": (((balance(BANK, 2610, "", -5),), ON), ((contribution("2020-06"),), ON)),
    "OPENING_NOT_CLEARED": (((balance(BANK, 3900, "", 1),), ON), ((balance(BANK, 3900, "", 0),), ON)),
    "LEDGER_DOES_NOT_BALANCE": (((balance(BANK, 1510, "", 1),), ON), ((deposit(),), ON)),
    "DUPLICATE_RECEIPT": (
        ((receipt(DAY), receipt(date(2020, 6, 2))), ON),
        ((receipt(DAY), receipt(DAY)), ON),
    ),
    "WELFARE_MONTH_PAID_TWICE": (
        ((contribution("2020-06"), contribution("2020-06")), ON),
        ((contribution("2020-06"), contribution("2020-07")), ON),
    ),
    "BOX_OVER_LIMIT": (
        ((bylaws(), deposit(satang=500_001), banked(date(2020, 6, 4), 400_000)), ON),
        ((bylaws(), deposit(satang=500_001), banked(date(2020, 6, 3), 400_000)), ON),
    ),
    "COUNT_DIFFERS_FROM_BOOKS": (((deposit(), counts(99)), ON), ((deposit(), counts(100)), ON)),
    "MEETING_OPENED_TWICE": (((opened("a"), opened("a")), ON), ((opened("a"), opened("b")), ON)),
    "MEETING_CLOSED_TWICE": (((ended("a"), ended("a")), ON), ((ended("a"), ended("b")), ON)),
    "ACT_AFTER_DEATH": (((*DEAD, deposit(date(2020, 6, 6))), ON), ((*DEAD, deposit(date(2020, 6, 5))), ON)),
    "CLAIM_UNPAID": (((granted,), date(2020, 7, 2)), ((granted,), date(2020, 7, 1))),
    "DATED_AHEAD": (
        ((deposit(date(2020, 8, 23)),), ON),
        ((deposit(date(2020, 8, 22)),), ON),
    ),
    "MONTH_NOT_CLOSED": (((closed("2020-06"),), date(2020, 9, 6)), ((closed("2020-06"),), date(2020, 9, 5))),
    "SYNC_LATE": (
        ((established(), bylaws(), deposit()), date(2020, 7, 7)),
        ((established(), bylaws(), deposit()), date(2020, 7, 6)),
    ),
    "CASH_CARRIED_LONG": (((handed(),), date(2020, 6, 4)), ((handed(),), date(2020, 6, 3))),
    "TRANSFER_UNMATCHED": (((sent(),), date(2020, 6, 9)), ((sent(),), date(2020, 6, 8))),
    "CASH_NOT_APPROVED": (((waiting(control=False),), ON), ((waiting(control=True),), ON)),
    "ENTRY_WITHOUT_EFFECT": (
        ((quarantined(Effect.NOT_AUTHORISED),), ON),
        ((quarantined(Effect.AWAITING_APPROVAL),), ON),
    ),
    "LINKAGE_OVER_POOL_LIMIT": (
        ((*POOL, balance("network", 1310, "pp01", 1_401)), ON),
        ((*POOL, balance("network", 1310, "pp01", 1_400)), ON),
    ),
    "LINKAGE_OVER_VILLAGE_LIMIT": (
        ((*POOL, balance("network", 1310, "pp01", 401)), ON),
        ((*POOL, balance("network", 1310, "pp01", 400)), ON),
    ),
    "FORKED": (((device(), stopped(Effect.FORKED, is_fork=True)), ON), ((device(), stopped(Effect.REVOKED)), ON)),
    "AFTER_LAST_TRUSTED": (((device(trusted=8),), ON), ((device(trusted=8, ended_at=8),), ON)),
    "STOPPED_AFTER_REVOCATION": (
        ((device(), stopped(Effect.REVOKED)), ON),
        ((device(), stopped(Effect.FORKED, is_fork=True)), ON),
    ),
    "ADMINISTRATION_OVER_CAP": (((*FUND, spent(201)), ON), ((*FUND, spent(200)), ON)),
}
