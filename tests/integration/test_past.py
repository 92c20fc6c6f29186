"""Any past entry is answered: as an independent fold to that entry says, with snapshots and without."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

import asyncpg
import msgspec
import pytest

from sajja_schemas.books import Admitted, Books, apply, open_books
from sajja_schemas.entry import entry_hash, to_base64url
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.indicators import Lens, read_all
from sajja_schemas.projections import PROJECTIONS, read
from sajja_server.projections import going_on, reading, snapshots
from sajja_server.projections.reading import BeyondTheLog, BooksUnready, Reader, books_at
from sajja_server.store.pool import Pool
from support.database import Database
from support.serving import Speaker, admit, serving, speaking
from support.waiting import until_seen
from support.world import World
from unit.schemas.test_books_laws import history

pytestmark = pytest.mark.postgres

SPACING = 8
ON = date(2020, 9, 1)


@pytest.fixture
async def speaker(pool: Pool, database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Speaker]:
    """A server whose log has reversals, approvals and claims, and whose snapshots stand close."""
    monkeypatch.setattr(snapshots, "SPACING_ENTRIES", SPACING)
    world = history(3, 24)
    await admit(database.server_url, world)
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
        yield speaker


async def push_all(speaker: Speaker) -> int:
    size = 0
    for unit in speaker.world.units.values():
        for tablet in unit.tablets:
            if tablet.log:
                size = (await speaker.push(tablet, tablet.log)).size
    await speaker.totals(at_index=size)
    return size


async def log_of(pool: Pool) -> list[bytes]:
    return [row["body"] for row in await pool.fetch("SELECT body FROM sajja.entry ORDER BY index")]


def folded(world: World, bodies: Sequence[bytes]) -> Books:
    """What the books hold after these entries: nobody's word but the fold's."""
    books = open_books(world.network, world.fingerprint)
    known: dict[str, bytes] = {}
    for index, body in enumerate(bodies):
        name = to_base64url(entry_hash(body))
        apply(books, Admitted(index, name, body), known.get)
        known[name] = body
    return books


def plain(value: object) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


async def ask(speaker: Speaker, name: str, at: int) -> Any:
    path = f"/v1/networks/{speaker.world.network}/projections/{name}?at={at}&on={ON}"
    status, answer = await speaker.get_json(path)
    assert (status, answer["index"]) == (200, at), answer
    return answer


async def check(speaker: Speaker, bodies: Sequence[bytes], at: int) -> None:
    books = folded(speaker.world, bodies[: at + 1])
    for name, declared in PROJECTIONS.items():
        answer = await ask(speaker, name, at)
        assert answer["rows"] == plain([declared.named(row) for row in read(name, books, ON)]), (name, at)
    told = {one["code"]: one["value"] for one in (await ask(speaker, "indicators", at))["indicators"]}
    assert told == {one.code: one.value for one in read_all(Lens(books, ON))}
    stands = (await speaker.get_json(f"/v1/networks/testnet/projections/books?at={at}"))[1]["balances"]
    assert [(row["ledger"], row["account"], row["sub"], row["amount_satang"]) for row in stands] == [
        (*balance, amount) for balance, amount in sorted(books.balances.items()) if amount
    ]
    totals = await ask(speaker, "network_totals", at)
    assert (totals["entries"], totals["totals"].get("members", 0)) == (
        at + 1, sum(row[2] == "active" for row in read("passbooks", books, ON))
    )  # fmt: skip


async def snapshots_of(pool: Pool) -> list[int]:
    return [row["index"] for row in await pool.fetch("SELECT index FROM past.snapshot ORDER BY index")]


async def test_a_past_entry_is_answered_as_a_fold_to_it_says(speaker: Speaker, pool: Pool) -> None:
    size = await push_all(speaker)
    bodies = await log_of(pool)
    async with asyncio.timeout(20):
        while True:
            if snapshots.gap_in([*await snapshots_of(pool), size], SPACING) is None:
                break
            await asyncio.sleep(0.05)
    chance = random.Random(7)
    first, *others = chance.sample(range(size), 6)
    for at in (0, first, *others[:2], size - 1):
        await check(speaker, bodies, at)
    # They only speed up: without any, and with one that is damaged, the answers are the same.
    await pool.execute("DELETE FROM past.snapshot")
    for at in others[2:]:
        await check(speaker, bodies, at)


async def test_a_snapshot_that_is_not_fit_is_none(
    speaker: Speaker, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "SPACING_ENTRIES", 1_000_000)  # so that the server makes none meanwhile
    size = await push_all(speaker)
    network, world = speaker.world.network, speaker.world
    bodies = await log_of(pool)
    books = folded(world, bodies[:30])
    async with pool.acquire() as connection:
        await connection.execute("DELETE FROM past.snapshot")
        await snapshots.keep(connection, books)
        found = await snapshots.nearest(connection, network, size)
        assert found is not None
        going_on.untouch(books)
        assert found == books
        assert await snapshots.nearest(connection, network, 29) is None
        assert await snapshots.nearest(connection, network, size, beyond=30) is None
        stored = await connection.fetchrow("SELECT * FROM past.snapshot")
        assert stored is not None
        changes: dict[str, bytes] = {"tip": b"\0" * 32, "code": b"\0" * 32, "books": stored["books"][:-9]}
        for column, value in changes.items():
            whole = {**dict(stored), column: value}
            await connection.execute("DELETE FROM past.snapshot")
            await connection.execute("INSERT INTO past.snapshot VALUES ($1, $2, $3, $4, $5)", *whole.values())
            assert await snapshots.nearest(connection, network, size) is None, column
        assert await connection.fetchval("SELECT count(*) FROM past.snapshot") == 0, "it could not be read"
        answered = await books_at(connection, network, 41)
        going_on.untouch(answered)
        wanted = folded(world, bodies[:41])
        going_on.untouch(wanted)
        assert answered == wanted


async def test_an_index_is_one_of_the_log(speaker: Speaker) -> None:
    size = await push_all(speaker)
    base = f"/v1/networks/{speaker.world.network}/projections"
    for name in ("loans", "indicators", "network_totals", "books", "findings"):
        status, problem = await speaker.get_json(f"{base}/{name}?at={size}")
        assert (status, problem["code"], problem["detail"]) == (404, "index_beyond_log", {"last": size - 1})
        assert "ยังไม่มีรายการ" in problem["title_th"]
        for wrong in ("-1", "x", "1.5", "", "9" * 20):
            status, problem = await speaker.get_json(f"{base}/{name}?at={wrong}")
            assert (status, problem["code"], problem["detail"]["query"]) == (400, "request_malformed", "at"), wrong
    for query in ("after=pp01", "after=pp01/l1/x", "limit=5001", "limit=-1", "village=PP"):
        status, problem = await speaker.get_json(f"{base}/loans?{query}")
        assert (status, problem["code"]) == (400, "request_malformed"), query


async def test_pages_are_of_one_entry_and_lose_nothing(speaker: Speaker) -> None:
    size = await push_all(speaker)
    base = f"/v1/networks/{speaker.world.network}/projections/cash?at={size - 1}"
    _status, whole = await speaker.get_json(base)
    assert (whole["total"], "next" in whole) == (len(whole["rows"]), False)
    assert whole["key"] == ["village", "ledger", "account", "custodian"]
    assert {column["name"]: column["formula"] for column in whole["columns"] if column["kind"] == "satang"}
    rows, after = [], ""
    while True:
        status, page = await speaker.get_json(f"{base}&limit=1{after}")
        assert (status, page["total"]) == (200, whole["total"])
        rows += page["rows"]
        if "next" not in page:
            break
        after = f"&after={page['next']}"
    assert rows == whole["rows"]


async def test_an_answer_is_made_once_and_anew_when_the_books_have_moved(speaker: Speaker, pool: Pool) -> None:
    size = await push_all(speaker)
    reader = Reader(pool, speaker.world.network)
    asked: list[int] = []

    def look(books: Books) -> int:
        asked.append(books.index)
        return books.index

    answers = await asyncio.gather(*(reader.read("look", look) for _ in range(5)))
    assert {answer.value for answer in answers} == {size}
    assert (await reader.read("look", look)).value == size
    assert asked == [size], "who asks together, or again, is answered alike"
    tablet = speaker.world.village("pp01").tablets[0]
    more = speaker.world.record(tablet, ShareDeposited(member="pp01-m001", amount_satang=100, box="pp01-o4"))
    tablet.log.pop()
    speaker.world.entries.pop()  # the history is told to other tests as well
    await speaker.push(tablet, [more])
    await speaker.totals(at_index=size + 1)
    assert (await reader.read("look", look)).value == size + 1
    assert (await reader.read("look", look, at=size - 1)).value == size
    with pytest.raises(BeyondTheLog):
        await reader.read("look", look, at=size + 1)


async def test_books_that_were_left_far_behind_are_read_anew(
    speaker: Speaker, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asked once, long ago, does not wait until everything since is folded: the tables have it."""
    monkeypatch.setattr(reading, "WATCHED_SECONDS", 0.0)
    tablets = [tablet for unit in speaker.world.units.values() for tablet in unit.tablets if tablet.log]
    size = (await speaker.push(tablets[0], tablets[0].log)).size
    await speaker.totals(at_index=size)
    reader = Reader(pool, speaker.world.network)
    books = (await reader.read("before", lambda books: books)).value
    whole = await push_all(speaker)
    monkeypatch.setattr(reading, "NEAR_ENTRIES", whole - size - 1)
    after = (await reader.read("after", lambda books: books)).value
    assert after is not books
    assert (books.index, after.index) == (size, whole)
    assert dict(after.balances) == dict(folded(speaker.world, await log_of(pool)).balances)


async def test_books_that_people_look_at_are_gone_on_with_before_anybody_asks_again(
    speaker: Speaker, pool: Pool
) -> None:
    """Whoever asks next does not wait until everything that came meanwhile is folded."""
    tablets = [tablet for unit in speaker.world.units.values() for tablet in unit.tablets if tablet.log]
    await speaker.totals(at_index=(await speaker.push(tablets[0], tablets[0].log)).size)
    books = (await Reader(pool, speaker.world.network).read("look", lambda books: books)).value
    whole = await push_all(speaker)

    await until_seen(lambda: books.index, lambda index: index >= whole)
    assert dict(books.balances) == dict(folded(speaker.world, await log_of(pool)).balances)


async def test_what_takes_long_is_not_waited_for_while_entries_come(
    speaker: Speaker, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "QUICK_SECONDS", -1.0)
    monkeypatch.setattr(reading, "COST_FACTOR", 0)
    monkeypatch.setattr(reading, "STALE_FACTOR", 1_000_000)
    size = await push_all(speaker)
    reader = Reader(pool, speaker.world.network)
    assert (await reader.read("index", lambda books: books.index)).size == size
    # As if it were five entries ago, wherever the tables stand.
    place = await pool.fetchval("SELECT schemaname FROM pg_tables WHERE tablename = 'state' ORDER BY 1 LIMIT 1")
    await pool.execute(f'UPDATE "{place}".state SET index = index - 5')
    assert (await reader.read("index", lambda books: books.index)).value == size, "the answer that there is"
    async with asyncio.timeout(10):
        while True:
            if (await reader.read("index", lambda books: books.index)).size == size - 5:
                break
            await asyncio.sleep(0.01)


async def test_what_another_version_wrote_is_read_as_it_is(speaker: Speaker, pool: Pool) -> None:
    size = await push_all(speaker)
    reader = Reader(pool, speaker.world.network)
    balances = (await reader.read("ours", lambda books: dict(books.balances))).value
    place = await pool.fetchval("SELECT schemaname FROM pg_tables WHERE tablename = 'state' ORDER BY 1 LIMIT 1")
    await pool.execute(f'UPDATE "{place}".state SET version = version - 1')
    another = Reader(pool, speaker.world.network)
    answer = await another.read("theirs", lambda books: dict(books.balances))
    assert (answer.size, answer.value) == (size, balances)
    await pool.execute(f"UPDATE \"{place}\".part SET data = '\\xc1'")
    with pytest.raises(BooksUnready):
        await another.read("what nobody can read", lambda books: books.index)


async def test_books_of_a_log_that_went_otherwise_are_dropped(
    speaker: Speaker, pool: Pool, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """As after a restore under a running server: the last entry of the books in memory is not the log's any more."""
    size = await push_all(speaker)
    reader = Reader(pool, speaker.world.network)
    books = (await reader.read("all", lambda books: books)).value
    owner = await asyncpg.connect(database.owner_url)
    try:
        await owner.execute("ALTER TABLE sajja.entry DISABLE TRIGGER ALL")
        await owner.execute("UPDATE sajja.entry SET hash = $1 WHERE index = $2", b"\1" * 32, size - 1)
    finally:
        await owner.close()
    assert (await reader.read("another", lambda books: books)).value is not books


def test_snapshots_stand_as_far_apart_as_there_is_room() -> None:
    assert snapshots.spacing_of(1_000_000, 100_000) == snapshots.SPACING_ENTRIES
    apart = snapshots.spacing_of(10_000_000, 4_000_000)
    assert 10_000_000 // apart * 4_000_000 <= snapshots.BYTES_MAX
    kept = list(range(10_000, 200_001, 10_000))
    close = snapshots.too_close(kept, apart)
    left = [index for index in kept if index not in close]
    assert (left[-1], snapshots.gap_in(left, apart)) == (200_000, None)
    assert all(after - before <= apart for before, after in zip((0, *left), left, strict=False))
    assert snapshots.too_close(left, apart) == []
    assert snapshots.gap_in([10_000, 30_000, 35_000], 10_000) == (10_000, 30_000)
