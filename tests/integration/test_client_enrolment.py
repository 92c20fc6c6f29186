"""From two empty folders to a tablet whose entries count: founding, enrolment and appointment, folded and pushed."""

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
import pytest

from sajja_client import books
from sajja_client.enrol import EnrolmentRequest, ask, check_code, read_request
from sajja_client.home import Home
from sajja_client.keys import derive_key
from sajja_client.log import Log
from sajja_client.office import (
    FOUNDING_FILE,
    FOUNDING_ROLES,
    Desk,
    Moment,
    Officer,
    appoint,
    enrol,
    establish,
    pin_for,
    read_pin,
)
from sajja_client.problems import CodeDiffers, DemonstrationKeyRefused, HomeInUse, RequestRefused
from sajja_client.sync import Sync
from sajja_schemas.chain import read_line
from sajja_schemas.entry import to_base64url
from sajja_schemas.events.base import Assembly
from sajja_schemas.events.network import VillageBankEstablished
from sajja_schemas.events.savings import ShareWithdrawn
from sajja_schemas.verdicts import Effect
from support.homes import write
from support.server_double import ServerDouble

DAY = date(2020, 6, 1)
MOMENT = Moment(by="office-o3", day=DAY, recorded_at=1_590_969_600_000)
ASSEMBLY = Assembly(attended=60, entitled=100, minutes=to_base64url(hashlib.sha256(b"minutes").digest()))
PERSONS = [Officer(f"office-o{at}", role) for at, role in enumerate(FOUNDING_ROLES, start=1)]
OFFICERS = [Officer("pp01-o1", "president"), Officer("pp01-o3", "secretary"), Officer("pp01-o4", "treasurer")]


def found(path: Path, *, demonstration: bool = False, officers: Sequence[Officer] = PERSONS) -> Desk:
    log = establish(
        Home(path / "office1"),
        Home(path / "office2"),
        network="testnet",
        name="เครือข่ายทดสอบ",
        server_url="http://127.0.0.1:1",
        officers=officers,
        assembly=ASSEMBLY,
        demonstration=demonstration,
        moment=MOMENT,
    )
    return Desk(log, Home(path / "office2"), MOMENT)


def tablet(path: Path, desk: Desk) -> Home:
    home = Home(path / "tablet")
    home.write_pin(pin_for(read_pin(desk.log.home.pin_path), "pp01"))
    home.create_keys([officer.person for officer in OFFICERS])
    return home


async def test_a_network_is_founded_and_a_village_joins(tmp_path: Path) -> None:
    """Every act has its approvals at once, and what the village pays out then counts as approved."""
    desk = found(tmp_path)
    home = tablet(tmp_path, desk)
    request = ask(home, label="แท็บเล็ต 1")
    carried = read_request(home.request_path)
    assert carried == request
    check_code(carried, request.code.lower().replace("-", " "))
    enrol(desk, carried, bank=VillageBankEstablished(moo=1, founded=DAY))
    appoint(desk, "pp01", OFFICERS, assembly=ASSEMBLY, term_from=DAY)
    desk.log.verify()
    office = books.fold(desk.log.home)
    assert not office.quarantined
    assert not office.trust.awaiting
    assert set(office.trust.villages) == {"pp01"}
    assert len(office.trust.devices) == 3

    founding = read_line((desk.log.home.path / FOUNDING_FILE).read_bytes().rstrip(), "testnet")
    async with ServerDouble("testnet", desk.log.pin.fingerprint) as server:
        server.admit([founding])
        async with Sync(desk.log, server_url=server.url) as sync:
            report = await sync.run()
            assert (report.duplicate, report.waiting) == (0, 0)
        with Log.open(home) as log:
            paid = write(log, ShareWithdrawn(member="pp01-m001", amount_satang=100, box="pp01-o4"))
            log.approve([paid], [officer.person for officer in OFFICERS], by="pp01-o3", day=DAY, recorded_at=1)
            async with Sync(log, server_url=server.url) as sync:
                assert (await sync.run()).merged == 2
        village = books.fold(home)
        assert not village.quarantined
        assert not village.trust.awaiting
    desk.log.close()


def test_no_officer_decides_for_the_own_village(tmp_path: Path) -> None:
    """Two of five network officers are of the village, and three are enough; three of five are, and two are not."""
    for at_home, effect in ((2, Effect.COUNTED), (3, Effect.AWAITING_APPROVAL)):
        path = tmp_path / str(at_home)
        homes = ["pp01"] * at_home + [f"pp0{at}" for at in range(2, 7 - at_home)]
        officers = [msgspec.structs.replace(one, home=home) for one, home in zip(PERSONS, homes, strict=True)]
        desk = found(path, officers=officers)
        with desk.log:
            entries = enrol(desk, ask(tablet(path, desk), label="tablet"), bank=None)
            assert books.effect_of(books.fold(desk.log.home), to_base64url(entries[0].hash)) is effect


async def test_no_officer_approves_what_is_paid_to_the_own_membership(tmp_path: Path) -> None:
    """The treasurer takes out own savings: without that signature, no treasurer has agreed."""
    desk = found(tmp_path)
    home = tablet(tmp_path, desk)
    officers = [*OFFICERS[:2], msgspec.structs.replace(OFFICERS[2], member="pp01-m004")]
    enrol(desk, ask(home, label="tablet"), bank=VillageBankEstablished(moo=1, founded=DAY))
    appoint(desk, "pp01", officers, assembly=ASSEMBLY, term_from=DAY)
    async with ServerDouble("testnet", desk.log.pin.fingerprint) as server:
        server.admit(desk.log.entries())
        with desk.log, Log.open(home) as log:
            paid = [
                write(log, ShareWithdrawn(member=member, amount_satang=100, box="pp01-o4"))
                for member in ("pp01-m004", "pp01-m005")
            ]
            log.approve(paid, [officer.person for officer in officers], by="pp01-o3", day=DAY, recorded_at=1)
            async with Sync(log, server_url=server.url) as sync:
                await sync.run()
    assert list(books.fold(home).trust.awaiting) == [to_base64url(paid[0].hash)]


def test_the_network_elects_officers_too(tmp_path: Path) -> None:
    """An appointment to the office, with the officer's own village and membership."""
    desk = found(tmp_path)
    with desk.log:
        appoint(
            desk, "office", [Officer("office-o6", "committee", "pp02", "pp02-m001")], assembly=ASSEMBLY, term_from=DAY
        )
        trust = books.fold(desk.log.home).trust
    assert trust.roles["office"]["office-o6"] == {"committee"}
    assert trust.homes["office-o6"] == {"pp02"}
    assert trust.memberships["office-o6"] == {"pp02-m001"}
    assert not trust.awaiting


def test_a_home_is_founded_once(tmp_path: Path) -> None:
    """A second founding would be another network in the same folder."""
    found(tmp_path).log.close()
    with pytest.raises(HomeInUse):
        found(tmp_path)


def test_a_tablet_belongs_to_one_village(tmp_path: Path) -> None:
    """Its log is of one network for ever; only the server's address may change."""
    with found(tmp_path).log as log:
        home = Home(tmp_path / "tablet")
        home.write_pin(pin_for(log.pin, "pp01"))
        home.write_pin(msgspec.structs.replace(pin_for(log.pin, "pp01"), server_url="http://elsewhere"))
        with pytest.raises(HomeInUse):
            home.write_pin(pin_for(log.pin, "pp02"))


@pytest.mark.parametrize("field", ["village", "network", "fingerprint", "key", "proof", "derived", "officer"])
def test_a_request_that_was_changed_on_the_way_is_refused(tmp_path: Path, field: str) -> None:
    """Each key has signed what it asks for."""
    desk = found(tmp_path)
    desk.log.close()
    home = tablet(tmp_path, desk)
    request = ask(home, label="tablet")
    other = to_base64url(derive_key("1", "other").public)
    changed: EnrolmentRequest = {
        "village": lambda: msgspec.structs.replace(request, village="pp02"),
        "network": lambda: msgspec.structs.replace(request, network="other"),
        "fingerprint": lambda: msgspec.structs.replace(request, fingerprint="A" * 43),
        "key": lambda: msgspec.structs.replace(request, key=other),
        "proof": lambda: msgspec.structs.replace(request, proof="A" * 86),
        "derived": lambda: msgspec.structs.replace(request, derived=True),
        "officer": lambda: msgspec.structs.replace(
            request, officers=[msgspec.structs.replace(request.officers[0], key=other)]
        ),
    }[field]()
    home.request_path.write_bytes(msgspec.json.encode(changed))
    with pytest.raises(RequestRefused):
        read_request(home.request_path)
    with pytest.raises(CodeDiffers):
        check_code(changed, request.code)


def test_a_request_for_another_network_is_refused(tmp_path: Path) -> None:
    """It is whole, and it is not ours."""
    ours, theirs = found(tmp_path / "ours"), found(tmp_path / "theirs")
    request = ask(tablet(tmp_path, theirs), label="tablet")
    with ours.log, theirs.log, pytest.raises(RequestRefused):
        enrol(ours, request, bank=None)


def test_keys_from_a_seed_found_nothing_real(tmp_path: Path) -> None:
    """In a demonstration they are welcome, and the founding entry says what they are."""
    for demonstration in (True, False):
        path = tmp_path / str(demonstration)
        for name in ("office1", "office2"):
            home = Home(path / name)
            keys = {who: derive_key("1", name, who) for who in ["device", *(officer.person for officer in PERSONS)]}
            home.create_keys([officer.person for officer in PERSONS], derived=keys)
        if demonstration:
            with found(path, demonstration=True).log as log:
                assert not books.fold(log.home).quarantined
        else:
            with pytest.raises(DemonstrationKeyRefused):
                found(path)
