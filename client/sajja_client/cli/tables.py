"""What the commands list: balances, and the lines of the log with their state. As documents, and as tables of them."""

from datetime import date
from typing import Any

import msgspec

from sajja_client.books import effect_of, is_own
from sajja_client.home import Pin
from sajja_client.log import Log
from sajja_client.names import Names
from sajja_client.progress import WORDS, State, states
from sajja_client.receipt import body_of
from sajja_client.wording import EFFECTS, amount_of, ledger_words, whom
from sajja_schemas.accounts import CHART, Side
from sajja_schemas.books import Books
from sajja_schemas.calendar import format_thai
from sajja_schemas.entry import to_base64url
from sajja_schemas.events import tag_of
from sajja_schemas.figures import control_sums
from sajja_schemas.money import format_baht
from sajja_schemas.places import disputed
from sajja_schemas.verdicts import Effect


class AccountBalance(msgspec.Struct, frozen=True, omit_defaults=True):
    """One balance; positive for a debit."""

    ledger: str
    account: int
    amount_satang: int
    sub: str = ""


class BalanceDocument(msgspec.Struct, frozen=True):
    """The balances of a device's books."""

    network: str
    village: str
    demonstration: bool
    member: str | None
    balances: list[AccountBalance]
    awaiting: int
    quarantined: int
    debit_satang: int | None = None  # of all accounts, and equal to the credits; one member's lines do not balance
    credit_satang: int | None = None
    disputed: list[AccountBalance] = []  # what forks would add, if people released them


class LogLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the log with its state."""

    sequence: int
    hash: str
    date: str
    type: str
    thai: str
    village: str
    state: str
    effect: str
    amount_satang: int | None = None
    subject: str = ""  # whom it is about, by id
    verdict: str | None = None
    code: str | None = None
    index: int | None = None


def balance_document(pin: Pin, books: Books, member: str | None) -> BalanceDocument:
    """The control accounts of this unit's own ledgers, or everything that stands for one member."""
    own = {key: amount for key, amount in books.balances.items() if amount and is_own(pin.village, key[0])}
    if member is not None:
        rows = [AccountBalance(*key[:2], amount, key[2]) for key, amount in own.items() if key[2] == member]
    else:
        rows = [AccountBalance(*key, amount) for key, amount in control_sums(own.items()).items() if amount]
    return BalanceDocument(
        network=pin.network,
        village=pin.village,
        demonstration=pin.demonstration,
        member=member,
        balances=sorted(rows, key=lambda row: (row.ledger, row.account)),
        awaiting=len(books.trust.awaiting),
        quarantined=len(books.quarantined),
        debit_satang=sum(row.amount_satang for row in rows if row.amount_satang > 0) if member is None else None,
        credit_satang=-sum(row.amount_satang for row in rows if row.amount_satang < 0) if member is None else None,
        disputed=[
            AccountBalance(*key[:2], amount, key[2])
            for key, amount in sorted(disputed(books.trust.forks).items())
            if amount and is_own(pin.village, key[0]) and member in {None, key[2]}
        ],
    )


def balance_table(document: BalanceDocument, *, english_first: bool) -> Any:
    """The same for a person; each amount on its account's own side."""
    from rich.table import Table

    table = Table(title=document.member or document.village, title_justify="left")
    for heading in ("บัญชี · account", "", "บาท · baht"):
        table.add_column(heading, justify="right" if heading.endswith("baht") else "left")
    for row in document.balances:
        account = CHART[row.account]
        amount = row.amount_satang if account.side is Side.DEBIT else -row.amount_satang
        names = (account.english, account.thai) if english_first else (account.thai, account.english)
        table.add_row(f"{ledger_words(row.ledger)[0]} {row.account}", " · ".join(names), format_baht(amount))
    totals = (("รวมเดบิต", "debits", document.debit_satang), ("รวมเครดิต", "credits", document.credit_satang))
    for thai, english, total in totals:
        if total is not None:
            words = (english, thai) if english_first else (thai, english)
            table.add_row("", " · ".join(words), format_baht(total), style="bold")
    return table


def log_lines(books: Books, log: Log, after: int) -> list[LogLine]:
    """The lines of the log behind a sequence."""
    answers = {
        row[0]: row[1:] for row in log.connection.execute("SELECT sequence, verdict, code, network_index FROM answer")
    }
    reached = states(log.connection, after)
    lines = []
    for entry in log.entries(after):
        body = body_of(entry)
        name = to_base64url(entry.hash)
        verdict, code, index = answers.get(entry.sequence, (None, None, None))
        lines.append(
            LogLine(
                sequence=entry.sequence,
                hash=name,
                date=body.date.isoformat(),
                type=tag_of(body.event),
                thai=body.event.declared.thai,
                village=body.village,
                state=reached.get(entry.sequence, State.SAVED).value,
                effect=effect_of(books, name).value,
                amount_satang=amount_of(body.event),
                subject=whom(books, body.village, body.event),
                verdict=verdict,
                code=code,
                index=index,
            )
        )
    return lines


def log_table(lines: list[LogLine], names: Names) -> Any:
    """The same for a person: two lines for each, so that no word is cut on a terminal of 80 cells."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    for thai, english in (("ที่", "no."), ("วันที่", "date"), ("รายการ", "entry"), ("บาท", "baht"), ("สถานะ", "state")):
        is_number = english in {"no.", "baht"}
        table.add_column(
            f"{thai}\n{english}",
            justify="right" if is_number else "left",
            overflow="fold",
            no_wrap=english != "entry",
        )
    for line in lines:
        amount = format_baht(line.amount_satang) if line.amount_satang is not None else ""
        day = format_thai(date.fromisoformat(line.date), short=True)
        thai, english = WORDS[State(line.state)]
        state = f"{thai} {EFFECTS[Effect(line.effect)]}\n{english}, {line.effect}"
        table.add_row(str(line.sequence), day, f"{line.thai}\n{names.shown(line.subject)}", amount, state)
    return table
