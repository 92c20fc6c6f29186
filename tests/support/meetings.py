"""A village with bylaws, members, pledges and loans, for what is told of meetings: real entries of a `World`."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sajja_client.home import Home
from sajja_client.log import Log
from sajja_client.mirror import FeedEntry, Mirror
from sajja_client.store import transaction
from sajja_schemas.accounts import LedgerKind
from sajja_schemas.bylaws.defaults import default_rules
from sajja_schemas.events.base import Approvers
from sajja_schemas.events.loans import LoanApproved, LoanDisbursed, Method
from sajja_schemas.events.meetings import MeetingOpened
from sajja_schemas.events.network import RulesetAdopted
from sajja_schemas.events.ruleset import Bylaws
from sajja_schemas.events.savings import SharePledgeSet
from sajja_schemas.events.welfare import WelfareEnrolled
from support.homes import home_of
from support.world import ASSEMBLY, DAY, World

BOX = "pp01-o4"
MEMBERS = ("pp01-m001", "pp01-m002", "pp01-m003")
WELFARE_RULES = Bylaws(welfare_contribution_satang_month=3_000, meeting_day=5)


def village(
    members: Sequence[str] = MEMBERS,
    *,
    pledge_satang: int = 10_000,
    rules: Bylaws | None = None,
    in_welfare: bool = True,
) -> World:
    """One village on 1 June 2563 with members who have pledged, and who are in the welfare fund."""
    world = World.founded(["pp01"])
    second = world.village("pp01").tablets[1]
    bank = RulesetAdopted(
        ledger="bank:pp01",
        version=1,
        effective_from=DAY,
        rules=rules or default_rules(LedgerKind.BANK),
        assembly=ASSEMBLY,
    )
    world.approve_by_class([world.record(second, bank)], Approvers.A5)
    welfare = RulesetAdopted(ledger="welfare", version=1, effective_from=DAY, rules=WELFARE_RULES, assembly=ASSEMBLY)
    world.approve_by_office([world.record(world.office.tablets[0], welfare)])
    if members:
        world.admit(second, members)
    resolution = world.resolve(second)
    for member in members:
        world.record(second, SharePledgeSet(member=member, amount_satang=pledge_satang, first_month="2020-06"))
    if members and in_welfare:
        enrolled = [
            world.record(second, WelfareEnrolled(member=member, joined=DAY, resolution=resolution))
            for member in members
        ]
        world.approve(second, enrolled, ("president", "secretary"))
    return world


def lend(
    world: World,
    member: str,
    *,
    loan: str = "pp01-l01",
    gross_satang: int = 2_000_000,
    months: int = 12,
    method: Method = "declining",
    rate_bp_month: int = 100,
    first_due: date = date(2020, 7, 5),
    on: date = DAY,
) -> None:
    """A loan, approved and paid out."""
    second = world.village("pp01").tablets[1]
    terms = LoanApproved(
        loan=loan, member=member, product="ordinary", amount_satang=gross_satang, rate_bp_month=rate_bp_month,
        method=method, months=months, first_due=first_due, resolution=world.resolve(second),
    )  # fmt: skip
    world.approve(second, [world.record(second, terms, day=on)], ("president", "secretary"))
    paid = LoanDisbursed(
        loan=loan, member=member, product="ordinary", gross_satang=gross_satang, net_satang=gross_satang,
        channel="cash", box=BOX,
    )  # fmt: skip
    world.approve(second, [world.record(second, paid, day=on)], ("president", "treasurer", "secretary"))


def met(world: World, *days: date) -> None:
    """Monthly meetings that were opened on these days."""
    second = world.village("pp01").tablets[1]
    for day in days:
        event = MeetingOpened(kind="monthly", opening_cash_satang=0, meeting=f"pp01-{day.isoformat()}")
        world.approve(second, [world.record(second, event, day=day)], ("president", "secretary"))


def tablet_of(path: Path, world: World, at: int = 0) -> Home:
    """The folder of a tablet of the village: its own log so far, and everything pulled."""
    tablet = world.village("pp01").tablets[at]
    home = home_of(path, world, tablet)
    with Log.open(home) as log, transaction(log.connection):
        for entry in tablet.log:
            log.connection.execute(
                "INSERT INTO log (sequence, hash, signature, body, village) VALUES (?, ?, ?, ?, ?)",
                (entry.sequence, entry.hash, entry.signature, entry.body, entry.village),
            )
        if tablet.log:
            last = tablet.log[-1]
            log.connection.execute("INSERT INTO log_head VALUES (1, ?, ?)", (last.sequence, last.hash))
    pull(home, world)
    return home


def pull(home: Home, world: World) -> None:
    """Bring a tablet what the network has and it has not: as a sync does, without a server."""
    with Log.open(home) as log:
        mirror = Mirror(log.connection, log.pin, log.device)
        for feed in ("office", "pp01"):
            cursor = mirror.cursor(feed)
            shown = [(index, entry) for index, entry in enumerate(world.entries) if entry.village == feed]
            page = [FeedEntry(index, at, 0, entry) for at, (index, entry) in enumerate(shown, start=1)]
            mirror.keep(cursor, page[cursor.after :])
        mirror.finish(["office", "pp01"])
