"""The first day: the network is founded, villages and tablets enrolled, committees appointed, books taken over.

* The office founds the network and enrols everybody; its committee approves with keys on both of its devices.
* Each village adopts its bylaws with keys on both of its tablets, confirms its register of members and of welfare
  under one resolution, and takes over the pages of its paper books.
* The years before are told from paper. All of it is dated the day before the first day of business.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from sajja_client.demo import rules
from sajja_client.demo.acts import Desk, Diary, Recipe, Written
from sajja_client.demo.closing import assembly_of
from sajja_client.demo.enrolling import LABELS, LETTERS, device_enrolment, officer_key
from sajja_client.demo.groups import founding_lives
from sajja_client.demo.meetings import admission, enrolment
from sajja_client.demo.openings import pages
from sajja_client.demo.people import (
    BOOKKEEPER,
    OFFICE_HOMES,
    PRESIDENT,
    ROLES,
    SECRETARY,
    TREASURER,
    VICE,
    Roster,
    officers_of,
)
from sajja_client.demo.season import Season
from sajja_client.demo.targets import Village
from sajja_schemas.entry import OFFICE
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.base import Assembly, Fund
from sajja_schemas.events.documents import DocbookIssued
from sajja_schemas.events.ledgers import OpeningLine
from sajja_schemas.events.network import (
    Bylaws,
    FoundingDevice,
    FoundingKey,
    FoundingOfficer,
    NetworkEstablished,
    RulesetAdopted,
    VillageBankEstablished,
)
from sajja_schemas.events.trust import (
    CommitteeMemberAppointed,
    MeetingResolutionRecorded,
)
from sajja_schemas.events.villages import HistoryRecorded

Paper = AnyEvent | Recipe
_NETWORK_ASSEMBLY = 60
_LEAVES = 500  # of a book of receipts


def found_network(diary: Diary, day: date, rosters: Mapping[Village, Roster]) -> None:
    """What the office does on the first morning."""
    officers = officers_of(OFFICE)
    desk, second = Desk(OFFICE, "a", officers[BOOKKEEPER]), Desk(OFFICE, "b", officers[SECRETARY])
    desk.sit_down(day, 7)
    second.sit_down(day, 7)
    approve_by_all(diary, desk, second, [diary.act(desk, partial(_establishment, day))], OFFICE)
    for village, roster in rosters.items():
        approve_by_all(diary, desk, second, _enrol_village(diary, desk, village, roster), village.unit)


def enrol_villages(diary: Diary, day: date, rosters: Mapping[Village, Roster]) -> None:
    """What the office does on the morning on which more villages are founded."""
    officers = officers_of(OFFICE)
    desk, second = Desk(OFFICE, "a", officers[BOOKKEEPER]), Desk(OFFICE, "b", officers[SECRETARY])
    desk.sit_down(day, 7)
    second.sit_down(day, 7)
    for village, roster in rosters.items():
        approve_by_all(diary, desk, second, _enrol_village(diary, desk, village, roster), village.unit)


def open_fund_books(
    diary: Diary, day: date, openings: Mapping[Fund, list[OpeningLine]], history: Sequence[HistoryRecorded]
) -> None:
    """The bylaws and the openings of the office's three ledgers, and the network's years on paper."""
    officers = officers_of(OFFICE)
    desk, second = Desk(OFFICE, "a", officers[BOOKKEEPER]), Desk(OFFICE, "b", officers[SECRETARY])
    desk.sit_down(day, 12)
    second.sit_down(day, 12)
    bylaws: dict[Fund, Bylaws] = {
        "welfare": rules.WELFARE_BYLAWS,
        "risk": rules.RISK_BYLAWS,
        "network": rules.POOL_BYLAWS,
    }
    names = [diary.act(desk, told, seconds=120) for told in history]
    for ledger, lines in openings.items():
        names.append(
            diary.act(desk, adoption(ledger, bylaws[ledger], assembly_of(OFFICE, _NETWORK_ASSEMBLY, day), day))
        )
        names += [diary.act(desk, page, seconds=300) for page in pages(ledger, lines)]
    approve_by_all(diary, desk, second, names, OFFICE)


def open_village_books(season: Season, history: Sequence[HistoryRecorded]) -> None:
    """Bylaws, registers and paper books of one village and its groups, at its two tables."""
    diary, day, groups = season.diary, season.term.founding_day, founding_lives(season)
    village, roster = season.village, season.roster
    cash = Desk(season.unit, "a", roster.officers[BOOKKEEPER])
    loans = Desk(season.unit, "b", roster.officers[SECRETARY])
    for desk in (cash, loans):
        desk.sit_down(day, 13)
    people = {role: roster.officers[role] for role in range(len(ROLES))}
    assembly = assembly_of(season.unit, village.members, day)
    bylaws = {season.ledger: rules.bylaws_of(village.moo)} | {one.group.ledger: rules.GROUP_BYLAWS for one in groups}
    adopted = [diary.act(cash, adoption(ledger, those, assembly, day)) for ledger, those in bylaws.items()]
    diary.approve(cash, adopted, (people[PRESIDENT], people[SECRETARY]))
    subject = "ยืนยันทะเบียนสมาชิกและทะเบียนกองทุนสวัสดิการ"
    present = tuple(people.values())
    resolution = diary.act(cash, MeetingResolutionRecorded(no=1, subject=subject, present=present))
    diary.approve(cash, [resolution], (people[PRESIDENT], people[SECRETARY]))
    loans.moment = cash.moment
    diary.approve(loans, adopted, (people[VICE], people[TREASURER]))
    trio = (people[PRESIDENT], people[SECRETARY], people[TREASURER])
    admitted = [diary.act(cash, admission(member, resolution), seconds=12) for member in roster.opening]
    diary.approve(cash, admitted, trio)
    enrolled = [
        diary.act(loans, enrolment(member, resolution), seconds=12)
        for member in roster.opening
        if roster.is_enrolled_at_opening(member)
    ]
    diary.approve(loans, enrolled, trio)
    paper: list[Paper] = [*history, *books_of_receipts(season), *pages(season.ledger, season.opening)]
    for one in groups:
        paper += [one.registration(resolution), *pages(one.group.ledger, one.opening())]
    diary.approve(cash, [diary.act(cash, page, seconds=300) for page in paper], trio)


def books_of_receipts(season: Season) -> list[DocbookIssued]:
    """A book for each table and month, kept by the treasurer until its month comes."""
    return [
        DocbookIssued(
            kind="receipt", book=rules.receipt_book(letter, month), first_no=1, last_no=_LEAVES, holder=season.box
        )
        for month in season.term.months
        for letter in season.desks
    ]


def approve_by_all(diary: Diary, desk: Desk, second: Desk, names: list[str], village: str) -> None:
    """The whole network committee approves, with keys on both of the office's devices."""
    officers = officers_of(OFFICE)
    diary.approve(desk, names, [officers[role] for role in (PRESIDENT, VICE, SECRETARY)], village=village)
    second.moment = max(second.moment, desk.moment)
    diary.approve(second, names, [officers[role] for role in (TREASURER, BOOKKEEPER)], village=village)


def _establishment(day: date, written: Written) -> AnyEvent:
    tablets = [f"{OFFICE}-{letter}" for letter in LETTERS]
    devices = tuple(
        FoundingDevice(key=written.public_key(tablet), label=f"สำนักงานเครือข่าย {at}", derived=True)
        for at, tablet in enumerate(tablets, start=1)
    )
    officers = tuple(
        FoundingOfficer(
            person=person,
            role=role,
            home=home,
            keys=tuple(
                FoundingKey(device=written.device(tablet), key=written.public_key(person, tablet), derived=True)
                for tablet in tablets
            ),
        )
        for role, person, home in zip(ROLES, officers_of(OFFICE), OFFICE_HOMES, strict=True)
    )
    return NetworkEstablished(
        name=rules.NETWORK_NAME,
        founded=rules.be_year_start(2553),
        devices=devices,
        officers=officers,
        origin=f"sajja.demo/{rules.NETWORK}/1",
        log_key=written.public_key("log"),
        assembly=assembly_of(OFFICE, _NETWORK_ASSEMBLY, day),
        districts=("อำเภอเมืองนครศรีธรรมราช",),
        demonstration=True,
    )


def _enrol_village(diary: Diary, desk: Desk, village: Village, roster: Roster) -> list[str]:
    unit = village.unit
    bank = f"{unit}-{'baac' if village.moo % 2 else 'gsb'}"
    established = VillageBankEstablished(
        moo=village.moo,
        founded=rules.be_year_start(village.founded),
        name=f"บ้านตัวอย่าง {village.moo}",
        bank_accounts=(bank,),
    )
    names = [diary.act(desk, established, seconds=10, village=unit)]
    for letter in LETTERS:
        recipe = partial(device_enrolment, unit, f"{unit}-{letter}", LABELS[letter])
        names.append(diary.act(desk, recipe, seconds=10, village=unit))
    for at, role in enumerate(ROLES):
        appointed = CommitteeMemberAppointed(
            person=roster.officers[at],
            role=role,
            member=roster.officer_members[at],
            term_from=desk.day,
            assembly=assembly_of(unit, village.members, desk.day),
        )
        names.append(diary.act(desk, appointed, seconds=10, village=unit))
        for letter in LETTERS:
            key = partial(officer_key, unit, roster.officers[at], f"{unit}-{letter}")
            names.append(diary.act(desk, key, seconds=5, village=unit))
    return names


def adoption(ledger: str, bylaws: Bylaws, assembly: Assembly, day: date, version: int = 1) -> RulesetAdopted:
    """A ledger's bylaws are adopted."""
    return RulesetAdopted(ledger=ledger, version=version, effective_from=day, rules=bylaws, assembly=assembly)
