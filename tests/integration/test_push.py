"""Pushing over HTTP to the real application and a real PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from sajja_schemas.entry import encode_line, to_base64url
from sajja_schemas.events.savings import ShareDeposited, ShareWithdrawn
from sajja_schemas.wire import EntryVerdict
from sajja_server.store.pool import Pool
from support.database import Database
from support.serving import Speaker, admit, serving, speaking
from support.world import World, ref_to

pytestmark = pytest.mark.postgres


@pytest.fixture
def world() -> World:
    return World.founded()


@pytest.fixture
async def speaker(pool: Pool, database: Database, world: World) -> AsyncIterator[Speaker]:
    await admit(database.server_url, world)
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
        yield speaker


def deposit(satang: int = 10_000) -> ShareDeposited:
    return ShareDeposited(member="pp01-m001", amount_satang=satang, box="pp01-o4")


def kinds(verdicts: list[EntryVerdict]) -> list[str]:
    return [f"{v.verdict}({v.code})" if v.code else v.verdict for v in verdicts]


async def push_office(speaker: Speaker) -> None:
    office = speaker.world.office.tablets[0]
    reply = await speaker.push(office, office.log)
    assert {v.verdict for v in reply.verdicts} <= {"merged", "duplicate"}


async def test_what_a_village_recorded_offline_is_counted_to_the_satang(speaker: Speaker, world: World) -> None:
    await push_office(speaker)
    tablet = world.village("pp01").tablets[0]
    world.admit(tablet, ["pp01-m001"])
    for _ in range(10):
        world.record(tablet, deposit())
    reply = await speaker.push(tablet, tablet.log)
    assert set(kinds(reply.verdicts)) == {"merged"}
    totals = await speaker.totals(at_index=reply.size)
    assert totals["totals"]["shares_satang"] == 100_000
    assert totals["totals"]["members"] == 1
    assert totals["awaiting_approval"] == 0
    assert totals["quarantined"] == {}


async def test_a_push_that_is_repeated_is_answered_duplicate_and_counted_once(speaker: Speaker, world: World) -> None:
    await push_office(speaker)
    tablet = world.village("pp01").tablets[0]
    entry = world.record(tablet, deposit())
    first = await speaker.push(tablet, [entry])
    again = await speaker.push(tablet, [entry, entry])
    assert kinds(again.verdicts) == ["duplicate", "duplicate"]
    assert {v.index for v in again.verdicts} == {first.verdicts[0].index}
    assert again.size == first.size


async def test_one_bad_line_never_blocks_those_behind_it(speaker: Speaker, world: World) -> None:
    await push_office(speaker)
    tablet = world.village("pp01").tablets[0]
    entries = [world.record(tablet, deposit()) for _ in range(3)]
    stranger = World.founded(network="othernet")
    replayed = stranger.record(stranger.village("pp01").tablets[0], deposit())
    lines = world.lines(entries)
    forged = encode_line(entries[2].key, bytes(64), entries[2].body)
    wrong_key = encode_line(world.office.tablets[0].key.public, entries[1].signature, entries[1].body)
    reply = await speaker.push_lines(
        tablet,
        [b"not a line", lines[0], forged, *stranger.lines([replayed]), wrong_key, lines[1], lines[2]],
    )
    assert kinds(reply.verdicts) == [
        "rejected(unreadable_line)",
        "merged",
        "rejected(bad_signature)",
        "rejected(wrong_network)",
        "rejected(wrong_key)",
        "merged",
        "merged",
    ]


async def test_a_stored_entry_is_duplicate_whatever_signature_it_comes_with(speaker: Speaker, world: World) -> None:
    await push_office(speaker)
    tablet = world.village("pp01").tablets[0]
    entry = world.record(tablet, deposit())
    await speaker.push(tablet, [entry])
    reply = await speaker.push_lines(tablet, [encode_line(entry.key, bytes(64), entry.body)])
    assert kinds(reply.verdicts) == ["duplicate"]


async def test_entries_of_a_device_that_is_not_enrolled_are_held_and_merge_once_it_is(
    speaker: Speaker, world: World
) -> None:
    office = world.office.tablets[0]
    await push_office(speaker)
    late = world.add_village("pp03").tablets[0]
    entry = world.record(late, ShareDeposited(member="pp03-m001", amount_satang=5, box="pp03-o4"))
    held = await speaker.push(office, [entry])
    assert kinds(held.verdicts) == ["held(device_not_enrolled)"]
    await push_office(speaker)
    merged = await speaker.push(office, [entry])
    assert kinds(merged.verdicts) == ["merged"]


async def test_a_gap_is_held_until_what_is_missing_comes(speaker: Speaker, world: World) -> None:
    await push_office(speaker)
    tablet = world.village("pp01").tablets[0]
    first, second, third = [world.record(tablet, deposit()) for _ in range(3)]
    assert kinds((await speaker.push(tablet, [first])).verdicts) == ["merged"]
    assert kinds((await speaker.push(tablet, [third])).verdicts) == ["held(predecessor_missing)"]
    assert kinds((await speaker.push(tablet, [second, third])).verdicts) == ["merged", "merged"]


async def test_a_fork_is_kept_with_both_branches_and_only_the_first_counts(speaker: Speaker, world: World) -> None:
    await push_office(speaker)
    tablet = world.village("pp01").tablets[0]
    first = world.record(tablet, deposit())
    second = world.record(tablet, deposit(200))
    branch = world.record(tablet, deposit(999), previous=to_base64url(first.hash), sequence=2)
    behind = world.record(tablet, deposit(777), previous=to_base64url(branch.hash), sequence=3)
    reply = await speaker.push(tablet, [first, second, branch, behind])
    assert kinds(reply.verdicts) == ["merged", "merged", "forked", "merged"]
    totals = await speaker.totals(at_index=reply.size)
    assert totals["totals"]["shares_satang"] == 10_200
    assert totals["quarantined"] == {"forked": 2}
    status, head = await speaker.get_json(
        f"/v1/networks/{world.network}/devices/{tablet.name}/head?at=2", headers=await speaker.session(tablet)
    )
    assert status == 200
    assert head["hash"] == to_base64url(second.hash)
    assert sorted(head["at"]) == sorted(to_base64url(entry.hash) for entry in (second, branch))


async def test_a_feed_gives_back_the_exact_bytes_in_network_order(speaker: Speaker, world: World) -> None:
    await push_office(speaker)
    tablet = world.village("pp01").tablets[0]
    entries = [world.record(tablet, deposit()) for _ in range(5)]
    await speaker.push(tablet, entries)
    pulled = await speaker.pull(tablet, "pp01")
    expected = [entry for entry in world.office.tablets[0].log if entry.village == "pp01"] + entries
    assert [entry.body for entry in pulled] == [entry.body for entry in expected]


async def test_a_device_reads_its_village_and_the_office_and_nothing_else(speaker: Speaker, world: World) -> None:
    await push_office(speaker)
    tablet = world.village("pp01").tablets[0]
    headers = await speaker.session(tablet)
    for village, expected in (("pp01", 200), ("office", 200), ("pp02", 403)):
        async with speaker.http.get(f"{speaker.network}/feeds/{village}", headers=headers) as response:
            assert response.status == expected


async def test_a_cursor_that_no_longer_matches_is_told_that_the_feed_diverged(speaker: Speaker, world: World) -> None:
    await push_office(speaker)
    tablet = world.village("pp01").tablets[0]
    async with speaker.http.get(
        f"{speaker.network}/feeds/pp01?after=1&hash={'A' * 43}", headers=await speaker.session(tablet)
    ) as response:
        assert response.status == 409
        assert (await response.json(content_type=None))["code"] == "feed_diverged"


async def test_a_challenge_is_good_for_one_answer_by_the_device_it_was_given_to(speaker: Speaker, world: World) -> None:
    await push_office(speaker)
    one, other = world.village("pp01").tablets
    _status, challenge = await speaker.post_json(f"{speaker.network}/devices/{one.name}/challenge", None)
    assert (await speaker.answer(other, challenge["challenge"]))[0] == 401
    assert (await speaker.answer(one, challenge["challenge"]))[0] == 200
    assert (await speaker.answer(one, challenge["challenge"]))[0] == 401


async def test_a_cash_fact_counts_before_its_approvals_and_waits_in_sight(speaker: Speaker, world: World) -> None:
    await push_office(speaker)
    tablet = world.village("pp01").tablets[0]
    withdrawn = world.record(tablet, ShareWithdrawn(member="pp01-m001", amount_satang=500, box="pp01-o4"))
    reply = await speaker.push(tablet, [withdrawn])
    totals = await speaker.totals(at_index=reply.size)
    assert totals["totals"]["cash_satang"] == -500
    assert totals["awaiting_approval"] == 1
    approval = world.approve(tablet, [withdrawn], ("president", "treasurer", "secretary"))
    reply = await speaker.push(tablet, [approval])
    totals = await speaker.totals(at_index=reply.size)
    assert totals["awaiting_approval"] == 0
    assert ref_to(withdrawn).hash not in totals["quarantined"]
