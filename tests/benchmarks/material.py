"""What the benchmarks are fed: a founded network and deposits by eight devices, signed beforehand."""

import gzip
from dataclasses import dataclass
from datetime import date

from sajja_schemas.accounts import LedgerKind
from sajja_schemas.bylaws.defaults import default_rules
from sajja_schemas.entry import SignedEntry
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.ledgers import OpeningBalanceRecorded, OpeningLine, OpeningLoan
from sajja_schemas.events.loans import LoanRepaymentReceived
from sajja_schemas.events.members import MemberAdmitted
from sajja_schemas.events.network import RulesetAdopted
from sajja_schemas.events.savings import ShareDeposited, SpecialSavingsDeposited
from sajja_schemas.events.welfare import WelfareContributionReceived, WelfareEnrolled
from support.world import ASSEMBLY, DAY, Tablet, World

VILLAGES = ("pp01", "pp02", "pp03", "pp04")
MEMBERS = 200
LOANS = 80


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


def found_members(material: Material, members: int = MEMBERS) -> None:
    """Who the entries are about: members in bank and welfare fund, their loans, and the bylaws of bank and fund."""
    for tablet in material.tablets:
        _found_members(material.world, tablet, members)


def _found_members(world: World, tablet: Tablet, members: int) -> None:
    village = tablet.unit
    names = [f"{village}-m{at:03d}" for at in range(members)]
    resolution = world.resolve(tablet)
    page = tuple(_loan(f"{village}-l{at:03d}", names[at]) for at in range(LOANS))
    opening = OpeningBalanceRecorded(ledger=f"bank:{village}", lines_of_page=page)
    rules = RulesetAdopted(
        ledger=f"bank:{village}", version=1, effective_from=DAY, rules=default_rules(LedgerKind.BANK), assembly=ASSEMBLY
    )
    acts = [world.record(tablet, event) for event in (opening, rules)]
    for name in names:
        joined = MemberAdmitted(member=name, gender="female", joined=DAY, resolution=resolution)
        acts.append(world.record(tablet, joined))
        acts.append(world.record(tablet, WelfareEnrolled(member=name, joined=DAY, resolution=resolution)))
    for at in range(0, len(acts), 100):
        world.approve(tablet, acts[at : at + 100], ("president", "secretary", "treasurer"))


def _loan(name: str, member: str) -> OpeningLine:
    """A loan from paper, with its terms: what a repayment of it is used for is compared with them."""
    terms = OpeningLoan(
        member=member, principal_satang=100_000_000, months=24, rate_bp_month=0, method="declining",
        first_due=date(2020, 7, 1),
    )  # fmt: skip
    return OpeningLine(account=1210, sub=name, amount_satang=100_000_000, loan=terms)


def record(material: Material, tablet: Tablet, count: int) -> list[SignedEntry]:
    """The next entries of a tablet: the mixture of a meeting day."""
    start = len(tablet.log)
    return [
        material.world.record(tablet, event_at(tablet.unit, start + at), day=date(2020, 6, 5)) for at in range(count)
    ]


def frames(material: Material, entries: list[SignedEntry], size: int) -> list[bytes]:
    """Gzipped frames of so many entries."""
    lines = material.world.lines(entries)
    return [gzip.compress(b"\n".join(lines[at : at + size]), 6) for at in range(0, len(lines), size)]


def event_at(village: str, at: int, members: int = MEMBERS) -> AnyEvent:
    """The next of a meeting day's mixture: every member in turn."""
    member = f"{village}-m{at % members:03d}"
    box = f"{village}-o4"
    match at % 4:
        case 0:
            return ShareDeposited(member=member, amount_satang=7_000 + at, box=box, months=("2020-06",))
        case 1:
            return WelfareContributionReceived(member=member, amount_satang=3_000, box=box, months=("2020-06",))
        case 2:
            return LoanRepaymentReceived(
                loan=f"{village}-l{at % LOANS:03d}",
                member=member,
                product="ordinary",
                total_satang=100_000,
                principal_satang=100_000,
                box=box,
            )
        case _:
            return SpecialSavingsDeposited(member=member, amount_satang=5_000 + at, box=box)
