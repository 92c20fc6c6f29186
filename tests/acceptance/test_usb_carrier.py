"""USB carrier: a village without a signal gives its lines to whoever goes to town, and trusts nobody with them.

Told with the commands that people type, a real server and a real PostgreSQL.
"""

import asyncio
import gzip
import json
import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from typer.testing import CliRunner, Result

from sajja_client.cli import app
from sajja_client.home import Home
from sajja_client.log import Log
from sajja_client.store import open_store
from sajja_schemas.bundle import Bundle, BundleWrong, encode_bundle, read_bundle
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.personal_data import Person
from support.database import Database
from support.homes import deposit, home_of, pin_to_server
from support.personal import application, appoint_auditor, approve_erasure, erase
from support.process import ServerProcess, server_process
from support.publishing import keep_key
from support.serving import admit, speaking
from support.waiting import PATIENCE_SECONDS, until
from support.world import DAY, World

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

FOUNDED = World.founded(("pp01", "pp02"))


def invoke(words: list[str]) -> Result:
    """A tablet's command, in a thread: it runs a loop of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(CliRunner().invoke, app, words).result()


class Country:
    """A server, and tablets of two villages of which only one has a signal."""

    def __init__(self, path: Path, database: Database, world: World) -> None:
        self.path = path
        self.database = database
        self.world = world
        self.secret = path / "person.secret"
        self.settings = {
            "signer": str(path / "signer"), "tiles": str(path / "tiles"), "person_secret_file": str(self.secret),
            "migrate_url": "",
        }  # fmt: skip
        tablets = {code: world.village(code).tablets for code in ("pp01", "pp02")}
        self.hill = home_of(path / "hill", world, tablets["pp01"][0])
        self.other_hill = home_of(path / "other-hill", world, tablets["pp01"][1])
        self.town = home_of(path / "town", world, tablets["pp02"][0])

    def village(self, home: Home, *words: object, ends: int = 0) -> dict[str, Any]:
        """What a person types at a tablet."""
        result = self.typed(home, *words)
        assert result.exit_code == ends, result.output
        read: dict[str, Any] = json.loads(result.stdout)
        return read

    def typed(self, home: Home, *words: object) -> Result:
        return invoke(["village", *map(str, words), "--home", str(home.path), "--json"])

    def server(self, *words: object, ends: int = 0) -> dict[str, Any]:
        """What the operator types at the server."""
        command = [str(Path(sys.executable).with_name("sajja-server")), *map(str, words), "--json"]
        done = subprocess.run(command, env=self.environment, capture_output=True, check=False, timeout=PATIENCE_SECONDS)
        assert done.returncode == ends, done.stderr.decode()
        read: dict[str, Any] = json.loads(done.stdout)
        return read

    @property
    def environment(self) -> dict[str, str]:
        named = {f"SAJJA_{name.upper()}": value for name, value in self.settings.items()}
        return os.environ | named | {"SAJJA_DATABASE_URL": self.database.server_url}

    async def counted(self) -> dict[str, int]:
        """How many entries of each device are in the network log, and how many stand there twice."""
        connection = await asyncpg.connect(self.database.owner_url)
        try:
            rows = await connection.fetch(
                "SELECT device, count(*), count(DISTINCT hash) FROM sajja.entry GROUP BY device"
            )
        finally:
            await connection.close()
        assert all(row[1] == row[2] for row in rows)
        return {to_base64url(row[0]): row[1] for row in rows}


@pytest.fixture
async def country(tmp_path: Path, database: Database) -> Country:
    world = deepcopy(FOUNDED)
    made = Country(tmp_path, database, world)
    (tmp_path / "signer").mkdir()
    keep_key(tmp_path, world.network, world.log_key)
    await admit(database.server_url, world)
    return made


@pytest.fixture
async def running(country: Country) -> AsyncIterator[ServerProcess]:
    with server_process(country.database.server_url, settings=country.settings) as server:
        async with speaking(server.url, country.world) as speaker:
            reply = await speaker.push(country.world.office.tablets[0], country.world.entries)
            await speaker.totals(at_index=reply.size)
        for home in (country.hill, country.other_hill, country.town):
            pin_to_server(home, server.url)
        yield server


def record(home: Home, count: int, *, amount_satang: int = 100) -> str:
    with Log.open(home) as log:
        for at in range(count):
            deposit(log, amount_satang + at)
        return log.device


async def test_usb_carrier_brings_a_village_to_the_server_and_back(country: Country, running: ServerProcess) -> None:
    """The hill has never had a signal: what it recorded comes to the server by hand, and what others did comes back."""
    device = record(country.hill, 5)
    out = country.path / "hill.sajja"
    made = country.village(country.hill, "carry", "out", out)
    assert made["holds"]["own"] == 5
    taken = country.server("import", "testnet", out)
    assert taken["entries"] == {"merged": 5}
    assert country.server("import", "testnet", out)["entries"] == {"duplicate": 5}
    back = country.path / "back.sajja"
    await until_published(country, taken["size"], running)
    country.server("export", "testnet", device, back)
    told = country.village(country.hill, "carry", "in", back)
    assert told["pulled"] > 5
    lines = country.village(country.hill, "status")
    assert lines["recorded"] == 5
    # The hill has the office's feed now, though no signal ever: its books know its officers.
    with Log.open(country.hill) as log:
        shown = {row[0] for row in log.connection.execute("SELECT hash FROM feed_line")}
        assert {entry.hash for entry in log.entries()} <= shown


async def until_published(country: Country, size: int, running: ServerProcess) -> None:
    async with aiohttp.ClientSession() as http:

        async def published() -> int:
            async with http.get(f"{running.url}/v1/networks/testnet/log/checkpoint") as response:
                return int((await response.text()).split("\n")[1]) if response.status == 200 else 0

        await until(published, lambda seen: seen >= size)


async def test_a_neighbours_tablet_carries_two_devices_and_brings_their_proofs_back(
    country: Country, running: ServerProcess
) -> None:
    """Two tablets of the hill in one bundle; the town's tablet hands it on at its next sync, and returns receipts."""
    first, second = record(country.hill, 3), record(country.other_hill, 4, amount_satang=900)
    one = country.path / "second.sajja"
    country.village(country.other_hill, "carry", "out", one)
    assert country.village(country.hill, "carry", "in", one)["lines"] == 4
    both = country.path / "both.sajja"
    assert country.village(country.hill, "carry", "out", both)["holds"]["others"] == 4
    record(country.town, 2)
    assert country.village(country.town, "carry", "in", both)["lines"] == 7
    report = country.village(country.town, "sync")
    assert (report["merged"], report["carried"], report["carried_waiting"]) == (2, 7, 0)
    counted = await country.counted()
    assert (counted[first], counted[second]) == (3, 4)
    # The receipts are there once it is published, at the latest with the next sync.
    await until_published(country, len(country.world.entries) + 9, running)
    country.village(country.town, "sync")
    back = country.path / "back.sajja"
    assert country.village(country.town, "carry", "out", back)["holds"]["proofs"] == 7
    # The hill knows no log's key before it has seen the office's feed: a bundle of the server brings that.
    office = country.path / "office.sajja"
    country.server("export", "testnet", first, office)
    country.village(country.hill, "carry", "in", office)
    assert country.village(country.hill, "carry", "in", back)["proven"] == 3
    assert country.village(country.hill, "status")["proven"] == 3


async def test_the_same_lines_by_air_and_by_hand_at_once_are_counted_once(
    country: Country, running: ServerProcess
) -> None:
    device = record(country.hill, 40)
    out = country.path / "hill.sajja"
    country.village(country.hill, "carry", "out", out)
    assert country.village(country.town, "carry", "in", out)["lines"] == 40

    def run(program: str, *words: object) -> dict[str, Any]:
        command = [str(Path(sys.executable).with_name(program)), *map(str, words), "--json"]
        read: dict[str, Any] = json.loads(
            subprocess.run(
                command, env=country.environment, stdout=subprocess.PIPE, check=True, timeout=PATIENCE_SECONDS
            ).stdout
        )
        return read

    report, handed, taken = await asyncio.gather(
        asyncio.to_thread(run, "sajja", "village", "sync", "--home", country.hill.path),
        asyncio.to_thread(run, "sajja", "village", "sync", "--home", country.town.path),
        asyncio.to_thread(run, "sajja-server", "import", "testnet", out),
    )
    stored = [report["merged"], handed["carried"], taken["entries"].get("merged", 0)]
    assert sum(stored) == 40, stored
    assert report["merged"] + report["duplicate"] <= 40  # it asks for the head first, and sends what is behind it
    assert (await country.counted())[device] == 40


async def test_personal_parts_travel_sealed_to_their_village_alone_and_are_erased_by_hand_too(
    country: Country, running: ServerProcess
) -> None:
    """No carrier can read a name; the village's other tablet gets it; an erasure that is carried in erases it."""
    office = country.path / "office.sajja"
    device = record(country.hill, 0)
    await until_published(country, len(country.world.entries), running)
    country.server("export", "testnet", device, office)
    country.village(country.hill, "carry", "in", office)
    with Log.open(country.hill) as log:
        applied = log.append(
            application("pp01-m900"), by="recorder", day=DAY, recorded_at=1, personal=Person(first_name="สมใจ")
        )
    out = country.path / "hill.sajja"
    assert country.village(country.hill, "carry", "out", out)["holds"]["parts"] == 1
    assert "สมใจ".encode() not in gzip.decompress(out.read_bytes())
    # Another village's tablet carries it, and holds nothing that it could read.
    country.village(country.town, "carry", "in", out)
    connection = open_store(country.town.log_path)
    assert connection.execute("SELECT count(*) FROM carried_part").fetchone() == (1,)
    assert connection.execute("SELECT count(*) FROM personal_part").fetchone() == (0,)
    country.village(country.town, "sync")
    assert connection.execute("SELECT count(*) FROM carried_part").fetchone() == (0,), "handed on, it stays nowhere"
    connection.close()
    # The second tablet of the hill is given it, sealed to its own key.
    await until_published(country, len(country.world.entries) + 1, running)
    other = record(country.other_hill, 0)
    mine, theirs = country.path / "mine.sajja", country.path / "theirs.sajja"
    country.server("export", "testnet", other, mine)
    assert country.village(country.other_hill, "carry", "in", mine)["parts_filled"] == 1
    # What is made for a tablet of another village has nothing of it.
    with Log.open(country.town) as log:
        country.server("export", "testnet", log.device, theirs)
    bundle = read_bundle([theirs.read_bytes()], "testnet", country.world.fingerprint)
    assert bundle.sealed == []

    # An erasure comes by hand, too: both tablets of the hill have nothing left, and the server gives nothing any more.
    size = await erase_at_the_office(country, running, applied)
    await until_published(country, size, running)
    for home, name in ((country.hill, device), (country.other_hill, other)):
        country.server("export", "testnet", name, mine)
        assert country.village(home, "carry", "in", mine)["parts_erased"] == 1
        assert "สมใจ".encode() not in home.log_path.read_bytes()
        assert read_bundle([mine.read_bytes()], "testnet", country.world.fingerprint).sealed == []


async def erase_at_the_office(country: Country, running: ServerProcess, applied: SignedEntry) -> int:
    known = len(country.world.entries)
    appoint_auditor(country.world)
    approve_erasure(country.world, erase(country.world, "pp01", "pp01-m900", [applied]))
    async with speaking(running.url, country.world) as speaker:
        reply = await speaker.push(country.world.office.tablets[0], country.world.entries[known:])
        assert {told.verdict for told in reply.verdicts} == {"merged"}
        await speaker.totals(at_index=reply.size)
    return reply.size


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("cut", "bundle_truncated"), ("empty", "bundle_unreadable"), ("photo", "bundle_unreadable"),
        ("other network", "bundle_of_another_network"), ("bomb", "bundle_too_large"), ("turned", "bundle_unreadable"),
    ],
)  # fmt: skip
async def test_a_stick_that_was_pulled_out_or_a_hostile_file_is_told_and_damages_nothing(
    country: Country, what: str, code: str
) -> None:
    record(country.hill, 3)
    out = country.path / "hill.sajja"
    country.village(country.hill, "carry", "out", out)
    data = out.read_bytes()
    turned = bytearray(data)
    turned[len(data) // 2] ^= 1
    out.write_bytes(
        {
            "cut": data[: len(data) // 2],
            "empty": b"",
            "photo": random.Random(1).randbytes(5_000),
            "other network": encode_bundle(other_network(data, country.world)),
            "bomb": gzip.compress(b"0" * 200_000_000, 9),
            "turned": bytes(turned),
        }[what]
    )
    before = dump(country.town)
    result = country.typed(country.town, "carry", "in", out)
    assert isinstance(result.exception, BundleWrong)
    assert result.exception.code == code
    thai, english = result.exception.sentences
    assert "ไม่ได้รับอะไรไว้" in thai
    assert "nothing was taken in" in english
    assert dump(country.town) == before


def other_network(data: bytes, world: World) -> Bundle:
    bundle = read_bundle([data], "testnet", world.fingerprint)
    bundle.network = "othernet"
    return bundle


def dump(home: Home) -> list[str]:
    connection = open_store(home.log_path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


async def test_what_a_carrier_changes_is_found(country: Country, running: ServerProcess) -> None:
    """A line with another amount, a proof of another line, a feed without one of its lines or with two exchanged."""
    device = record(country.hill, 6)
    out, back = country.path / "hill.sajja", country.path / "back.sajja"
    country.village(country.hill, "carry", "out", out)
    bundle = read_bundle([out.read_bytes()], "testnet", country.world.fingerprint)
    bundle.entries[2] = bundle.entries[2].replace(b'"amount_satang":102', b'"amount_satang":902')
    changed = country.path / "changed.sajja"
    changed.write_bytes(encode_bundle(bundle))
    told = country.village(country.town, "carry", "in", changed, ends=4)
    assert (told["lines"], told["refused"]) == (5, 1)
    assert country.server("import", "testnet", changed, ends=1)["entries"] == {"merged": 2, "rejected": 1, "held": 3}
    taken = country.server("import", "testnet", out)
    assert taken["entries"] == {"duplicate": 2, "merged": 4}
    await until_published(country, taken["size"], running)
    country.server("export", "testnet", device, back)
    for change in ("left out", "exchanged", "later"):
        shown = read_bundle([back.read_bytes()], "testnet", country.world.fingerprint)
        match change:
            case "left out":
                del shown.shown[-3]
            case "exchanged":
                shown.shown[-3], shown.shown[-2] = shown.shown[-2], shown.shown[-3]
            case "later":
                line = shown.shown[-1]
                shown.shown[-1] = type(line)(line.path, line.line.replace(b'"received_at":1', b'"received_at":2'))
        changed.write_bytes(encode_bundle(shown))
        before = lines_of(country.hill)
        assert country.typed(country.hill, "carry", "in", changed).exit_code != 0
        assert lines_of(country.hill) - before == set() or change != "later"
    assert country.village(country.hill, "carry", "in", back)["pulled"] > 0


def lines_of(home: Home) -> set[bytes]:
    connection = open_store(home.log_path)
    try:
        return {row[0] for row in connection.execute("SELECT hash FROM feed_line")}
    finally:
        connection.close()
