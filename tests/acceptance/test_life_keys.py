"""Keys in the life of a network: a founding device that is lost, an auditor of one's own, a signature given later."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from sajja_client.books import fold
from sajja_client.enrol import ask
from sajja_client.home import Home
from sajja_client.key_problems import PartyRefused
from sajja_client.log import Log
from sajja_client.office import FOUNDING_ROLES, Desk, Moment, Officer, appoint, enrol, pin_for
from sajja_client.pending import Pending, apart, entry_named, pending_list, refuse_parties
from sajja_client.sync import Sync
from sajja_schemas.entry import OFFICE, SignedEntry
from sajja_schemas.events.trust import DeviceRevoked
from sajja_schemas.standing import Trust
from support.life import Life, Tablet
from support.world import ASSEMBLY

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

COMMITTEE: Final = [f"office-o{at}" for at, _role in enumerate(FOUNDING_ROLES, start=1)]
AUDITOR: Final = "audit-1"
NOW_MS: Final = 1_577_836_900_000


@dataclass
class Told:
    """A life, and the devices that came into it."""

    life: Life
    others: list[Tablet]

    def close(self) -> None:
        for tablet in self.others:
            tablet.log.close()


def office_device(life: Life, path: Path, label: str, persons: list[str], *, by: Desk, replaces: str = "") -> Tablet:
    """Another device of the office, with keys of its own, enrolled by those who are at work."""
    home = Home(path)
    home.write_pin(pin_for(life.desk.log.pin, OFFICE))
    home.create_keys(persons)
    enrol(by, ask(home, label=label, replaces=replaces), bank=None, is_lost=bool(replaces))
    return Tablet(OFFICE, home, Log.open(home))


def pull(tablet: Tablet, *villages: str) -> None:
    """Sync, with the feeds of these villages, too."""

    async def run() -> None:
        async with Sync(tablet.log, villages=[OFFICE, *villages], attempts=3) as sync:
            report = await sync.run()
        assert report.enrolled
        assert not report.forks

    asyncio.run(run())


def desk_of(life: Life, first: Tablet, second: Tablet) -> Desk:
    return Desk(first.log, second.home, Moment("office-o3", life.today, NOW_MS))


def trust_of(tablet: Tablet) -> Trust:
    return fold(tablet.home).trust


def waits(tablet: Tablet) -> list[Pending]:
    return pending_list(fold(tablet.home), tablet.log)


def paid_out(life: Life, tablet: Tablet, member: str) -> SignedEntry:
    """Savings are taken out, and nobody has signed yet."""
    life.say(tablet, "share_deposited", member=member, amount_satang=10_000, box="v01-o4")
    paid = life.say(tablet, "share_withdrawn", member=member, amount_satang=100, box="v01-o4")
    life.leave_unsigned(paid)
    return paid


@pytest.fixture(scope="module")
def founder(found: Callable[[str], Life]) -> Iterator[Told]:
    """The first device is lost. Before that, somebody had thought of a third."""
    life = found("founder")
    spare = office_device(life, life.path / "office-3", "spare", COMMITTEE, by=life.at_work())
    vault = Tablet(OFFICE, life.vault, Log.open(life.vault))
    life.sync()
    for device in (vault, spare):
        pull(device)
    told = Told(life, [vault, spare])
    yield told
    told.close()


class TestALostFoundingDevice:
    def test_the_other_two_end_it_and_put_a_new_one_in_its_place(self, founder: Told) -> None:
        """Nobody needs the lost device: the founding names it, and the log decides who speaks."""
        life, (vault, spare) = founder.life, founder.others
        lost = life.desk.log.device
        label = trust_of(vault).devices[lost].label
        at_work = desk_of(life, vault, spare)
        new = office_device(life, life.path / "office-4", "office 4", COMMITTEE, by=at_work, replaces=label)
        founder.others.append(new)
        pull(vault)
        trust = trust_of(vault)
        assert (trust.devices[lost].revoked, trust.devices[new.log.device].revoked) == (True, False)
        assert not trust.awaiting

    def test_a_village_hears_of_it_and_believes_the_new_office(self, founder: Told) -> None:
        """The new device and the spare enrol a tablet; the village's other tablet, which only syncs, counts it."""
        life, (_vault, spare, new) = founder.life, founder.others
        pull(new)
        home = Home(life.path / "v01-c")
        home.write_pin(pin_for(life.desk.log.pin, "v01"))
        home.create_keys(["v01-o1"])
        enrol(desk_of(life, new, spare), ask(home, label="tablet c"), bank=None)
        pull(new)
        tablet = life.tablets["v01"][1]
        life.sync(tablet)
        trust = trust_of(tablet)
        assert trust.devices[life.desk.log.device].revoked
        assert any(device.label == "tablet c" for device in trust.devices.values())

    def test_with_two_devices_only_the_loss_of_one_stops_the_office(self, found: Callable[[str], Life]) -> None:
        """Three padlocks on one disk would be one padlock: what is left may say so, and it waits for another device."""
        life = found("two-devices")
        vault = Tablet(OFFICE, life.vault, Log.open(life.vault))
        pull(vault)
        lost = DeviceRevoked(device=life.desk.log.device, reason="สูญหาย")
        said = vault.log.append(lost, by="office-o3", day=life.today, recorded_at=NOW_MS)
        vault.log.approve([said], COMMITTEE, by="office-o3", day=life.today, recorded_at=NOW_MS)
        (waiting,) = waits(vault)
        assert waiting.waiting.needs == "keys on two devices"
        assert not trust_of(vault).devices[life.desk.log.device].revoked
        vault.log.close()


@pytest.fixture(scope="module")
def audited(found: Callable[[str], Life]) -> Iterator[Told]:
    """An auditor with a device and a key of his own, appointed by a village's general meeting."""
    life = found("auditor")
    device = office_device(life, life.path / "auditor", "auditor", [AUDITOR], by=life.at_work())
    appoint(life.at_work(), "v01", [Officer(AUDITOR, "auditor")], assembly=ASSEMBLY, term_from=life.today)
    life.sync()
    told = Told(life, [device])
    yield told
    told.close()


class TestAnAuditor:
    def test_what_asks_for_an_auditor_waits_for_him_alone(self, audited: Told) -> None:
        """It is in his list and in the village's; no officer's signature completes it."""
        life, (auditor,) = audited.life, audited.others
        tablet = life.tablets["v01"][0]
        said = life.say(tablet, "audit_finding_recorded", finding="f-1", severity="low", text="ใบสำคัญไม่ครบ")
        life.leave_unsigned(said)
        tablet.log.approve([said], ["v01-o1", "v01-o4", "v01-o3"], by="v01-o5", day=life.today, recorded_at=NOW_MS)
        life.sync(tablet)
        pull(auditor, "v01")
        for holder in (tablet, auditor):
            (waiting,) = waits(holder)
            assert (waiting.waiting.classes, waiting.may_sign) == (("AU",), (AUDITOR,))

    def test_he_signs_with_his_own_key_on_his_own_device(self, audited: Told) -> None:
        life, (auditor,) = audited.life, audited.others
        tablet = life.tablets["v01"][0]
        (waiting,) = waits(auditor)
        entry = entry_named(auditor.log, waiting.waiting.hash)
        assert entry is not None
        auditor.log.approve([entry], [AUDITOR], by=AUDITOR, day=life.today, recorded_at=NOW_MS)
        pull(auditor, "v01")
        life.sync(tablet)
        assert waits(tablet) == waits(auditor) == []

    def test_he_approves_no_money_that_he_will_audit(self, audited: Told) -> None:
        life = audited.life
        tablet = life.tablets["v01"][0]
        paid_out(life, tablet, "v01-m001")
        (waiting,) = waits(tablet)
        assert AUDITOR not in waiting.may_sign
        assert waiting.counts  # the cash has left the box, and until it is approved that is a finding


class TestASignatureGivenLater:
    def test_on_another_tablet_of_the_village(self, found: Callable[[str], Life]) -> None:
        """Recorded on one tablet, signed by two there and by the third on the other; then all agree."""
        life = found("later")
        first, second = life.tablets["v01"]
        paid = paid_out(life, first, "v01-m001")
        first.log.approve([paid], ["v01-o1", "v01-o4"], by="v01-o5", day=life.today, recorded_at=NOW_MS)
        life.sync(first, second)
        (waiting,) = waits(second)
        assert waiting.waiting.approved_by == ("v01-o1", "v01-o4")
        assert waiting.waiting.needs.startswith("one more officer")
        assert waiting.may_sign == ("v01-o2", "v01-o3", "v01-o5")
        entry = entry_named(second.log, waiting.waiting.hash)
        assert entry is not None
        second.log.approve([entry], ["v01-o3"], by="v01-o5", day=life.today, recorded_at=NOW_MS)
        life.sync(second, first)
        assert waits(first) == waits(second) == []

    def test_whom_it_concerns_is_refused_at_the_desk(self, found: Callable[[str], Life]) -> None:
        """The treasurer takes out own savings: the reason is told, and nothing is signed."""
        life = found("party")
        appoint(
            life.at_work(), "v01", [Officer("v01-o4", "treasurer", member="v01-m004")], assembly=ASSEMBLY,
            term_from=life.today,
        )  # fmt: skip
        tablet = life.tablets["v01"][0]
        life.sync()
        paid_out(life, tablet, "v01-m004")
        (waiting,) = waits(tablet)
        assert (waiting.parties, "v01-o4" in waiting.may_sign) == (("v01-o4",), False)
        with pytest.raises(PartyRefused) as refused:
            refuse_parties(fold(tablet.home), [waiting], ["v01-o1", "v01-o4"])
        assert "มีส่วนได้เสีย" in refused.value.thai_sentence
        # Of everything that waits, each signs what does not concern him.
        lists = apart(fold(tablet.home), [waiting], ["v01-o1", "v01-o4"])
        assert lists == {("v01-o1",): [waiting]}
