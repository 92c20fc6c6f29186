"""What the benchmarks are fed: a founded network and deposits by eight devices, signed beforehand."""

import gzip
from dataclasses import dataclass
from datetime import date

from sajja_schemas.entry import SignedEntry
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.loans import LoanRepaymentReceived
from sajja_schemas.events.savings import ShareDeposited, SpecialSavingsDeposited
from sajja_schemas.events.welfare import WelfareContributionReceived
from support.world import Tablet, World

VILLAGES = ("pp01", "pp02", "pp03", "pp04")
MEMBERS = 200


@dataclass
class Material:
    """A network and what its devices are about to push."""

    world: World
    tablets: list[Tablet]

    @property
    def office(self) -> list[SignedEntry]:
        return self.world.office.tablets[0].log


def make_material(network: str = "benchnet") -> Material:
    """A founded network of four villages with two tablets each."""
    world = World.founded(VILLAGES, network=network)
    return Material(world, [tablet for code in VILLAGES for tablet in world.village(code).tablets])


def record(material: Material, tablet: Tablet, count: int) -> list[SignedEntry]:
    """The next entries of a tablet: the mixture of a meeting day."""
    start = len(tablet.log)
    return [material.world.record(tablet, _event(tablet.unit, start + at), day=date(2020, 6, 5)) for at in range(count)]


def frames(material: Material, entries: list[SignedEntry], size: int) -> list[bytes]:
    """Gzipped frames of so many entries."""
    lines = material.world.lines(entries)
    return [gzip.compress(b"\n".join(lines[at : at + size]), 6) for at in range(0, len(lines), size)]


def _event(village: str, at: int) -> AnyEvent:
    member = f"{village}-m{at % MEMBERS:03d}"
    box = f"{village}-o4"
    match at % 4:
        case 0:
            return ShareDeposited(member=member, amount_satang=7_000 + at, box=box, months=("2020-06",))
        case 1:
            return WelfareContributionReceived(member=member, amount_satang=3_000, box=box, months=("2020-06",))
        case 2:
            return LoanRepaymentReceived(
                loan=f"{village}-l{at % 80:03d}",
                member=member,
                product="ordinary",
                total_satang=101_000,
                principal_satang=100_000,
                interest_satang=1_000,
                box=box,
            )
        case _:
            return SpecialSavingsDeposited(member=member, amount_satang=5_000 + at, box=box)
