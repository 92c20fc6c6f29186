"""Personal parts over HTTP against the real application and a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from io import BytesIO
from typing import Any

import asyncpg
import msgspec
import pytest
import structlog
from structlog.testing import capture_logs

from sajja_schemas import limits, rules
from sajja_schemas.books import Books
from sajja_schemas.entry import to_base64url
from sajja_schemas.events import Body, read_body
from sajja_schemas.events.corrections import FindingResolved
from sajja_schemas.events.member_records import PersonalDataErased
from sajja_schemas.events.members import MemberDuplicateMerged, MemberExitSettled
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.events.trust import DeviceRevoked
from sajja_schemas.events.welfare import WelfareEnrolled
from sajja_schemas.personal import PersonalPart, decode_part, encode_part
from sajja_schemas.personal_data import Person
from sajja_schemas.wire import MEDIA_NDJSON
from sajja_server.store.pool import Pool
from support.database import Database
from support.personal import apply_for, appoint_auditor, approve_erasure, erase, number_of, person
from support.serving import Speaker, admit, serving, speaking
from support.world import DAY, Tablet, World, ref_to

pytestmark = pytest.mark.postgres


@pytest.fixture
def world() -> World:
    world = World.founded()
    appoint_auditor(world)
    return world


@pytest.fixture
async def speaker(pool: Pool, database: Database, world: World) -> AsyncIterator[Speaker]:
    await admit(database.server_url, world)
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
        await push_all(speaker)
        yield speaker


async def push_all(speaker: Speaker) -> None:
    """Everything that the world has recorded, and the books that reflect it."""
    size = 0
    for unit in speaker.world.units.values():
        for tablet in unit.tablets:
            if tablet.log:
                reply = await speaker.push(tablet, tablet.log)
                assert {verdict.verdict for verdict in reply.verdicts} <= {"merged", "duplicate"}
                size = reply.size
    await speaker.totals(at_index=size)


async def give(speaker: Speaker, tablet: Tablet, lines: Sequence[bytes]) -> tuple[int, Any]:
    headers = {"Content-Type": MEDIA_NDJSON, **await speaker.session(tablet)}
    async with speaker.http.post(
        f"{speaker.network}/personal", data=BytesIO(b"\n".join(lines)), headers=headers
    ) as response:
        assert response.headers["Cache-Control"] == "no-store"
        return response.status, msgspec.json.decode(await response.read())


async def verdicts(speaker: Speaker, tablet: Tablet, parts: Sequence[PersonalPart]) -> list[str]:
    status, reply = await give(speaker, tablet, [encode_part(part) for part in parts])
    assert status == 200, reply
    return [answer["verdict"] + (f"({answer['code']})" if "code" in answer else "") for answer in reply["parts"]]


async def ask(speaker: Speaker, tablet: Tablet, parts: Sequence[PersonalPart]) -> list[PersonalPart]:
    named = ",".join(to_base64url(part.commitment) for part in parts)
    headers = await speaker.session(tablet)
    async with speaker.http.get(
        f"{speaker.network}/personal", params={"commitment": named}, headers=headers
    ) as response:
        assert response.status == 200, await response.text()
        assert response.headers["Cache-Control"] == "no-store"
        return [decode_part(line) for line in (await response.read()).splitlines()]


async def duplicates(speaker: Speaker, tablet: Tablet) -> tuple[int, Any]:
    return await speaker.get_json(
        f"/v1/networks/{speaker.world.network}/personal/duplicates", headers=await speaker.session(tablet)
    )


async def findings(speaker: Speaker, query: str = "") -> list[Any]:
    """What stands for everybody to look at, as the page asks for it."""
    status, answer = await speaker.get_json(f"/v1/networks/{speaker.world.network}/projections/findings{query}")
    assert status == 200, answer
    assert answer["total"] == len(answer["findings"]) == sum(answer["by_code"].values())
    return [one for one in answer["findings"] if one["code"] == "DUPLICATE_PERSON"]


async def two_of_one_number(speaker: Speaker, world: World) -> tuple[Any, Any]:
    """The applications of one person in two villages, with their parts at the server."""
    one, two = world.village("pp01").tablets[0], world.village("pp02").tablets[0]
    first_entry, first = apply_for(world, one, "pp01-m001", person(7))
    second_entry, second = apply_for(world, two, "pp02-m009", person(7))
    await push_all(speaker)
    assert await verdicts(speaker, one, [first]) == await verdicts(speaker, two, [second]) == ["kept"]
    return first_entry, second_entry


async def test_a_part_is_kept_once_and_given_back_byte_for_byte(speaker: Speaker, world: World) -> None:
    """To the tablet that wrote it, to the other one of its village, and to the office."""
    writer, other = world.village("pp01").tablets
    _entry, part = apply_for(world, writer, "pp01-m001", person(1))
    await push_all(speaker)
    assert await verdicts(speaker, writer, [part, part]) == ["kept", "duplicate"]
    assert await verdicts(speaker, writer, [part]) == ["duplicate"]
    for reader in (writer, other, world.office.tablets[0]):
        assert await ask(speaker, reader, [part]) == [part]


async def test_another_village_is_told_nothing(speaker: Speaker, world: World) -> None:
    """It cannot even learn whether there is something: a part that nobody gave is left out as well."""
    writer, stranger = world.village("pp01").tablets[0], world.village("pp02").tablets[0]
    _entry, part = apply_for(world, writer, "pp01-m001", person(1))
    await push_all(speaker)
    assert await ask(speaker, stranger, [part]) == []
    await verdicts(speaker, writer, [part])
    assert await ask(speaker, stranger, [part]) == []
    assert await verdicts(speaker, stranger, [part]) == ["rejected(not_yours)"]
    assert (await duplicates(speaker, stranger))[1]["code"] == "office_only"


async def test_only_what_an_entry_commits_to_is_kept(speaker: Speaker, world: World) -> None:
    """One bad line costs its own answer and nothing else."""
    tablet = world.village("pp01").tablets[0]
    entry, part = apply_for(world, tablet, "pp01-m001", person(1))
    plain = world.record(tablet, ShareDeposited(member="pp01-m001", amount_satang=10_000, box="b"))
    await push_all(speaker)
    _later, unpushed = apply_for(world, tablet, "pp01-m002", person(2))
    other_salt = msgspec.structs.replace(part, salt=bytes(16))
    other_data = msgspec.structs.replace(part, data=part.data + b" ")
    beside_nothing = msgspec.structs.replace(part, entry=ref_to(plain))
    lines = [encode_part(one) for one in (other_salt, other_data, beside_nothing, unpushed, part)]
    status, reply = await give(speaker, tablet, [*lines, b"{}", encode_part(part)[:-1], b"\xff"])
    assert status == 200
    unreadable = {"verdict": "rejected", "code": "unreadable_part"}
    differs = {"verdict": "rejected", "code": "not_committed"}
    assert reply["parts"] == [differs, differs, differs, {"verdict": "held"}, {"verdict": "kept"}, *[unreadable] * 3]
    assert await ask(speaker, tablet, [part, other_salt]) == [part]
    assert entry.hash


async def test_a_part_may_come_late_and_from_whoever_has_it(speaker: Speaker, world: World) -> None:
    """The tablet that wrote it is lost; the other one of the village, or the office, fills it."""
    writer, other = world.village("pp01").tablets
    _first, one = apply_for(world, writer, "pp01-m001", person(1))
    _second, two = apply_for(world, writer, "pp01-m002", person(2))
    await push_all(speaker)
    assert await verdicts(speaker, other, [one]) == ["kept"]
    assert await verdicts(speaker, world.office.tablets[0], [two]) == ["kept"]


async def test_five_hundred_parts_are_one_call_and_one_more_is_too_many(speaker: Speaker, world: World) -> None:
    tablet = world.village("pp01").tablets[0]
    parts = [apply_for(world, tablet, f"pp01-m{at:03d}", person(at))[1] for at in range(limits.PERSONAL_PARTS_MAX)]
    await push_all(speaker)
    assert set(await verdicts(speaker, tablet, parts)) == {"kept"}
    status, problem = await give(speaker, tablet, [encode_part(part) for part in [*parts, parts[0]]])
    assert (status, problem["code"], problem["detail"]) == (413, "batch_too_large", {"parts_max": 500})
    status, problem = await give(speaker, tablet, [b"x" * (limits.PUSH_BYTES_MAX + 1)])
    assert (status, problem["code"]) == (413, "batch_too_large")
    assert len(await ask(speaker, tablet, parts[:100])) == 100
    async with speaker.http.get(
        f"{speaker.network}/personal",
        params={"commitment": ",".join(to_base64url(part.commitment) for part in parts[:101])},
        headers=await speaker.session(tablet),
    ) as response:
        assert response.status == 413


@pytest.mark.parametrize("path", ["/personal?commitment=" + "A" * 43, "/personal/duplicates"])
async def test_nobody_reads_without_a_session(speaker: Speaker, path: str) -> None:
    status, problem = await speaker.get_json(f"/v1/networks/{speaker.world.network}{path}")
    assert (status, problem["code"]) == (401, "session_missing")
    async with speaker.http.post(f"{speaker.network}/personal", data=b"") as response:
        assert response.status == 401


async def test_a_stolen_tablet_reads_nothing_more(speaker: Speaker, world: World) -> None:
    """Whatever session it still has. What it gives is only what an entry commits to."""
    stolen, desk = world.village("pp01").tablets[0], world.office.tablets[0]
    _entry, part = apply_for(world, stolen, "pp01-m001", person(1))
    await push_all(speaker)
    await verdicts(speaker, stolen, [part])
    assert await ask(speaker, stolen, [part]) == [part]
    world.approve_by_office([world.record(desk, DeviceRevoked(device=stolen.name, reason="stolen"), village="pp01")])
    await push_all(speaker)
    status, problem = await speaker.get_json(
        f"/v1/networks/{world.network}/personal",
        params={"commitment": to_base64url(part.commitment)},
        headers=await speaker.session(stolen),
    )
    assert (status, problem["code"]) == (403, "device_revoked")
    assert await ask(speaker, world.village("pp01").tablets[1], [part]) == [part]


async def test_what_is_no_commitment_is_malformed(speaker: Speaker, world: World) -> None:
    headers = await speaker.session(world.village("pp01").tablets[0])
    for asked in ("", "A", "A" * 43 + ",", "ก"):
        status, problem = await speaker.get_json(
            f"/v1/networks/{world.network}/personal", params={"commitment": asked}, headers=headers
        )
        assert (status, problem["code"]) == (400, "request_malformed")
    async with speaker.http.post(f"{speaker.network}/personal", data=b"x", headers=headers) as response:
        assert response.status == 415


async def test_one_person_in_two_villages_is_found_by_the_office(speaker: Speaker, world: World) -> None:
    """By pseudonymous ids, whichever way the number was told; a number that was put right finds nobody."""
    one, two, desk = world.village("pp01").tablets[0], world.village("pp02").tablets[0], world.office.tablets[0]
    _a, first = apply_for(world, one, "pp01-m001", person(7))
    _b, second = apply_for(world, two, "pp02-m009", person(7))
    _c, third = apply_for(world, two, "pp02-m010", person(8))
    await push_all(speaker)
    await verdicts(speaker, one, [first])
    await verdicts(speaker, two, [second, third])
    status, told = await duplicates(speaker, desk)
    assert status == 200
    places = [{"village": "pp01", "member": "pp01-m001"}, {"village": "pp02", "member": "pp02-m009"}]
    (finding,) = await findings(speaker)
    assert told == {
        "duplicates": [{"code": "duplicate_person", "members": places, "finding": finding["name"]}],
        "unread": 0,
    }
    _d, corrected = apply_for(world, two, "pp02-m009", person(9))
    await push_all(speaker)
    await verdicts(speaker, two, [corrected])
    assert (await duplicates(speaker, desk))[1]["duplicates"] == []


class TestDuplicatePerson:
    async def test_it_stands_among_the_findings_with_ids_alone(self, speaker: Speaker, world: World) -> None:
        """As soon as both parts have come. It says that no fold of the log finds it, and none does."""
        first, second = await two_of_one_number(speaker, world)
        (told,) = await findings(speaker)
        assert told["fields"] == {"names": "pp01/pp01-m001 · pp02/pp02-m009", "times": 2}
        assert (told["severity"], told["owner"], told["basis"]) == ("high", "network", "personal_parts")
        places = [(body.device, body.sequence) for body in (body_of(first), body_of(second))]
        assert [(one["device"], one["sequence"]) for one in told["entries"]] == places
        for secret in (number_of(7), "สมมุติ"):
            assert secret not in repr(told)
        assert [one.code for one in rules.findings(world.fold(), DAY)] == []
        assert await findings(speaker, "?village=office&severity=high&on=2020-06-04") == [told]
        assert await findings(speaker, "?village=pp01") == await findings(speaker, "?severity=low") == []

    async def test_officers_resolve_it_until_the_number_is_told_again(self, speaker: Speaker, world: World) -> None:
        """The office signs that the cards were looked at. When one of the two is told anew, it stands again."""
        await two_of_one_number(speaker, world)
        (told,) = await findings(speaker)
        desk = world.office.tablets[0]
        resolved = FindingResolved(code=told["code"], finding=told["name"], text="twins; both cards were seen")
        entry = world.record(desk, resolved, village="office")
        await push_all(speaker)
        assert await findings(speaker) == [told], "nobody has signed yet"
        world.approve_by_office([entry])
        await push_all(speaker)
        assert await findings(speaker) == []
        tablet = world.village("pp02").tablets[0]
        _again, part = apply_for(world, tablet, "pp02-m009", person(7))
        await push_all(speaker)
        await verdicts(speaker, tablet, [part])
        (anew,) = await findings(speaker)
        assert anew["name"] != told["name"]
        assert anew["name"].split("-")[0] == told["name"].split("-")[0]

    async def test_it_goes_with_the_erasure_of_one_of_them(self, speaker: Speaker, world: World) -> None:
        first, _second = await two_of_one_number(speaker, world)
        assert await findings(speaker)
        approve_erasure(world, erase(world, "pp01", "pp01-m001", [first]))
        await push_all(speaker)
        assert await findings(speaker) == []

    async def test_it_goes_when_two_records_of_one_village_are_merged(self, speaker: Speaker, world: World) -> None:
        """Even of somebody who is in the welfare fund by both."""
        tablet = world.village("pp01").tablets[0]
        parts = [apply_for(world, tablet, name, person(7))[1] for name in ("pp01-m001", "pp01-m002")]
        world.admit(tablet, ["pp01-m001", "pp01-m002"])
        resolution = world.resolve(tablet)
        enrolled = [
            world.record(tablet, WelfareEnrolled(member=name, joined=DAY, resolution=resolution))
            for name in ("pp01-m001", "pp01-m002")
        ]
        world.approve(tablet, enrolled, ("president", "secretary"))
        await push_all(speaker)
        await verdicts(speaker, tablet, parts)
        (told,) = await findings(speaker)
        assert told["fields"]["names"] == "pp01/pp01-m001 · pp01/pp01-m002"
        merged = MemberDuplicateMerged(survivor="pp01-m001", duplicate="pp01-m002", basis="one card")
        world.approve_by_office([world.record(tablet, merged)])
        await push_all(speaker)
        assert await findings(speaker) == []

    async def test_two_who_ask_at_once_after_a_new_secret_are_both_answered(
        self, speaker: Speaker, world: World, pool: Pool
    ) -> None:
        """Both hash the parts anew, and neither stumbles over the other."""
        await two_of_one_number(speaker, world)
        async with serving(pool, secret=bytes(32)) as server, speaking(str(server.make_url("/")), world) as other:
            answers = await asyncio.gather(*(findings(other) for _at in range(4)))
        assert [len(one) for one in answers] == [1, 1, 1, 1]


async def test_a_stolen_tablet_makes_nobody_a_duplicate(speaker: Speaker, world: World) -> None:
    """What it records after its revocation is in the log, without effect."""
    one, stolen, desk = world.village("pp01").tablets[0], world.village("pp02").tablets[0], world.office.tablets[0]
    _a, first = apply_for(world, one, "pp01-m001", person(7))
    world.approve_by_office([world.record(desk, DeviceRevoked(device=stolen.name, reason="stolen"), village="pp02")])
    await push_all(speaker)
    _b, false = apply_for(world, stolen, "pp02-m009", person(7))
    await push_all(speaker)
    assert await verdicts(speaker, one, [first]) == ["kept"]
    assert await verdicts(speaker, stolen, [false]) == ["kept"]
    assert (await duplicates(speaker, desk))[1]["duplicates"] == []


async def test_another_secret_hashes_anew(speaker: Speaker, world: World, pool: Pool) -> None:
    """It was lost, or it leaked: the parts are still there, and the first question is answered with the new one."""
    one, two, desk = world.village("pp01").tablets[0], world.village("pp02").tablets[0], world.office.tablets[0]
    _a, first = apply_for(world, one, "pp01-m001", person(7))
    _b, second = apply_for(world, two, "pp02-m009", person(7))
    await push_all(speaker)
    await verdicts(speaker, one, [first])
    await verdicts(speaker, two, [second])
    async with serving(pool, secret=bytes(32)) as server, speaking(str(server.make_url("/")), world) as other:
        for _time in range(2):
            told = (await duplicates(other, desk))[1]
            assert (len(told["duplicates"]), told["unread"]) == (1, 0)


async def test_who_has_left_a_village_is_there_no_more(speaker: Speaker, world: World) -> None:
    one, two, desk = world.village("pp01").tablets[0], world.village("pp02").tablets[0], world.office.tablets[0]
    _a, first = apply_for(world, one, "pp01-m001", person(7))
    _b, second = apply_for(world, two, "pp02-m009", person(7))
    world.admit(one, ["pp01-m001"])
    left = world.record(one, MemberExitSettled(member="pp01-m001"))
    await push_all(speaker)
    await verdicts(speaker, one, [first])
    await verdicts(speaker, two, [second])
    assert len((await duplicates(speaker, desk))[1]["duplicates"]) == 1
    world.approve(one, [left], ("president", "secretary", "treasurer"))
    await push_all(speaker)
    assert (await duplicates(speaker, desk))[1]["duplicates"] == []


class TestErasure:
    async def test_it_is_done_when_it_counts_and_not_before(self, speaker: Speaker, world: World, pool: Pool) -> None:
        """A4 alone is not enough: the auditor's approval completes it. Data, salt and keyed hash are gone."""
        tablet, desk = world.village("pp01").tablets[0], world.office.tablets[0]
        entry, part = apply_for(world, tablet, "pp01-m001", person(1))
        _other, stays = apply_for(world, tablet, "pp01-m002", person(2))
        await push_all(speaker)
        await verdicts(speaker, tablet, [part, stays])
        erasure = erase(world, "pp01", "pp01-m001", [entry])
        world.approve_by_office([erasure])
        await push_all(speaker)
        assert await ask(speaker, tablet, [part]) == [part]
        world.approve(desk, [erasure], ("auditor",))
        await push_all(speaker)
        assert await ask(speaker, tablet, [part, stays]) == [stays]
        assert await rows(pool) == {"personal": 1, "person_hash": 1, "personal_tombstone": 1}
        assert await verdicts(speaker, tablet, [part, stays]) == ["erased", "duplicate"]

    async def test_approvals_may_come_before_it(self, speaker: Speaker, world: World) -> None:
        """The erasure then counts as it comes, and is done as it comes."""
        tablet, (desk, second) = world.village("pp01").tablets[0], world.office.tablets
        entry, part = apply_for(world, tablet, "pp01-m001", person(1))
        await push_all(speaker)
        await verdicts(speaker, tablet, [part])
        erasure = erase(world, "pp01", "pp01-m001", [entry])
        world.approve(second, [erasure], ("vice_president", "treasurer"))
        world.approve(second, [erasure], ("president", "auditor"), keys_on=desk)
        await speaker.push(second, second.log)
        assert await ask(speaker, tablet, [part]) == [part]
        await push_all(speaker)
        assert await ask(speaker, tablet, [part]) == []

    async def test_asked_for_twice_it_is_harmless(self, speaker: Speaker, world: World, pool: Pool) -> None:
        tablet = world.village("pp01").tablets[0]
        entry, part = apply_for(world, tablet, "pp01-m001", person(1))
        for _time in range(2):
            approve_erasure(world, erase(world, "pp01", "pp01-m001", [entry]))
        await push_all(speaker)
        assert await verdicts(speaker, tablet, [part]) == ["erased"]
        assert (await rows(pool))["personal_tombstone"] == 1

    async def test_another_entry_cannot_bring_it_back(self, speaker: Speaker, world: World) -> None:
        """Somebody kept a copy and names the same commitment again."""
        tablet = world.village("pp01").tablets[0]
        entry, part = apply_for(world, tablet, "pp01-m001", person(1))
        approve_erasure(world, erase(world, "pp01", "pp01-m001", [entry]))
        again = world.record(tablet, world_event(entry), personal=part.commitment)
        await push_all(speaker)
        assert await verdicts(speaker, tablet, [msgspec.structs.replace(part, entry=ref_to(again))]) == ["erased"]

    async def test_another_villages_parts_are_none_of_its_business(self, speaker: Speaker, world: World) -> None:
        tablet = world.village("pp02").tablets[0]
        entry, part = apply_for(world, tablet, "pp02-m001", person(1))
        await push_all(speaker)
        await verdicts(speaker, tablet, [part])
        approve_erasure(world, erase(world, "pp01", "pp02-m001", [entry]))
        await push_all(speaker)
        assert await ask(speaker, tablet, [part]) == [part]

    async def test_a_village_erases_nothing_by_itself(self, speaker: Speaker, world: World) -> None:
        """Not authorised: one tablet must not make evidence vanish."""
        tablet = world.village("pp01").tablets[0]
        entry, part = apply_for(world, tablet, "pp01-m001", person(1))
        await push_all(speaker)
        await verdicts(speaker, tablet, [part])
        erased = erase_event(world, tablet, entry)
        world.approve_by_office([erased])
        world.approve(world.office.tablets[0], [erased], ("auditor",))
        await push_all(speaker)
        assert await ask(speaker, tablet, [part]) == [part]

    async def test_a_restored_server_erases_again(self, pool: Pool, database: Database, world: World) -> None:
        """Somebody puts back the parts of an old backup, from before their tombstones. The next start erases them."""
        await admit(database.server_url, world)
        tablet = world.village("pp01").tablets[0]
        entry, part = apply_for(world, tablet, "pp01-m001", person(1))
        async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
            await push_all(speaker)
            await verdicts(speaker, tablet, [part])
            await as_owner(
                database,
                "CREATE TABLE old_parts AS TABLE sajja.personal",
                "CREATE TABLE old_hashes AS TABLE sajja.person_hash",
            )
            approve_erasure(world, erase(world, "pp01", "pp01-m001", [entry]))
            await push_all(speaker)
            assert await ask(speaker, tablet, [part]) == []
        await as_owner(
            database,
            "INSERT INTO sajja.personal TABLE old_parts",
            "INSERT INTO sajja.person_hash TABLE old_hashes",
            "DELETE FROM sajja.personal_tombstone",
        )
        assert await rows(pool) == {"personal": 1, "person_hash": 1, "personal_tombstone": 0}
        async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
            await push_all(speaker)
            assert await ask(speaker, tablet, [part]) == []
            assert await verdicts(speaker, tablet, [part]) == ["erased"]
        assert await rows(pool) == {"personal": 0, "person_hash": 0, "personal_tombstone": 1}

    async def test_books_that_are_folded_anew_know_every_erasure(
        self, pool: Pool, database: Database, world: World
    ) -> None:
        """Whatever is derived is dropped, parts are put back: the log alone tells what was erased."""
        await admit(database.server_url, world)
        tablet = world.village("pp01").tablets[0]
        entry, part = apply_for(world, tablet, "pp01-m001", person(1))
        async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
            await push_all(speaker)
            approve_erasure(world, erase(world, "pp01", "pp01-m001", [entry]))
            await push_all(speaker)
        await as_owner(database, "UPDATE projection.build SET version = 0", "DELETE FROM sajja.personal_tombstone")
        async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
            await push_all(speaker)
            assert await verdicts(speaker, tablet, [part]) == ["erased"]

    async def test_the_server_cannot_take_a_tombstone_away(self, pool: Pool) -> None:
        """Nor change a part: the role has no such privilege."""
        async with pool.acquire() as connection:
            for statement in ("DELETE FROM sajja.personal_tombstone", "UPDATE sajja.personal SET data = salt"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)

    async def test_it_changes_no_balance_and_no_hash(self, world: World) -> None:
        """The golden rule of section 11: the state is the same, but for what the erasure itself waits for."""
        tablet = world.village("pp01").tablets[0]
        entry, _part = apply_for(world, tablet, "pp01-m001", person(1))
        world.admit(tablet, ["pp01-m001"])
        world.record(tablet, ShareDeposited(member="pp01-m001", amount_satang=10_000, box="b"))
        before = world.fold()
        hashes = [one.hash for one in world.entries]
        approve_erasure(world, erase(world, "pp01", "pp01-m001", [entry]))
        after = world.fold()
        assert [one.hash for one in world.entries[: len(hashes)]] == hashes
        assert money_of(after) == money_of(before)
        assert after.quarantined == before.quarantined == {}


class TestNothingIsTold:
    async def test_no_log_line_holds_anything_of_a_part(self, speaker: Speaker, world: World) -> None:
        """Neither the good way nor a bad line, whatever is in it."""
        structlog.reset_defaults()
        tablet = world.village("pp01").tablets[0]
        entry, part = apply_for(world, tablet, "pp01-m001", person(1))
        await push_all(speaker)
        line = encode_part(part)
        with capture_logs() as logs:
            await give(speaker, tablet, [line, line[:-3], line.replace(b"entry", b"antry")])
            await ask(speaker, tablet, [part])
            approve_erasure(world, erase(world, "pp01", "pp01-m001", [entry]))
            await push_all(speaker)
            await duplicates(speaker, world.office.tablets[0])
            await findings(speaker)
        assert {"request_answered", "personal_erased"} <= {one["event"] for one in logs}
        told = repr(logs)
        for secret in (number_of(1), "สมมุติ", "0000000000", to_base64url(part.salt), part.salt.hex(),
                       to_base64url(part.data), part.data.hex(), to_base64url(part.commitment)):  # fmt: skip
            assert secret not in told

    async def test_what_is_sent_to_the_wrong_address_is_not_kept_as_proof(
        self, speaker: Speaker, world: World, pool: Pool
    ) -> None:
        """A sample of rejected lines is kept for whoever asks what happened; a person's data is not."""
        tablet = world.village("pp01").tablets[0]
        _entry, part = apply_for(world, tablet, "pp01-m001", person(1))
        line = encode_part(part)
        reply = await speaker.push_lines(tablet, [line, line[: len(line) // 2], b"nonsense"])
        assert [verdict.code for verdict in reply.verdicts] == ["unreadable_line"] * 3
        async with pool.acquire() as connection:
            kept = await connection.fetch("SELECT line FROM sajja.evidence ORDER BY id")
        assert [row["line"] for row in kept] == [b"", b"", b"nonsense"]

    async def test_no_answer_repeats_what_was_sent(self, speaker: Speaker, world: World) -> None:
        tablet = world.village("pp01").tablets[0]
        _entry, part = apply_for(world, tablet, "pp01-m001", Person(first_name="สมมุติ"))
        _status, reply = await give(speaker, tablet, [encode_part(part), part.data, b"\xff" + part.data])
        assert "สมมุติ" not in repr(reply)
        assert to_base64url(part.data) not in repr(reply)


def body_of(entry: Any) -> Body:
    body = read_body(entry.body)
    assert isinstance(body, Body)
    return body


def world_event(entry: Any) -> Any:
    return body_of(entry).event


def erase_event(world: World, tablet: Tablet, entry: Any) -> Any:
    return world.record(tablet, PersonalDataErased(member="pp01-m001", entries=(ref_to(entry),)))


def money_of(books: Books) -> Any:
    return ({key: amount for key, amount in books.balances.items() if amount}, books.registers.rows, books.transit)


async def rows(pool: Pool) -> dict[str, int]:
    tables = ("personal", "person_hash", "personal_tombstone")
    async with pool.acquire() as connection:
        return {table: await connection.fetchval(f"SELECT count(*) FROM sajja.{table}") for table in tables}


async def as_owner(database: Database, *statements: str) -> None:
    connection = await asyncpg.connect(database.owner_url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
