"""From two empty folders to a tablet whose entries count: founding, enrolment and appointment, folded and pushed."""

import hashlib
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
from sajja_schemas.events.trust import Role
from support.homes import write
from support.server_double import ServerDouble

DAY = date(2020, 6, 1)
MOMENT = Moment(by="office-o3", day=DAY, recorded_at=1_590_969_600_000)
ASSEMBLY = Assembly(attended=60, entitled=100, minutes=to_base64url(hashlib.sha256(b"minutes").digest()))
PERSONS: list[tuple[str, Role]] = [(f"office-o{at}", role) for at, role in enumerate(FOUNDING_ROLES, start=1)]
OFFICERS: list[tuple[str, Role]] = [("pp01-o1", "president"), ("pp01-o3", "secretary"), ("pp01-o4", "treasurer")]


def found(path: Path, *, demonstration: bool = False) -> Desk:
    log = establish(
        Home(path / "office1"),
        Home(path / "office2"),
        network="testnet",
        name="เครือข่ายทดสอบ",
        server_url="http://127.0.0.1:1",
        persons=PERSONS,
        assembly=ASSEMBLY,
        demonstration=demonstration,
        moment=MOMENT,
    )
    return Desk(log, Home(path / "office2"), MOMENT)


def tablet(path: Path, desk: Desk) -> Home:
    home = Home(path / "tablet")
    home.write_pin(pin_for(read_pin(desk.log.home.pin_path), "pp01"))
    home.create_keys([person for person, _role in OFFICERS])
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
            log.approve([paid], [person for person, _role in OFFICERS], by="pp01-o3", day=DAY, recorded_at=1)
            async with Sync(log, server_url=server.url) as sync:
                assert (await sync.run()).merged == 2
        village = books.fold(home)
        assert not village.quarantined
        assert not village.trust.awaiting
    desk.log.close()


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
            keys = {who: derive_key("1", name, who) for who in ["device", *(person for person, _role in PERSONS)]}
            home.create_keys([person for person, _role in PERSONS], derived=keys)
        if demonstration:
            with found(path, demonstration=True).log as log:
                assert not books.fold(log.home).quarantined
        else:
            with pytest.raises(DemonstrationKeyRefused):
                found(path)
