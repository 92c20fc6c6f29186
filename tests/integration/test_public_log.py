"""The public log over HTTP, with the real server and real tablets: from a push to a proven receipt."""

import asyncio
from collections.abc import AsyncIterator
from copy import deepcopy
from pathlib import Path

import asyncpg
import pytest
from aiohttp import ClientSession
from tlog_scales.backend import HttpBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey

from sajja_client.books import fold
from sajja_client.cli.tables import log_lines
from sajja_client.log import Log
from sajja_client.sync import Sync, SyncReport
from sajja_client.sync import receipt as receipts
from sajja_schemas.checkpoint import open_note, verifier_key
from sajja_schemas.entry import to_base64url
from sajja_schemas.events import Ack
from sajja_schemas.events.corrections import FindingResolved
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.wire import MEDIA_NDJSON, Hello, decode_feed_line
from sajja_server.api.problems import Problem
from sajja_server.status import network_status
from sajja_server.store.pool import Pool
from support.database import Database
from support.homes import deposit, home_of
from support.public_site import Site, publishing_site
from support.serving import serving
from support.waiting import until
from support.world import World

pytestmark = [pytest.mark.postgres]

FOUNDED = World.founded(("pp01", "pp02"))


@pytest.fixture
def world() -> World:
    return deepcopy(FOUNDED)


@pytest.fixture
async def site(database: Database, pool: Pool, world: World, tmp_path: Path) -> AsyncIterator[Site]:
    async with publishing_site(database, pool, world, tmp_path) as opened:
        yield opened


async def sync(log: Log, site: Site) -> SyncReport:
    async with Sync(log, server_url=site.url) as conversation:
        return await conversation.run()


async def test_another_program_reads_the_log_over_http(site: Site) -> None:
    size = len(site.world.entries)
    checkpoint = await site.published(size)

    def read() -> bytes:
        theirs = TilesReader(HttpBackend(f"{site.log_url}/1"))
        read = theirs.get_checkpoint()
        read.verify(Vkey.from_string(verifier_key(site.world.origin, site.world.log_key.public)))
        root: bytes = theirs.calculate_root_hash()
        theirs.get_inclusion_proof(size - 1, size).check(theirs.mth(size - 1, size), root)
        return root

    assert await asyncio.to_thread(read) == checkpoint.root


async def test_what_never_changes_says_so_and_the_checkpoint_does_not(site: Site) -> None:
    size = (await site.published(len(site.world.entries))).size
    status, tile, headers = await site.get(f"log/1/tile/0/000.p/{size}")
    assert (status, len(tile)) == (200, size * 32)
    assert headers["Content-Type"] == "application/octet-stream"
    assert "immutable" in headers["Cache-Control"]
    assert (await site.get(f"log/1/tile/0/000.p/{size}", **{"If-None-Match": headers["ETag"]}))[0] == 304
    status, same, unnamed = await site.get(f"log/tile/0/000.p/{size}")
    assert (status, same) == (200, tile)
    assert "immutable" not in unnamed["Cache-Control"]  # another epoch has another tile there
    status, _note, headers = await site.get("log/1/checkpoint")
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "max-age=2" in headers["Cache-Control"]
    assert (await site.get("log/checkpoint", **{"If-None-Match": headers["ETag"]}))[0] == 304
    assert (site.folder / "tiles" / site.world.network / "1" / f"tile/0/000.p/{size}").read_bytes() == tile


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("log/1/tile/0/001", 404),
        ("log/1/tile/0/0", 404),
        ("log/1/tile/0/..%2f..%2f..%2fsigner%2ftestnet.key", 404),
        ("log/1/tile/entries/000.p/256", 404),
        ("log/2/checkpoint", 404),
        ("log/2/tile/0/000", 404),
        ("log/0/tile/0/000", 404),
        ("log/x/checkpoint", 404),
        ("log/consistency?from=-1", 400),
        ("log/consistency?from=x", 400),
        ("log/consistency?from=٣", 400),
        ("log/consistency?" + "from=1&" * 17, 400),
        ("log/entries", 401),
        ("receipts/x", 400),
        ("receipts/" + "A" * 43, 400),
        ("receipts/" + "A" * 43 + "?device=" + "A" * 43 + "&sequence=1", 404),
        ("receipts/" + "A" * 43 + "?device=" + "A" * 43 + "&sequence=x", 400),
    ],
)
async def test_what_is_not_there_is_a_problem_from_the_table(site: Site, path: str, status: int) -> None:
    await site.published(1)
    found, body, headers = await site.get(path)
    assert found == status, body
    assert headers["Content-Type"].startswith("application/problem+json")
    assert {problem.code for problem in Problem.__subclasses__()} >= {body.decode().split('"code":"')[1].split('"')[0]}


async def test_hello_and_the_answer_to_a_push_carry_the_newest_checkpoint(site: Site) -> None:
    checkpoint = await site.published(len(site.world.entries))
    status, hello = await site.speaker.get_json("/v1/hello")
    assert status == 200
    assert set(hello) >= set(Hello.__struct_fields__)
    note = hello["checkpoints"][site.world.network].encode()
    assert open_note(note, site.world.origin, site.world.log_key.public) == checkpoint
    tablet = site.world.village("pp01").tablets[0]
    reply = await site.speaker.push(tablet, [site.world.record(tablet, share(1))])
    assert reply.size == checkpoint.size + 1


async def test_the_office_reads_the_whole_log_and_nobody_else_does(site: Site) -> None:
    headers = await site.speaker.session(site.world.office.tablets[0])
    url = f"{site.log_url}/entries"
    async with site.speaker.http.get(url, params={"from": "3", "to": "8"}, headers=headers) as response:
        assert response.status == 200
        assert response.content_type == MEDIA_NDJSON
        lines = [decode_feed_line(line) for line in (await response.read()).splitlines()]
    assert [line.index for line in lines] == [3, 4, 5, 6, 7]
    assert [line.line for line in lines] == site.world.lines(site.world.entries[3:8])
    for params, more in (({}, "false"), ({"to": "5"}, "false"), ({"from": "9999"}, "false"), ({"to": "0"}, "false")):
        async with site.speaker.http.get(url, params=params, headers=headers) as response:
            assert (response.status, response.headers["Sajja-Next"]) == (200, more)
    headers = await site.speaker.session(site.world.village("pp01").tablets[0])
    async with site.speaker.http.get(url, headers=headers) as response:
        assert response.status == 403


async def test_a_tablet_comes_from_saved_to_proven_and_prints_it(site: Site, tmp_path: Path) -> None:
    home = home_of(tmp_path / "tablet", site.world, site.world.village("pp01").tablets[0])
    with Log.open(home) as log:
        entry = deposit(log)
        assert [line.state for line in log_lines(fold(home), log, 0)] == ["saved"]
        report = await sync(log, site)
        assert report.merged == 1
        await site.published(len(site.world.entries) + 1)
        report = await sync(log, site)
        assert (report.log_state, report.log_alarms) == ("verified", [])
        assert [line.state for line in log_lines(fold(home), log, 0)] == ["proven"]
        data = await receipts.fetch(log, entry, site.url)
        assert receipts.verify(log, entry, data).checkpoint.size == report.log_size
        deposit(log)
        await sync(log, site)
    document = await witnesses(site, entries=len(site.world.entries) + 2)
    (seen,) = document["witnesses"]
    assert (seen["unit"], seen["size"]) == ("pp01", report.log_size)
    assert document["contradictions"] == []


async def test_a_village_that_was_shown_another_log_says_so_in_its_next_entry(site: Site, database: Database) -> None:
    checkpoint = await site.published(len(site.world.entries))
    tablet = site.world.village("pp02").tablets[0]
    honest = Ack(origin=checkpoint.origin, size=checkpoint.size, root=to_base64url(checkpoint.root))
    other = Ack(origin=checkpoint.origin, size=checkpoint.size, root=to_base64url(bytes(32)))
    entries = [site.world.record(tablet, share(at), ack=ack) for at, ack in enumerate((honest, other))]
    reply = await site.speaker.push(tablet, entries)
    document = await witnesses(site, entries=reply.size)
    (contradiction,) = document["contradictions"]
    assert (contradiction["index"], contradiction["unit"]) == (reply.size - 1, "pp02")
    assert contradiction["published"] == to_base64url(checkpoint.root)
    assert [seen["index"] for seen in document["witnesses"]] == [reply.size - 2]
    (told,) = (await network_status(database.server_url, "sajja_app"))["networks"]
    assert told["contradictions"] == 1
    path = f"/v1/networks/{site.world.network}/projections/findings"
    _code, found = await site.speaker.get_json(path)
    (finding,) = [one for one in found["findings"] if one["code"] == "LOG_CONTRADICTED"]
    assert (finding["basis"], finding["village"], finding["severity"]) == ("checkpoints", "pp02", "high")
    # People look, and sign why it was: then it is told no more, and stays in the log for ever.
    settled = site.world.record(
        tablet, FindingResolved(code="LOG_CONTRADICTED", finding=finding["name"], text="the server was restored")
    )
    signed = [settled, site.world.approve(tablet, [settled], ("president", "treasurer", "secretary"))]
    reply = await site.speaker.push(tablet, signed)
    await site.speaker.totals(at_index=reply.size)
    _code, found = await site.speaker.get_json(path)
    assert [one for one in found["findings"] if one["code"] == "LOG_CONTRADICTED"] == []


async def test_without_a_folder_for_tiles_a_server_shows_what_another_publishes(
    site: Site, database: Database, pool: Pool
) -> None:
    """Only the checkpoint is in the database; the tiles are where they were written."""
    checkpoint = await site.published(len(site.world.entries))
    async with serving(pool) as other, ClientSession() as http:
        url = str(other.make_url(f"/v1/networks/{site.world.network}"))
        async with http.get(f"{url}/log/checkpoint") as response:
            note = await response.read()
        assert open_note(note, site.world.origin, site.world.log_key.public) == checkpoint
        async with http.get(f"{url}/log/1/tile/0/000.p/{checkpoint.size}") as response:
            assert response.status == 404
            assert "not_published" in await response.text()


async def test_a_lost_database_connection_is_waited_for(site: Site, database: Database) -> None:
    await site.published(len(site.world.entries))
    tablet = site.world.village("pp01").tablets[0]
    signed_in = await site.speaker.session(tablet)  # before: to sign in is not what is tried here
    owner = await asyncpg.connect(database.owner_url)
    try:
        await owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    finally:
        await owner.close()
    entry = site.world.record(tablet, share(1))

    async def offered() -> tuple[int, bytes]:
        async with site.speaker.http.post(
            f"{site.speaker.network}/entries",
            data=b"\n".join(site.world.lines([entry])),
            headers={"Content-Type": MEDIA_NDJSON, **signed_in},
        ) as response:
            return response.status, await response.read()

    await until(offered, lambda told: told[0] == 200)
    await site.published(len(site.world.entries))


async def witnesses(site: Site, *, entries: int) -> dict[str, list[dict[str, object]]]:
    """The projection, once it reflects so many entries."""
    await site.speaker.totals(at_index=entries)
    status, document = await site.speaker.get_json(f"/v1/networks/{site.world.network}/projections/witnesses")
    assert status == 200
    found: dict[str, list[dict[str, object]]] = document
    return found


def share(satang: int) -> ShareDeposited:
    return ShareDeposited(member="pp01-m001", amount_satang=satang + 1, box="pp01-o4")
