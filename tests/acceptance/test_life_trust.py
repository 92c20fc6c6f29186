"""Stolen keys, tablets that began too early, wrong clocks, copied tablets: told with real homes and a real server."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from sajja_client.books import fold
from sajja_client.enrol import ask
from sajja_client.home import Home
from sajja_client.log import Log, ref_to
from sajja_client.office import FOUNDING_ROLES, enrol, pin_for
from sajja_client.sync import Sync, SyncReport
from sajja_client.sync.server import ServerProblem
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.rules import findings
from support.commands import answer, run
from support.life import Life, Tablet, Whole
from support.posting_table import event

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

BANK: Final = "bank:v01"
BOX: Final = "v01-o4"
MEMBER: Final = "v01-m001"
TODAY: Final = date(2020, 6, 5)
CLOCKS: Final = {1970: 0, 2099: 4_070_908_800_000, 2020: 1_591_315_200_000}


@pytest.fixture
def life(found: Callable[[str], Life], request: pytest.FixtureRequest) -> Life:
    told = found(f"t{abs(hash(request.node.name)) % 10**8}")
    told.admit("v01", {MEMBER: date(2015, 1, 5)})
    told.turn_to(TODAY)
    told.sync()
    return told


def deposit(life: Life, tablet: Tablet, satang: int) -> SignedEntry:
    return life.say(tablet, "share_deposited", member=MEMBER, amount_satang=satang, box=BOX)


def saved(whole: Whole) -> int:
    return -whole.books.balances.get((BANK, 3110, MEMBER), 0)


def office(life: Life, *words: str | Path) -> Any:
    """A command of the office, as a person types it, on the office's own two devices."""
    life.desk.log.close()
    both = () if words[0] == "decisions" else ("--second", life.vault.path, "--yes")
    done = run("office", *words, *both, "--json", home=life.desk.home.path)
    life.desk.log = Log.open(life.desk.home)
    return answer(done)


def begins(entry: SignedEntry) -> str:
    return to_base64url(entry.hash)[:12]


def test_stolen_key(life: Life) -> None:
    """A thief with a tablet and its officers' keys moves what the village can see, and nothing once it is revoked."""
    kept, stolen = life.tablets["v01"]
    deposit(life, kept, 100)
    last_own = deposit(life, stolen, 200)
    late = deposit(life, kept, 400)
    life.sync()
    forged = deposit(life, stolen, 50_000)
    life.sync(stolen)
    life.say(
        kept, "device_lost_reported", device=stolen.log.device, last_trusted_sequence=last_own.sequence, reason="สูญหาย"
    )
    life.sync(kept)
    foreign = stolen.log.append(
        event("expense_paid", ledger="bank:v02", account=5120, amount_satang=9, channel="cash", box="v02-o4"),
        by="v01-o5", day=life.today, recorded_at=0,
    )  # fmt: skip
    life.sync(stolen)
    office(life, "revoke", "v01/tablet b", "--reason", "ถูกขโมย", "--last-trusted", str(last_own.sequence))
    life.sync(life.desk)
    after = [deposit(life, stolen, 70_000), deposit(life, stolen, 800)]
    withdrawn = life.say(stolen, "share_withdrawn", member=MEMBER, amount_satang=60_000, box=BOX)
    life.sign()
    with pytest.raises(ServerProblem):
        life.sync(stolen)
    whole = life.gather(lost=[stolen])
    assert [whole.effect(one) for one in (forged, foreign, *after, withdrawn)] == [
        "counted", "not_authorised", "revoked", "revoked", "revoked",
    ]  # fmt: skip
    named = {one.code: one for one in findings(whole.books, TODAY)}
    assert (stolen.log.device, forged.sequence) in named["AFTER_LAST_TRUSTED"].entries
    assert len(named["STOPPED_AFTER_REVOCATION"].entries) == 4, "three entries, and one list of approvals by lost keys"
    life.say(kept, "entry_reversed", entry=ref_to(forged), reason="other")  # singly, by the village itself
    office(life, "decisions")
    office(life, "release", begins(after[1]), "--reason", "ใบเสร็จตรง")  # the thief was honest once: the paper shows it
    office(life, "refuse", begins(after[0]), begins(withdrawn), "--reason", "ไม่มีใบเสร็จ")
    whole = life.gather(lost=[stolen])
    assert saved(whole) == 100 + 200 + 400 + 800
    assert whole.effect(late) == "counted"
    assert [whole.effect(one) for one in after] == ["refused", "counted"]


def test_enrolled_after_its_entries(life: Life) -> None:
    """A tablet records from the first day; what it recorded comes in when the office gets round to enrolling it."""
    home = Home(life.path / "v01-c")
    home.write_pin(pin_for(life.desk.log.pin, "v01"))
    home.create_keys([f"v01-o{at}" for at, _role in enumerate(FOUNDING_ROLES, start=1)])
    early = Tablet("v01", home, Log.open(home))
    recorded = [deposit(life, early, satang) for satang in (100, 200)]
    spent = life.say(early, "expense_paid", ledger=BANK, account=5120, amount_satang=7, channel="cash", box=BOX)
    life.sign()
    report = _try_once(life, early)
    assert (report.enrolled, report.held) == (False, 4)
    assert fold(home).balances[BANK, 1110, BOX] == 293, "the tablet believes in itself"
    enrol(life._desk(), ask(home, label="tablet c"), bank=None)
    life.tablets["v01"].append(early)
    whole = life.gather()
    assert [whole.effect(one) for one in (*recorded, spent)] == ["counted"] * 3
    assert saved(whole) == 300
    assert to_base64url(spent.hash) not in whole.books.trust.awaiting, "its approvals came before their keys did"


def test_clock_to_2099_and_back(life: Life) -> None:
    """A tablet's clock jumps to 2099, to 1970 and home again; nothing is lost, and nothing is decided by it."""
    tablet = life.tablets["v01"][0]
    recorded = []
    for at, clock in enumerate((CLOCKS[2020], CLOCKS[2099], CLOCKS[1970], CLOCKS[2020] - 1)):
        said = event("share_deposited", member=MEMBER, amount_satang=100 << at, box=BOX)
        recorded.append(tablet.log.append(said, by="v01-o5", day=TODAY, recorded_at=clock))
        life.sync(tablet)
    whole = life.gather()
    assert {whole.effect(entry) for entry in recorded} == {"counted"}
    assert saved(whole) == 1_500
    assert whole.totals["last_business_date"] == TODAY.isoformat()


def test_forked_tablet(life: Life) -> None:
    """A tablet is copied, and both record: both histories are kept and shown, and people decide line by line."""
    kept, tablet = life.tablets["v01"]
    life.sync()
    tablet.log.close()
    copied = Home(life.path / "v01-copy")
    shutil.copytree(tablet.home.path, copied.path)
    tablet.log = Log.open(tablet.home)
    wrong, right = deposit(life, tablet, 100), deposit(life, tablet, 200)
    life.sync(tablet)
    twin = Tablet("v01", copied, Log.open(copied))
    true, false = deposit(life, twin, 1_000), deposit(life, twin, 5_000)
    (report,) = life.sync(twin)
    assert report.forks, "the copy is told at once"
    life.sync(kept)
    disputed = fold(kept.home).trust.forks[tablet.log.device]
    assert disputed.lines[BANK, 3110, MEMBER] == -6_000
    whole = _read(life)
    assert saved(whole) == 300
    assert [whole.effect(one) for one in (wrong, right, true, false)] == ["counted", "counted", "forked", "forked"]
    (fork,) = office(life, "decisions")["forks"]
    assert (fork["disputed_satang"], fork["label"]) == (6_000, "tablet b")
    assert [one["hash"][:12] for one in fork["first"]] == [begins(wrong), begins(right)]
    assert [one["hash"][:12] for one in fork["second"]] == [begins(true), begins(false)]
    office(
        life, "resolve-fork", "v01/tablet b", "--release", begins(true), "--reverse", begins(wrong),
        "--reason", "เทียบใบเสร็จแล้ว",
    )  # fmt: skip
    life.sync(life.desk)
    life.sync(kept)
    whole = _read(life)
    assert saved(whole) == 200 + 1_000
    assert whole.books.trust.forks == {}
    assert fold(kept.home).balances[BANK, 3110, MEMBER] == -1_200
    assert whole.books.trust.devices[tablet.log.device].revoked, "the tablet has ended"
    for ended in (twin, tablet):
        ended.log.close()


def test_what_would_do_nothing_is_refused_at_the_desk(life: Life) -> None:
    counted = deposit(life, life.tablets["v01"][0], 100)
    life.sync()
    office(life, "decisions")
    end = life.desk.log.head()
    life.desk.log.close()
    for words, code, exit_code in (
        (("release", begins(counted)), "nothing_to_decide", 4),
        (("refuse", begins(counted)), "nothing_to_decide", 4),
        (("release", "-nothing-of-it"), "not_found_here", 2),
        (("revoke", "v09/tablet"), "not_found_here", 2),
    ):
        done = run("office", *words, "--second", life.vault.path, "--yes", "--reason", "x", home=life.desk.home.path)
        assert (done.returncode, code in done.stderr) == (exit_code, True), done.stderr
    asked = run(
        "office", "revoke", "v01/tablet b", "--second", life.vault.path, "--reason", "x", home=life.desk.home.path
    )
    assert asked.returncode == 1, "nobody said yes"
    assert "v01-o4" in asked.stderr, "whose keys go is said before anybody says yes"
    life.desk.log = Log.open(life.desk.home)
    assert life.desk.log.head() == end, "nothing was signed"


def _try_once(life: Life, tablet: Tablet) -> SyncReport:
    async def once() -> SyncReport:
        async with Sync(tablet.log, server_url=life.served.url, attempts=3) as sync:
            return await sync.run()

    return asyncio.run(once())


def _read(life: Life) -> Whole:
    """What the server knows; the copy is nobody of the village's, so `gather` knows nothing of it."""
    return asyncio.run(life._read())
