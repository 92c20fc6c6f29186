"""From two empty folders to a tablet whose entries count: founding, enrolment and appointment, folded and pushed."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
import pytest

from sajja_client import books
from sajja_client.enrol import EnrolmentRequest, ask, check_code, check_fresh, latest_seen, read_request
from sajja_client.home import Home
from sajja_client.key_problems import (
    ClockBehind,
    CodeDiffers,
    DeviceUnknown,
    NetworkDiffers,
    PinNeeded,
    PinWrong,
    RequestExpired,
    RequestOfRevoked,
    RequestUsed,
    WeakKey,
)
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
from sajja_client.pending import pending_list
from sajja_client.pinpad import PinFile
from sajja_client.problems import DemonstrationKeyRefused, HomeInUse, RequestRefused
from sajja_client.sync import Sync
from sajja_schemas.chain import read_line
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events import Body, read_body
from sajja_schemas.events.base import Assembly
from sajja_schemas.events.network import VillageBankEstablished
from sajja_schemas.events.savings import ShareWithdrawn
from sajja_schemas.events.trust import DeviceEnrolled, DeviceRevoked, OfficerKeyEnrolled
from sajja_schemas.verdicts import Effect
from support.homes import write
from support.server_double import ServerDouble

DAY = date(2020, 6, 1)
MOMENT = Moment(by="office-o3", day=DAY, recorded_at=1_590_969_600_000)
ASSEMBLY = Assembly(attended=60, entitled=100, minutes=to_base64url(hashlib.sha256(b"minutes").digest()))
PERSONS = [Officer(f"office-o{at}", role) for at, role in enumerate(FOUNDING_ROLES, start=1)]
OFFICERS = [Officer("pp01-o1", "president"), Officer("pp01-o3", "secretary"), Officer("pp01-o4", "treasurer")]


def found(
    path: Path,
    *,
    demonstration: bool = False,
    officers: Sequence[Officer] = PERSONS,
    pins: Mapping[str, str] | None = None,
) -> Desk:
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
        pins=pins,
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


class TestACode:
    """What the tablet shows, and what the office makes of it."""

    NOW = 1_598_054_400_000  # 22 August 2563, 07:00 in Bangkok
    DAY_MS = 24 * 60 * 60 * 1000

    @pytest.fixture
    def desk(self, tmp_path: Path) -> Iterator[Desk]:
        desk = found(tmp_path)
        yield desk
        desk.log.close()

    def test_the_qr_has_the_whole_key_and_the_network_that_the_tablet_is_pinned_to(
        self, tmp_path: Path, desk: Desk
    ) -> None:
        request = ask(tablet(tmp_path, desk), label="tablet")
        assert request.qr_text.split()[1:] == ["testnet", desk.log.pin.fingerprint, request.key, request.code]
        check_code(request, request.qr_text)
        check_code(request, request.code.replace("-", "").lower().replace("o", "0").replace("i", "1"))

    def test_a_tablet_that_was_given_another_network_is_seen_by_its_qr(self, tmp_path: Path, desk: Desk) -> None:
        request = ask(tablet(tmp_path, desk), label="tablet")
        with pytest.raises(NetworkDiffers):
            check_code(request, request.qr_text.replace(request.fingerprint, "A" * 43))

    @pytest.mark.parametrize("given", ["", "ABCD", "SAJJA-TABLET", "ABCD-EFGH-JKLM", "SAJJA-TABLET a b c d e"])
    def test_another_code_is_refused_and_the_right_one_is_not_told(
        self, tmp_path: Path, desk: Desk, given: str
    ) -> None:
        request = ask(tablet(tmp_path, desk), label="tablet")
        with pytest.raises(CodeDiffers) as refused:
            check_code(request, given)
        assert request.code not in refused.value.thai_sentence + refused.value.english_sentence

    def test_another_key_under_the_same_code_is_refused(self, tmp_path: Path, desk: Desk) -> None:
        request = ask(tablet(tmp_path, desk), label="tablet")
        other = to_base64url(derive_key("1", "other").public)
        with pytest.raises(CodeDiffers):
            check_code(request, request.qr_text.replace(request.key, other))

    def test_a_code_is_good_for_a_day(self, tmp_path: Path, desk: Desk) -> None:
        """Of yesterday it is told with both moments; so is one of a clock that runs days ahead."""
        request = ask(tablet(tmp_path, desk), label="tablet", asked_at=self.NOW)
        check_fresh(request, now=self.NOW + self.DAY_MS, seen=0)
        for apart in (self.DAY_MS + 60_000, -self.DAY_MS - 60_000):
            with pytest.raises(RequestExpired) as expired:
                check_fresh(request, now=self.NOW + apart, seen=0)
            assert "22 ส.ค. 2563 07:00" in expired.value.thai_sentence

    def test_a_clock_behind_its_own_log_cannot_say_what_has_expired(self, tmp_path: Path, desk: Desk) -> None:
        """The log was written in June; a clock of 1970 decides nothing about a request of 1970."""
        request = ask(tablet(tmp_path, desk), label="tablet", asked_at=0)
        assert latest_seen(desk.log) == MOMENT.recorded_at
        with pytest.raises(ClockBehind):
            check_fresh(request, now=1000, seen=latest_seen(desk.log))

    def test_a_code_is_good_once(self, tmp_path: Path, desk: Desk) -> None:
        request = ask(tablet(tmp_path, desk), label="tablet")
        enrol(desk, request, bank=None)
        before = desk.log.head()
        with pytest.raises(RequestUsed):
            enrol(desk, request, bank=None)
        assert desk.log.head() == before

    def test_a_revoked_tablet_does_not_come_back_with_its_old_request(self, tmp_path: Path, desk: Desk) -> None:
        request = ask(tablet(tmp_path, desk), label="tablet")
        enrol(desk, request, bank=None)
        desk.record("pp01", [DeviceRevoked(device=request.device, reason="สูญหาย")])
        with pytest.raises(RequestOfRevoked):
            enrol(desk, request, bank=None)

    def test_a_new_treasurer_gets_a_key_on_a_tablet_that_is_enrolled(self, tmp_path: Path, desk: Desk) -> None:
        """Only what is new is signed."""
        home = tablet(tmp_path, desk)
        enrol(desk, ask(home, label="tablet"), bank=None)
        home.create_keys(["pp01-o6"])
        entries = enrol(desk, ask(home, label="tablet", officers=["pp01-o6"]), bank=None)
        assert [type(body_of(entry).event) for entry in entries][:-2] == [OfficerKeyEnrolled]
        assert home.public_key("pp01-o6") in books.fold(desk.log.home).trust.keys

    def test_a_forgotten_pin_is_a_new_key_and_the_old_one_signs_nothing_more(self, tmp_path: Path, desk: Desk) -> None:
        home = tablet(tmp_path, desk)
        enrol(desk, ask(home, label="tablet"), bank=None)
        old = home.public_key("pp01-o4")
        home.set_aside("pp01-o4")
        home.create_keys(["pp01-o4"])
        enrol(desk, ask(home, label="tablet", officers=["pp01-o4"]), bank=None)
        keys = books.fold(desk.log.home).trust.keys
        assert (keys[old].revoked, keys[home.public_key("pp01-o4")].revoked) == (True, False)

    def test_a_new_tablet_names_the_one_that_it_replaces(self, tmp_path: Path, desk: Desk) -> None:
        """By what people call it; the lost one is revoked with the same signatures, and so are the keys on it."""
        lost = tablet(tmp_path / "lost", desk)
        first = ask(lost, label="แท็บเล็ต 1")
        enrol(desk, first, bank=None)
        second = ask(tablet(tmp_path / "new", desk), label="แท็บเล็ต 2", replaces="แท็บเล็ต 1")
        entries = enrol(desk, second, bank=None, is_lost=True)
        enrolled = body_of(entries[0]).event
        assert isinstance(enrolled, DeviceEnrolled)
        assert enrolled.succeeds == first.device
        trust = books.fold(desk.log.home).trust
        assert (trust.devices[first.device].revoked, trust.devices[second.device].revoked) == (True, False)
        assert trust.keys[lost.public_key("pp01-o1")].revoked

    @pytest.mark.parametrize("called", ["แท็บเล็ต 9", "", "A"])
    def test_a_tablet_that_nobody_knows_is_not_replaced(self, tmp_path: Path, desk: Desk, called: str) -> None:
        enrol(desk, ask(tablet(tmp_path / "one", desk), label="แท็บเล็ต 1"), bank=None)
        request = ask(tablet(tmp_path / "two", desk), label="tablet", replaces=called or "?")
        with pytest.raises(DeviceUnknown, match="แท็บเล็ต 1"):
            enrol(desk, request, bank=None)

    @pytest.mark.parametrize(
        "weak",
        [
            bytes(32),  # y = 0: of small order
            bytes([1]) + bytes(31),  # the neutral element
            bytes([0xEC]) + bytes([0xFF] * 30) + bytes([0x7F]),  # y = -1: of order two
            bytes([2]) + bytes(31),  # no point at all
            bytes([0xEE]) + bytes([0xFF] * 30) + bytes([0x7F]),  # y = 1, written another way
        ],
    )
    def test_a_weak_key_is_refused_by_name(self, tmp_path: Path, desk: Desk, weak: bytes) -> None:
        """Anybody could sign with it, so its own signature proves nothing: identity for R, zero for S."""
        home = tablet(tmp_path, desk)
        request = ask(home, label="tablet")
        anybodys = to_base64url(bytes([1]) + bytes(63))
        officer = msgspec.structs.replace(request.officers[0], key=to_base64url(weak), proof=anybodys)
        for changed in (
            msgspec.structs.replace(request, officers=[officer]),
            msgspec.structs.replace(request, key=to_base64url(weak), proof=anybodys, officers=[]),
        ):
            home.request_path.write_bytes(msgspec.json.encode(changed))
            with pytest.raises(WeakKey):
                read_request(home.request_path)


class TestWhoIsHere:
    """Five officers have PINs, and seldom do all five come."""

    PINS: Final = {officer.person: f"48291{at}" for at, officer in enumerate(PERSONS)}

    @pytest.fixture
    def request_of(self, tmp_path: Path) -> EnrolmentRequest:
        """A network with PINs on both devices, and a tablet that asks."""
        desk = found(tmp_path, demonstration=True, pins=self.PINS)
        with desk.log:
            return ask(tablet(tmp_path, desk), label="tablet")

    def desk(self, path: Path, *here: str) -> Desk:
        """Another day, on which these officers are here."""
        pins = path / "pins"
        pins.write_text("".join(f"{person}={self.PINS[person]}\n" for person in here))
        pins.chmod(0o600)
        pad = PinFile(pins)
        first, second = Home(path / "office1", pad=pad), Home(path / "office2", pad=pad)
        return Desk(Log.open(first), second, MOMENT)

    @pytest.mark.parametrize("here", ["1 3 4", "2 4 5", "1 2 3", "1 3 5"])
    def test_three_are_enough_whoever_they_are(self, tmp_path: Path, request_of: EnrolmentRequest, here: str) -> None:
        """Where all three would sign on one device, one of them signs on the other, too."""
        desk = self.desk(tmp_path, *(f"office-o{at}" for at in here.split()))
        with desk.log:
            enrol(desk, request_of, bank=None)
            trust = books.fold(desk.log.home).trust
        assert request_of.device in trust.devices
        assert not trust.awaiting

    def test_two_are_not_and_it_waits_for_a_third(self, tmp_path: Path, request_of: EnrolmentRequest) -> None:
        desk = self.desk(tmp_path, "office-o1", "office-o3")
        with desk.log:
            enrol(desk, request_of, bank=None)
            pending = pending_list(books.fold(desk.log.home), desk.log)
        assert {one.waiting.needs for one in pending} == {"one more officer"}
        assert {one.may_sign for one in pending} == {("office-o2", "office-o4", "office-o5")}

    def test_with_nobody_nothing_is_recorded(self, tmp_path: Path, request_of: EnrolmentRequest) -> None:
        desk = self.desk(tmp_path)
        with desk.log:
            before = desk.log.head()
            with pytest.raises(PinNeeded):
                enrol(desk, request_of, bank=None)
            assert desk.log.head() == before

    def test_a_wrong_pin_is_told_and_nothing_is_recorded(self, tmp_path: Path, request_of: EnrolmentRequest) -> None:
        """An officer who mistypes is here: the others do not sign without being told."""
        desk = self.desk(tmp_path, "office-o1", "office-o3", "office-o4")
        (tmp_path / "pins").write_text("office-o1=555123\noffice-o3=482912\n")
        desk.log.home.pad = PinFile(tmp_path / "pins")
        with desk.log:
            before = desk.log.head()
            with pytest.raises(PinWrong):
                enrol(desk, request_of, bank=None)
            assert desk.log.head() == before


def body_of(entry: SignedEntry) -> Body:
    body = read_body(entry.body)
    assert isinstance(body, Body)
    return body
