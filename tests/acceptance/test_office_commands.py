"""What the office decides about tablets, terms and bylaws, typed as its people type it, on its own two devices."""

import asyncio
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from aiohttp import ClientSession

from sajja_client.log import Log
from sajja_client.sync.server import ServerProblem
from sajja_schemas.bylaws.history import in_force
from sajja_schemas.entry import SignedEntry, encode_line
from sajja_schemas.wire import MEDIA_NDJSON, PushReply
from support.commands import answer, run
from support.life import Life, Tablet
from support.serving import session_headers

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

BOX: Final = "v01-o4"
MEMBER: Final = "v01-m001"
TODAY: Final = date(2020, 6, 5)
DAY: Final = "05/06/2563"


@pytest.fixture
def life(found: Callable[[str], Life], request: pytest.FixtureRequest) -> Life:
    told = found(f"o{abs(hash(request.node.name)) % 10**8}")
    told.admit("v01", {MEMBER: date(2015, 1, 5)})
    told.turn_to(TODAY)
    told.sync()
    return told


@pytest.fixture
def met(life: Life) -> tuple[str | Path, ...]:
    """The general meeting that decided, as a command is told of it."""
    minutes = life.path / "minutes.pdf"
    minutes.write_bytes(b"minutes")
    return "--attended", "80", "--entitled", "100", "--minutes", minutes


def deposit(life: Life, tablet: Tablet, satang: int) -> SignedEntry:
    return life.say(tablet, "share_deposited", member=MEMBER, amount_satang=satang, box=BOX)


def office(life: Life, *words: str | Path) -> Any:
    """A command that is done; the office tells the network."""
    life.sync(life.desk)
    done = _typed(life, *words, "--json")
    told = answer(done)
    life.sync(life.desk)
    return told


def refused(life: Life, *words: str | Path, code: int = 2) -> str:
    """A command that is refused, and has recorded nothing: what it says, in Thai first."""
    life.sync(life.desk)
    before = len(list(life.desk.log.entries()))
    done = _typed(life, *words)
    assert done.returncode == code, (done.stdout, done.stderr)
    assert len(list(life.desk.log.entries())) == before
    assert any("\u0e00" <= letter <= "\u0e7f" for letter in done.stderr.splitlines()[0]), "Thai first"
    return done.stderr


def _typed(life: Life, *words: str | Path) -> subprocess.CompletedProcess[str]:
    life.desk.log.close()
    try:
        return run("office", *words, "--second", life.vault.path, "--yes", "--day", DAY, home=life.desk.home.path)
    finally:
        life.desk.log = Log.open(life.desk.home)


def test_a_tablet_gives_way_to_another_and_ends(life: Life) -> None:
    old = life.tablets["v01"][1]
    kept = deposit(life, old, 100)
    life.sync(old)
    new = life.add_tablet("v01", "c")
    life.tablets["v01"].append(new)
    life.sync()
    office(life, "replace", "v01/tablet b", "v01/tablet c", "--reason", "จอแตก")
    after, own = deposit(life, old, 900), deposit(life, new, 200)
    with pytest.raises(ServerProblem, match="revoked"):
        life.sync(old)
    whole = life.gather(lost=[old])
    assert [whole.effect(one) for one in (kept, after, own)] == ["counted", "revoked", "counted"]
    assert whole.books.trust.devices[old.log.device].revoked


def test_a_tablet_does_not_give_way_to_another_village(life: Life) -> None:
    said = refused(life, "replace", "v01/tablet b", "v02/tablet a", "--reason", "จอแตก")
    assert "[option_wrong]" in said
    assert "another device of the same unit" in said


def test_who_has_left_a_role_approves_nothing_in_it_any_more(life: Life, met: tuple[str | Path, ...]) -> None:
    deposit(life, life.tablets["v01"][0], 1_000)  # what will be spent is in the box
    office(life, "end-term", "v01-o4=treasurer", "--village", "v01", *met)
    life.sync()
    spent = life.say(
        life.tablets["v01"][0],
        "expense_paid",
        ledger="bank:v01",
        account=5120,
        amount_satang=700,
        channel="cash",
        box=BOX,
    )
    whole = life.gather()
    assert "treasurer" not in whole.books.trust.roles["v01"].get("v01-o4", set())
    assert whole.effect(spent) == "counted", "cash has moved"
    assert "v01 CASH_NOT_APPROVED" in whole.findings()


def test_a_role_that_nobody_holds_does_not_end(life: Life, met: tuple[str | Path, ...]) -> None:
    said = refused(life, "end-term", "v01-o4=president", "--village", "v01", *met)
    assert "[option_wrong]" in said
    assert "a role that is held in v01" in said


def test_a_term_ends_by_a_general_meeting_or_not_at_all(life: Life) -> None:
    assert "the general meeting that decided" in refused(life, "end-term", "v01-o4=treasurer", "--village", "v01")


def test_bylaws_of_a_fund_are_adopted_and_in_force_from_their_day(life: Life, met: tuple[str | Path, ...]) -> None:
    present = life.rules("welfare")
    file = life.path / "welfare.json"
    file.write_bytes(msgspec.json.encode(present))
    words = ("adopt-bylaws", file, "--ledger", "welfare", "--effective-from", "01/07/2563", "--version", "2", *met)
    office(life, *words)
    whole = life.gather()
    days = (date(2020, 6, 30), date(2020, 7, 1))
    found = [in_force(whole.books.rulesets, "welfare", day) for day in days]
    assert [one.version for one in found if one is not None] == [1, 2]


def test_bylaws_that_cannot_be_read_are_adopted_by_nobody(life: Life, met: tuple[str | Path, ...]) -> None:
    file = life.path / "broken.json"
    file.write_text('{"welfare":')
    words = ("adopt-bylaws", file, "--ledger", "welfare", "--effective-from", "01/07/2563", "--version", "2", *met)
    assert "[bylaws_wrong]" in refused(life, *words)


def test_bylaws_of_a_day_before_their_meeting_are_refused_in_a_sentence(
    life: Life, met: tuple[str | Path, ...]
) -> None:
    file = life.path / "early.json"
    file.write_bytes(msgspec.json.encode(life.rules("welfare")))
    words = ("adopt-bylaws", file, "--ledger", "welfare", "--effective-from", "01/01/2563", "--version", "2", *met)
    said = refused(life, *words)
    assert "[bylaws_wrong]" in said
    assert "ระเบียบมีผลวันที่ 1 มกราคม 2563 ไม่ได้ เพราะก่อนวันประชุม" in said
    assert "Bylaws cannot be in force from 2020-01-01, before their meeting" in said


def test_a_log_goes_on_behind_lines_that_are_lost_for_ever(life: Life) -> None:
    """The tablet fell into the sea; its last line is on a neighbour's stick, the two before it are nowhere."""
    drowned = life.tablets["v01"][1]
    lost = [deposit(life, drowned, 100), deposit(life, drowned, 200)]
    last = deposit(life, drowned, 400)
    line = life.path / "line.ndjson"
    line.write_bytes(encode_line(drowned.log.key.public, last.signature, last.body) + b"\n")
    assert asyncio.run(_push(life, line.read_bytes())) == ["held"]
    office(life, "declare-gap", line, "--reason", "แท็บเล็ตตกน้ำ")
    assert asyncio.run(_push(life, line.read_bytes())) == ["merged"]
    whole = life.gather(lost=[drowned])
    stored = {entry.hash for entry in whole.entries}
    assert [one.hash in stored for one in (*lost, last)] == [False, False, True]
    assert whole.books.balances["bank:v01", 3110, MEMBER] == -400


def test_no_gap_is_declared_where_nothing_is_missing(life: Life) -> None:
    tablet = life.tablets["v01"][1]
    following = deposit(life, tablet, 100)
    line = life.path / "line.ndjson"
    line.write_bytes(encode_line(tablet.log.key.public, following.signature, following.body) + b"\n")
    assert "[nothing_to_decide]" in refused(life, "declare-gap", line, "--reason", "ไม่ขาด", code=4)


async def _push(life: Life, lines: bytes) -> list[str]:
    """Whoever has the stick brings it: the office's device, over HTTP."""
    network_url = f"{life.served.url}/v1/networks/{life.network}"
    log = life.desk.log
    async with ClientSession() as http:
        headers = await session_headers(http, network_url, log.device, log.key, log.pin.fingerprint)
        headers |= {"Content-Type": MEDIA_NDJSON}
        async with http.post(f"{network_url}/entries", data=lines, headers=headers) as response:
            data = await response.read()
            assert response.status == 200, data
            return [one.verdict for one in msgspec.json.decode(data, type=PushReply).verdicts]
