"""Personal parts end to end: real tablets, a real server, a real database; nobody in it exists."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from sajja_client import parts
from sajja_client.books import fold
from sajja_client.enrol import ask as ask_enrolment
from sajja_client.erasure import erase, prepare, read_erasure
from sajja_client.home import Home
from sajja_client.log import Log
from sajja_client.office import (
    FOUNDING_FILE,
    FOUNDING_ROLES,
    Desk,
    Moment,
    Officer,
    appoint,
    enrol,
    enrol_key_of,
    establish,
    pin_for,
)
from sajja_client.people import person_of, register
from sajja_client.problems import MoneyOpen, NothingToErase, PersonalInText, PersonalNotHere, RequestRefused
from sajja_client.store import open_store
from sajja_client.sync import Sync, SyncReport
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events import Body, read_body
from sajja_schemas.events.member_records import MemberProfileUpdated, PersonalDataErasureRequested
from sajja_schemas.events.network import VillageBankEstablished
from sajja_schemas.events.savings import ShareDeposited, ShareWithdrawn
from sajja_schemas.events.welfare_claims import WelfareClaimSubmitted
from sajja_schemas.personal_data import Health, Person
from sajja_server.admit import admit_network, read_founding
from sajja_server.store.pool import Pool
from support.database import Database, fresh_database
from support.homes import NOWHERE
from support.personal import application, number_of, person
from support.serving import serve_world, serving
from support.waiting import PATIENCE_SECONDS
from support.world import ASSEMBLY

pytestmark = pytest.mark.postgres

DAY = date(2020, 8, 22)
NOW = 1_598_054_400_000
AUDITOR = "office-a1"
SECRETS = ("สมมุติ1", "ตัวอย่าง", number_of(1))


def moment(by: str = "recorder") -> Moment:
    return Moment(by=by, day=DAY, recorded_at=NOW)


class Office:
    """A network with an auditor, two villages and three tablets, founded as people found one."""

    def __init__(self, path: Path) -> None:
        self.path, self.url = path, NOWHERE
        self.second = Home(path / "office2")
        officers = [Officer(person=f"office-o{at}", role=role) for at, role in enumerate(FOUNDING_ROLES, start=1)]
        self.log = establish(
            Home(path / "office1"), self.second, network="testnet", name="ทดสอบ", server_url=NOWHERE, officers=officers,
            assembly=ASSEMBLY, demonstration=True, moment=moment(),
        )  # fmt: skip
        self.desk = Desk(self.log, self.second, moment())
        auditor = Officer(person=AUDITOR, role="auditor")
        appoint(self.desk, "office", [auditor], assembly=ASSEMBLY, term_from=DAY)
        self.log.home.create_keys([AUDITOR])
        enrol_key_of(self.desk, ask_enrolment(self.log.home, label="office"), AUDITOR)
        self.tablets = {name: self.tablet(name) for name in ("pp01-a", "pp01-b", "pp02-a")}

    @property
    def founding(self) -> SignedEntry:
        return read_founding((self.path / "office1" / FOUNDING_FILE).read_bytes())

    def tablet(self, name: str) -> Home:
        village = name.partition("-")[0]
        home = Home(self.path / name)
        home.write_pin(pin_for(self.log.pin, village))
        home.create_keys([])
        bank = VillageBankEstablished(moo=1, founded=DAY) if name.endswith("a") else None
        enrol(self.desk, ask_enrolment(home, label=name), bank=bank)
        return home

    async def sync(self, log: Log) -> SyncReport:
        async with Sync(log, server_url=self.url, attempts=2) as sync:
            return await sync.run()

    async def erase(self, path: Path) -> None:
        erase(self.desk, read_erasure(path), auditor=AUDITOR)
        await self.sync(self.log)


@pytest.fixture
async def office(tmp_path: Path, pool: Pool, database: Database) -> AsyncIterator[Office]:
    office = Office(tmp_path)
    await admit_network(database.server_url, "sajja_app", office.founding)
    async with serving(pool) as server:
        office.url = str(server.make_url("/")).rstrip("/")
        await office.sync(office.log)
        yield office
    office.log.close()


@pytest.fixture
def writer(office: Office) -> Iterator[Log]:
    with Log.open(office.tablets["pp01-a"]) as log:
        yield log


@pytest.fixture
def other(office: Office) -> Iterator[Log]:
    with Log.open(office.tablets["pp01-b"]) as log:
        yield log


def write(log: Log, event: object, personal: object = None) -> SignedEntry:
    return log.append(event, by="recorder", day=DAY, recorded_at=NOW, personal=personal)  # type: ignore[arg-type]  # of the catalogue, as each test names it


def files_of(home: Home) -> bytes:
    """Every byte of the database and of what stands beside it."""
    return b"".join(path.read_bytes() for path in sorted(home.path.glob("log.sqlite3*")))


async def test_a_name_travels_beside_its_entry_and_never_in_it(office: Office, writer: Log, other: Log) -> None:
    """From the tablet that wrote it over the server to the other one of its village."""
    entry = write(writer, application("pp01-m001"), person(1))
    assert all(secret.encode() not in entry.body for secret in SECRETS)
    pushed = await office.sync(writer)
    assert (pushed.merged, pushed.parts_given, pushed.parts_missing) == (1, 1, 0)
    pulled = await office.sync(other)
    assert (pulled.parts_filled, pulled.parts_missing) == (1, 0)
    for log in (writer, other):
        (row,) = register(log, fold(log.home))
        assert (row.member, row.name, row.parts) == ("pp01-m001", "นางสมมุติ1 ตัวอย่าง", 1)
        assert person_of(log, fold(log.home), "pp01-m001", sensitive=False).person["number"] == number_of(1)
    again = await office.sync(writer)
    assert (again.parts_given, again.parts_filled, again.parts_erased) == (0, 0, 0)


async def test_another_village_never_has_it(office: Office, writer: Log) -> None:
    write(writer, application("pp01-m001"), person(1))
    await office.sync(writer)
    with Log.open(office.tablets["pp02-a"]) as stranger:
        report = await office.sync(stranger)
        assert (report.parts_filled, report.parts_missing) == (0, 0)
        assert register(stranger, fold(stranger.home)) == []
    assert all(secret.encode() not in files_of(office.tablets["pp02-a"]) for secret in SECRETS)


async def test_a_part_that_comes_late_is_filled(office: Office, writer: Log, other: Log) -> None:
    """The writer's link broke between the entry and its part: the entry is shown, by its id, and the name follows."""
    write(writer, application("pp01-m001"), person(1))
    writer.connection.execute("UPDATE personal_part SET is_given = 1")
    await office.sync(writer)
    report = await office.sync(other)
    assert (report.parts_filled, report.parts_missing) == (0, 1)
    (row,) = register(other, fold(other.home))
    assert (row.member, row.name, row.missing) == ("pp01-m001", "", 1)
    parts.give_again(writer.connection)
    await office.sync(writer)
    assert (await office.sync(other)).parts_filled == 1


async def test_five_hundred_parts_and_more_come_in_bounded_calls(office: Office, writer: Log, other: Log) -> None:
    for at in range(620):
        write(writer, application(f"pp01-m{at:03d}"), person(at))
    assert (await office.sync(writer)).parts_given == 620
    first = await office.sync(other)
    assert (first.parts_filled, first.parts_missing) == (500, 0)
    assert (await office.sync(other)).parts_filled == 120


async def test_a_newer_profile_keeps_what_it_does_not_say(office: Office, writer: Log) -> None:
    write(writer, application("pp01-m001"), person(1))
    write(writer, MemberProfileUpdated(member="pp01-m001", fields=("phone",)), Person(phone="0000000001"))
    known = person_of(writer, fold(writer.home), "pp01-m001", sensitive=False).person
    assert (known["phone"], known["first_name"]) == ("0000000001", "สมมุติ1")


async def test_health_is_shown_to_who_asks_for_it(office: Office, writer: Log) -> None:
    claim = WelfareClaimSubmitted(
        claim="c1", member="pp01-m001", benefit="hospital", amount_satang=10_000, happened=DAY, nights=1
    )
    write(writer, claim, Health(hospital="โรงพยาบาลสมมุติ", illness="ไข้"))
    hidden = person_of(writer, fold(writer.home), "pp01-m001", sensitive=False)
    assert (hidden.parts, hidden.hidden) == ([], 1)
    (shown,) = person_of(writer, fold(writer.home), "pp01-m001", sensitive=True).parts
    assert shown["personal"]["illness"] == "ไข้"


async def test_a_server_that_has_lost_everything_is_given_the_parts_again(
    office: Office, writer: Log, other: Log, postgres_server: str
) -> None:
    """By whoever still has them, after the entries; what was erased is nowhere, so it does not come back."""
    write(writer, application("pp01-m001"), person(1))
    write(writer, application("pp01-m002"), person(2))
    for log in (writer, other):
        await office.sync(log)
    path = prepare(writer, "pp01-m001", moment())
    await office.sync(writer)
    await office.erase(path)
    for log in (writer, other):
        await office.sync(log)
    async with fresh_database(postgres_server) as empty:
        await admit_network(empty.server_url, "sajja_app", office.founding)
        pool = await serve_world(empty.server_url)
        async with serving(pool) as server:
            office.url = str(server.make_url("/")).rstrip("/")
            await office.sync(office.log)
            report = await office.sync(other)  # the writer is away: the other tablet heals for both
            assert (report.healed > 0, report.parts_given, report.parts_missing) == (True, 1, 0)
            assert (await office.sync(writer)).parts_erased == 0
        async with pool.acquire() as connection:
            assert await connection.fetchval("SELECT count(*) FROM sajja.personal") == 1
        await pool.close()


class TestEntry:
    def test_text_that_tells_who_somebody_is_records_nothing(self, writer: Log) -> None:
        """With the field's name and what to do; the text itself is not repeated."""
        with pytest.raises(PersonalInText) as refused:
            write(writer, PersonalDataErasureRequested(member="pp01-m001", due=DAY, basis="นางสมมุติ ขอมา"))
        assert "basis" in refused.value.english_sentence
        assert "--personal" in refused.value.thai_sentence
        assert "สมมุติ" not in refused.value.thai_sentence
        assert writer.head() is None

    def test_a_part_stands_beside_its_own_events_only(self, writer: Log) -> None:
        with pytest.raises(PersonalNotHere):
            write(writer, ShareDeposited(member="pp01-m001", amount_satang=1, box="b"), person(1))
        with pytest.raises(PersonalNotHere):
            write(writer, application("pp01-m001"), Health(illness="ไข้"))
        assert writer.head() is None

    def test_entry_and_part_are_kept_together_or_not_at_all(self, writer: Log) -> None:
        """The part cannot be written: neither is the entry."""
        writer.connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON personal_part BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        with pytest.raises(Exception, match="full"):
            write(writer, application("pp01-m001"), person(1))
        assert writer.head() is None

    def test_a_file_of_an_earlier_version_learns_to_keep_parts(self, tmp_path: Path) -> None:
        path = tmp_path / "log.sqlite3"
        with open_store(path) as connection:
            parts = ("personal_part", "personal_erasure", "personal_seen")
            for table in (
                *parts,
                "checkpoint",
                "heard",
                "log_alarm",
                "proven",
                "contact",
                "feed_origin",
                "carried_line",
                "carried_part",
            ):  # those, and what came later
                connection.execute(f"DROP TABLE {table}")
            connection.execute("PRAGMA user_version = 2")
        connection.close()
        with open_store(path) as connection:
            assert connection.execute("SELECT count(*) FROM personal_part").fetchone() == (0,)
        connection.close()


class TestErasure:
    async def test_it_reaches_every_device_that_syncs_and_changes_no_money(
        self, office: Office, writer: Log, other: Log, pool: Pool
    ) -> None:
        """Data, salt and keyed hash are gone, from the files' bytes too; entries and balances are as they were."""
        entry = write(writer, application("pp01-m001"), person(1))
        write(writer, application("pp01-m002"), person(2))
        write(writer, ShareDeposited(member="pp01-m002", amount_satang=10_000, box="b"))
        for log in (writer, other):
            await office.sync(log)
        before = {log.device: (money(log), log.head()) for log in (writer, other)}
        path = prepare(writer, "pp01-m001", moment())
        assert all(secret not in path.read_text(encoding="utf-8") for secret in SECRETS)
        await office.sync(writer)
        await office.erase(path)
        for log in (writer, other):
            report = await office.sync(log)
            assert (report.parts_erased, report.parts_missing) == (1, 0)
            assert money(log) == before[log.device][0]
            log.verify()
            names = {row.member: (row.name, row.erased) for row in register(log, fold(log.home))}
            assert names == {"pp01-m001": ("", 1), "pp01-m002": ("นางสมมุติ2 ตัวอย่าง", 0)}
            held = files_of(log.home)
            assert "สมมุติ2".encode() in held
            assert "สมมุติ1".encode() not in held
            assert number_of(1).encode() not in held
        async with pool.acquire() as connection:
            kept = await connection.fetch("SELECT hash FROM sajja.personal")
            assert entry.hash not in {row["hash"] for row in kept}
            assert await connection.fetchval("SELECT count(*) FROM sajja.person_hash") == len(kept) == 1

    async def test_a_tablet_that_was_away_cannot_bring_it_back(self, office: Office, writer: Log, other: Log) -> None:
        """It pulls the erasure before it gives anything, and the server would not take it."""
        write(writer, application("pp01-m001"), person(1))
        for log in (writer, other):
            await office.sync(log)
        await office.erase(prepare(writer, "pp01-m001", moment()))
        parts.give_again(other.connection)
        report = await office.sync(other)
        assert (report.parts_erased, report.parts_given) == (1, 0)
        with pytest.raises(Exception, match="not filled again"):
            other.connection.execute("UPDATE personal_part SET is_erased = 0")

    async def test_while_money_is_open_the_reasons_are_told_and_the_request_stands(
        self, office: Office, writer: Log
    ) -> None:
        """The person did ask, and the ninety days run; when the money is settled, it goes on from there."""
        write(writer, application("pp01-m001"), person(1))
        write(writer, ShareDeposited(member="pp01-m001", amount_satang=10_000, box="b"))
        with pytest.raises(MoneyOpen) as refused:
            prepare(writer, "pp01-m001", moment())
        assert "100.00" in refused.value.thai_sentence
        assert "100.00 baht" in refused.value.english_sentence
        assert not (writer.home.path / "erasure-pp01-m001.json").exists()
        assert len(requests(writer)) == 1
        write(writer, ShareWithdrawn(member="pp01-m001", amount_satang=10_000, box="b"))
        path = prepare(writer, "pp01-m001", moment())
        asked = read_erasure(path)
        assert (asked.member, len(asked.entries)) == ("pp01-m001", 1)
        assert [to_base64url(one.hash) for one in requests(writer)] == [asked.request.hash]

    async def test_asked_for_twice_is_harmless(self, office: Office, writer: Log) -> None:
        write(writer, application("pp01-m001"), person(1))
        await office.sync(writer)
        path = prepare(writer, "pp01-m001", moment())
        assert prepare(writer, "pp01-m001", moment()) == path
        assert len(requests(writer)) == 1
        await office.sync(writer)
        await office.erase(path)
        await office.erase(path)
        assert (await office.sync(writer)).parts_erased == 1
        assert (await office.sync(writer)).parts_erased == 0
        with pytest.raises(NothingToErase):
            prepare(writer, "pp01-m001", moment())

    async def test_without_the_auditor_nothing_is_erased(self, office: Office, writer: Log) -> None:
        write(writer, application("pp01-m001"), person(1))
        await office.sync(writer)
        path = prepare(writer, "pp01-m001", moment())
        erased = erase(office.desk, read_erasure(path), auditor=None)
        await office.sync(office.log)
        assert (await office.sync(writer)).parts_erased == 0
        office.log.approve(erased, [AUDITOR], by="recorder", day=DAY, recorded_at=NOW)
        await office.sync(office.log)
        assert (await office.sync(writer)).parts_erased == 1

    async def test_a_file_of_another_network_erases_nothing(self, office: Office, writer: Log, tmp_path: Path) -> None:
        write(writer, application("pp01-m001"), person(1))
        asked = read_erasure(prepare(writer, "pp01-m001", moment()))
        with pytest.raises(RequestRefused):
            erase(office.desk, msgspec.structs.replace(asked, network="othernet"), auditor=None)
        (tmp_path / "cut.json").write_bytes(b'{"network":')
        with pytest.raises(RequestRefused):
            read_erasure(tmp_path / "cut.json")


@pytest.mark.slow
async def test_the_office_does_it_from_the_command_line(office: Office, writer: Log, tmp_path: Path) -> None:
    """The same person applied in two villages, is found by ids, and is erased in the one: file, committee, auditor."""
    with Log.open(office.tablets["pp02-a"]) as second:
        write(second, application("pp02-m009"), person(1))
        await office.sync(second)
    write(writer, application("pp01-m001"), person(1))
    await office.sync(writer)
    first = office.log.home.path
    office.log.close()

    async def sajja(*words: str | Path, code: int = 0) -> str:
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "sajja_client", *map(str, words)],
            capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS, stdin=subprocess.DEVNULL,
            env={**os.environ, "LANG": "th_TH.UTF-8", "LC_ALL": "", "NO_COLOR": "1"},
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert all(secret not in done.stdout + done.stderr for secret in SECRETS)
        return done.stdout

    there = ("--home", first, "--second", office.second.path)
    found = await sajja("office", "duplicates", "--home", first, "--server", office.url)
    assert "pp01/pp01-m001 = pp02/pp02-m009" in found
    path = prepare(writer, "pp01-m001", moment())
    await office.sync(writer)
    await sajja("office", "appoint", "--village", "office", *there, "office-a2=auditor")
    await sajja("office", "auditor", "office-a2", *there)
    assert "AU" not in await sajja("office", "erase", path, *there, "--auditor", "office-a2")
    await sajja("office", "sync", "--home", first, "--server", office.url)
    assert (await office.sync(writer)).parts_erased == 1
    assert "0 persons" in await sajja("office", "duplicates", "--home", first, "--server", office.url)
    await sajja("office", "erase", path, *there, code=1)  # it is recorded, and awaits the auditor
    await sajja("office", "erase", path, *there, "--auditor", "nobody", code=1)


def money(log: Log) -> dict[tuple[str, int, str], int]:
    return {key: amount for key, amount in fold(log.home).balances.items() if amount}


def requests(log: Log) -> list[SignedEntry]:
    found = []
    for entry in log.entries():
        body = read_body(entry.body)
        assert isinstance(body, Body)
        if isinstance(body.event, PersonalDataErasureRequested):
            found.append(entry)
    return found
