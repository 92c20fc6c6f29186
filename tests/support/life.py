"""A network whose people tell what happened: real homes, keys and logs on disk, and a real server between them.

The office founds the network, enrols two tablets of each village and appoints five officers, as people do. Nothing is
mocked but the clock. `Life.gather` brings everybody together and holds the network to its promise: nothing that was
signed is lost or doubled, and the server, the village and whoever folds the log say the same.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgspec
from aiohttp import ClientSession

from sajja_client.books import fold, is_own
from sajja_client.enrol import ask
from sajja_client.home import Home
from sajja_client.log import Log, ref_to
from sajja_client.office import FOUNDING_FILE, FOUNDING_ROLES, Desk, Moment, Officer, appoint, enrol, establish, pin_for
from sajja_client.sync import Sync, SyncReport
from sajja_schemas import invariants, rules
from sajja_schemas.accounts import LedgerKind, kind_of
from sajja_schemas.books import Admitted, Balance, Books, apply, open_books
from sajja_schemas.bylaws.defaults import default_rules
from sajja_schemas.entry import OFFICE, EntryRef, SignedEntry, read_entry, to_base64url
from sajja_schemas.events import AnyEvent, Body, read_body
from sajja_schemas.events.base import Approvers
from sajja_schemas.events.ledgers import OpeningLine
from sajja_schemas.events.network import VillageBankEstablished
from sajja_schemas.events.ruleset import Bylaws
from sajja_schemas.findings import Finding
from sajja_server.admit import admit_network, read_founding
from sajja_server.projections.memory import load
from support.database import READING
from support.life_page import Told, class_of
from support.posting_table import event
from support.serving import session_headers
from support.waiting import until
from support.world import ASSEMBLY, QUORUMS

OPENED: Final = date(2020, 1, 1)
VILLAGES: Final = ("v01", "v02")
_POLL_SECONDS: Final = 0.1
_FIRST_MS: Final = 1_577_836_800_000


@dataclass
class Served:
    """A server that runs: where it answers, and its database."""

    url: str
    database_url: str


@dataclass
class Tablet:
    """One device of a unit, with its officers' keys."""

    unit: str
    home: Home
    log: Log


@dataclass
class Whole:
    """What the network knows when everybody has synced."""

    entries: list[SignedEntry]
    books: Books
    totals: dict[str, Any]
    found: list[Finding]  # what somebody must look at, on the last day that was told

    def findings(self) -> list[str]:
        """Each finding that stands, by its village and code: all of them, so that a list says `and no other`."""
        return sorted(f"{one.village} {one.code}" for one in self.found)

    def sentences(self, code: str) -> list[str]:
        """What is said of the findings of a code, in English."""
        return [rules.RULES[code].sentences(one)[1] for one in self.found if one.code == code]

    def effect(self, entry: SignedEntry) -> str:
        """What is made of an entry: `counted`, or why not."""
        effect = self.books.quarantined.get(to_base64url(entry.hash))
        return str(effect) if effect is not None else "counted"


@dataclass
class Life:
    """The people of a network, with their tablets."""

    network: str
    path: Path
    served: Served
    desk: Tablet
    vault: Home  # the office's second device, brought when a second padlock is asked for
    tablets: dict[str, list[Tablet]] = field(default_factory=dict)
    today: date = OPENED
    told: dict[str, list[Told]] = field(default_factory=dict)
    _chapter: str = ""
    _recorded: int = 0
    _unsigned: list[tuple[Tablet, SignedEntry]] = field(default_factory=list)

    @classmethod
    def founded(cls, path: Path, served: Served, network: str) -> "Life":
        """A network with two villages, bylaws for every ledger, and nothing in its books."""
        vault = Home(path / "office-2")
        officers = [
            # A network officer comes from a village, and does not vote on what concerns it.
            Officer(person=f"office-o{at}", role=role, home="v02" if role == "treasurer" else None)
            for at, role in enumerate(FOUNDING_ROLES, start=1)
        ]
        log = establish(
            Home(path / "office-1"), vault, network=network, name="เครือข่ายทดสอบ", server_url=served.url,
            officers=officers, assembly=ASSEMBLY, demonstration=False, moment=Moment("office-o3", OPENED, _FIRST_MS),
        )  # fmt: skip
        life = cls(network, path, served, Tablet(OFFICE, log.home, log), vault)
        founding = read_founding((path / "office-1" / FOUNDING_FILE).read_bytes())
        asyncio.run(_admit(served, founding))
        with log.together():
            for village in VILLAGES:
                life.tablets[village] = [life.add_tablet(village, "a"), life.add_tablet(village, "b")]
                elected = [Officer(person=f"{village}-o{at}", role=role) for at, role in enumerate(FOUNDING_ROLES, 1)]
                appoint(life._desk(), village, elected, assembly=ASSEMBLY, term_from=OPENED)
        life._adopt_rules()
        life.sync()  # from here each tablet knows its officers, and needs no connection to say what counts
        return life

    def close(self) -> None:
        """Let go of every log."""
        for tablet in self.everybody():
            tablet.log.close()

    def add_tablet(self, village: str, name: str, *, replaces: Tablet | None = None) -> Tablet:
        """A new tablet makes its keys and asks; the office enrols it, and the officers' keys on it."""
        home = Home(self.path / f"{village}-{name}")
        home.write_pin(pin_for(self.desk.log.pin, village))
        home.create_keys([f"{village}-o{at}" for at, _role in enumerate(FOUNDING_ROLES, start=1)])
        bank = VillageBankEstablished(moo=1, founded=OPENED) if name == "a" else None
        enrol(
            self._desk(), ask(home, label=f"tablet {name}", replaces=replaces.log.device if replaces else ""), bank=bank
        )
        return Tablet(village, home, Log.open(home))

    def everybody(self) -> list[Tablet]:
        """Every tablet, the office's first."""
        return [self.desk, *(tablet for tablets in self.tablets.values() for tablet in tablets)]

    @contextmanager
    def chapter(self, name: str) -> Iterator[None]:
        """What is told inside is told on the page of life events, too, under this name."""
        self._chapter, self.told[name] = name, []
        yield
        self.sign()
        self._chapter = ""

    def turn_to(self, day: date) -> None:
        """Another day begins; whoever was to sign has signed."""
        self.sign()
        self.today = day

    def say(
        self,
        tablet: Tablet,
        tag: str,
        village: str | None = None,
        /,
        *,
        personal: Any = None,
        **fields: Any,
    ) -> SignedEntry:
        """Record an event on a tablet; its approvals are collected until `sign`."""
        made: AnyEvent = event(tag, **fields)
        by = "office-o3" if tablet.unit == OFFICE else f"{tablet.unit}-o5"
        entry = tablet.log.append(
            made, by=by, day=self.today, recorded_at=self._tick(), village=village, personal=personal
        )
        if self._chapter:
            self.told[self._chapter].append(Told(tablet.unit == OFFICE, tag, class_of(made)))
        self._unsigned.append((tablet, entry))
        return entry

    def sign(self) -> None:
        """Officers approve what waits for them, a list at a time, as at the end of a meeting."""
        waiting, self._unsigned = self._unsigned, []
        lists: dict[tuple[str, str, tuple[Approvers, ...]], tuple[Tablet, list[SignedEntry]]] = {}
        for tablet, entry in waiting:
            classes = class_of(_body(entry).event)
            lists.setdefault((str(tablet.home.path), entry.village, classes), (tablet, []))[1].append(entry)
        for (_home, _village, classes), (tablet, entries) in lists.items():
            for approvers in classes:
                self.approve(tablet, entries, approvers)

    def leave_unsigned(self, entry: SignedEntry) -> None:
        """Nobody signs this one at the end of the day: who does is told apart."""
        self._unsigned = [(tablet, one) for tablet, one in self._unsigned if one.hash != entry.hash]

    def sign_at_office(self, entry: SignedEntry, *persons: Sequence[str]) -> None:
        """These of the network's committee sign, with keys on the desk's device, and then on the vault's."""
        for signers, keys_of in zip(persons, (None, self.vault), strict=False):
            self.desk.log.approve(
                [entry], signers, by="office-o3", day=self.today, recorded_at=self._tick(), keys_of=keys_of
            )

    def approve(self, tablet: Tablet, entries: Sequence[SignedEntry], approvers: Approvers) -> None:
        """Who must approve entries of one class does so, on the devices that the class asks for."""
        if approvers is Approvers.A0:
            return
        if tablet.unit == OFFICE or approvers is Approvers.A4:
            self._desk().approve(entries)
            return
        roles = {role: f"{tablet.unit}-o{at}" for at, role in enumerate(FOUNDING_ROLES, start=1)}
        at: dict[str, Any] = {"by": f"{tablet.unit}-o5", "day": self.today}
        if approvers is Approvers.A5:
            other = next(one for one in self.tablets[tablet.unit] if one is not tablet)
            first = [roles["president"], roles["secretary"]]
            tablet.log.approve(entries, first, recorded_at=self._tick(), **at)
            tablet.log.approve(entries, [roles["treasurer"]], recorded_at=self._tick(), keys_of=other.home, **at)
            return
        tablet.log.approve(entries, [roles[one] for one in QUORUMS[approvers]], recorded_at=self._tick(), **at)

    def resolve(self, tablet: Tablet, subject: str) -> EntryRef:
        """The committee resolves something; whoever rests on it names this."""
        present = tuple(f"{tablet.unit}-o{at}" for at, _role in enumerate(FOUNDING_ROLES, start=1))
        resolved = self.say(tablet, "meeting_resolution_recorded", no=1, subject=subject, present=present)
        self.sign()
        return ref_to(resolved)

    def rules(self, ledger: str) -> Bylaws:
        """The bylaws that every ledger of this network adopted."""
        return default_rules(LedgerKind(kind_of(ledger)))

    def open_books(
        self, ledger: str, *lines: tuple[int, int, str], rest: int, loans: Sequence[OpeningLine] = ()
    ) -> None:
        """What the paper book held: account, satang, sub-ledger; what is missing to nothing stands on `rest`."""
        author = self.desk if ":" not in ledger else self.tablets[ledger.partition(":")[2]][0]
        told = [OpeningLine(account=account, amount_satang=amount, sub=sub or None) for account, amount, sub in lines]
        told += loans
        told.append(OpeningLine(account=rest, amount_satang=-sum(line.amount_satang for line in told)))
        self.say(author, "opening_balance_recorded", ledger=ledger, lines_of_page=tuple(told))
        self.sign()

    def admit(self, village: str, members: dict[str, date], *, to_welfare: bool = True) -> None:
        """Members of the paper register are taken over under one resolution."""
        tablet = self.tablets[village][0]
        resolution = self.resolve(tablet, "รับสมาชิกตามทะเบียน")
        for member, joined in members.items():
            common = {"member": member, "joined": joined, "resolution": resolution}
            self.say(tablet, "member_admitted", gender="female", **common)
            if to_welfare:
                self.say(tablet, "welfare_enrolled", **common)
        self.sign()

    def balance(self, tablet: Tablet, account: int, sub: str = "", *, ledger: str = "") -> int:
        """What a tablet's own books say of an account of its bank, without any connection."""
        self.sign()
        return fold(tablet.home).balances.get((ledger or f"bank:{tablet.unit}", account, sub), 0)

    def sync(self, *tablets: Tablet) -> list[SyncReport]:
        """These tablets find a connection, one after the other; everybody where none is named."""
        self.sign()

        async def run() -> list[SyncReport]:
            # Until it is enrolled: the server's books follow its log.
            return [
                await until(partial(synced, tablet), lambda report: report.enrolled)
                for tablet in tablets or self.everybody()
            ]

        async def synced(tablet: Tablet) -> SyncReport:
            async with Sync(tablet.log, server_url=self.served.url, attempts=3) as sync:
                return await sync.run()

        return asyncio.run(run())

    def gather(self, *, lost: Sequence[Tablet] = (), breaches: Sequence[invariants.Breach] = ()) -> Whole:
        """Everybody but the lost syncs until there is nothing new; then everything is compared.

        Args:
            lost: tablets that nobody has seen since.
            breaches: what the invariants are known to report.
        """
        here = [tablet for tablet in self.everybody() if not any(tablet is one for one in lost)]
        self.sync(*here)
        self.sync(*here)  # what came after somebody had pulled
        whole = asyncio.run(self._read())
        stored = Counter(entry.hash for entry in whole.entries)
        signed = Counter(entry.hash for tablet in here for entry in tablet.log.entries())
        assert set(stored.values()) == {1}, "something was counted twice"
        assert not signed - stored, "something was lost"
        assert invariants.check(whole.books) == list(breaches)
        for tablet in here[1:]:
            own = fold(tablet.home)
            assert _of(tablet.unit, own) == _of(tablet.unit, whole.books), "a village's books are not the network's"
        return whole

    async def _read(self) -> Whole:
        connection = await asyncpg.connect(self.served.database_url, server_settings=READING)
        try:
            rows = await connection.fetch(
                "SELECT device, signature, body FROM sajja.entry WHERE network = $1 ORDER BY index", self.network
            )
            totals = await self._totals(len(rows))
            balances = await connection.fetch(
                "SELECT ledger, account, sub, amount_satang FROM books.balance WHERE network = $1", self.network
            )
            quarantined = await connection.fetch(
                "SELECT hash, code FROM books.quarantined WHERE network = $1", self.network
            )
            kept = (await load(connection, self.network, self.desk.log.pin.fingerprint)).books
        finally:
            await connection.close()
        keys = {tablet.log.device: tablet.log.key.public for tablet in self.everybody()}
        entries = [read_entry(keys[to_base64url(row["device"])], row["signature"], row["body"]) for row in rows]
        books = folded(self.network, self.desk.log.pin.fingerprint, entries)
        held = {(row["ledger"], row["account"], row["sub"]): int(row["amount_satang"]) for row in balances}
        assert _standing(held) == _standing(books.balances), "the server's balances are not the log's"
        told = {to_base64url(row["hash"]): row["code"] for row in quarantined}
        assert told == {name: str(code) for name, code in books.quarantined.items()}
        told_of = (kept.transit, kept.periods, kept.registers.rows)
        assert told_of == (books.transit, books.periods, books.registers.rows), "the server knows something else"
        day = max(self.today, *books.reached.values())  # a story may look back; what was found is of its last day
        found = rules.findings(books, day)
        assert rules.findings(kept, day) == found, "the server finds something else"
        return Whole(entries, books, totals, found)

    async def _totals(self, size: int) -> dict[str, Any]:
        path = f"{self.served.url}/v1/networks/{self.network}/projections/network_totals"
        async with ClientSession() as http:
            log = self.desk.log
            network_url = f"{self.served.url}/v1/networks/{self.network}"
            headers = await session_headers(http, network_url, log.device, log.key, log.pin.fingerprint)

            async def ask() -> dict[str, Any]:
                async with http.get(path, headers=headers) as answer:
                    told: dict[str, Any] = msgspec.json.decode(await answer.read())
                    assert answer.status == 200, told
                    return told

            return await until(ask, lambda totals: totals["index"] + 1 >= size)

    def at_work(self) -> Desk:
        """The office with both its devices."""
        return self._desk()

    def _desk(self) -> Desk:
        return Desk(self.desk.log, self.vault, Moment("office-o3", self.today, self._tick()))

    def _adopt_rules(self) -> None:
        for ledger in ("bank:v01", "bank:v02", "welfare", "risk", "network"):
            author = self.desk if ":" not in ledger else self.tablets[ledger.partition(":")[2]][0]
            self.say(
                author, "ruleset_adopted", ledger=ledger, version=1, effective_from=OPENED, rules=self.rules(ledger),
                assembly=ASSEMBLY,
            )  # fmt: skip
        self.sign()

    def _tick(self) -> int:
        self._recorded += 1
        return _FIRST_MS + self._recorded


async def _admit(served: Served, founding: SignedEntry) -> None:
    """What the operator does once; then the server that runs finds the network."""
    await admit_network(served.database_url, "sajja_app", founding)
    async with ClientSession() as http:

        async def networks() -> list[str]:
            async with http.get(f"{served.url}/v1/hello") as answer:
                told: list[str] = msgspec.json.decode(await answer.read())["networks"]
                return told

        await until(networks, lambda seen: founding.network in seen)


def folded(network: str, fingerprint: str, entries: Sequence[SignedEntry]) -> Books:
    """The books of a whole network log, as an auditor would fold it."""
    books, bodies = open_books(network, fingerprint), dict[str, bytes]()
    for index, entry in enumerate(entries):
        name = to_base64url(entry.hash)
        apply(books, Admitted(index, name, entry.body), bodies.get)
        bodies[name] = entry.body
    return books


def _body(entry: SignedEntry) -> Body:
    body = read_body(entry.body)
    assert isinstance(body, Body), "what was just signed can be read"
    return body


def _of(unit: str, books: Books) -> dict[Balance, int]:
    return {key: amount for key, amount in _standing(books.balances).items() if is_own(unit, key[0])}


def _standing(balances: dict[Balance, int]) -> dict[Balance, int]:
    return {balance: amount for balance, amount in balances.items() if amount}
