"""What is kept of people, and what is typed to become that."""

from datetime import date
from typing import Any

import pytest

from sajja_schemas import limits
from sajja_schemas.canonical import decode
from sajja_schemas.events import CATALOGUE
from sajja_schemas.events.base import Event
from sajja_schemas.events.member_records import (
    BeneficiaryShare,
    MemberApplicationSubmitted,
    MemberBeneficiaryDesignated,
    MemberProfileUpdated,
)
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.personal_data import (
    CARRIED_BY,
    Beneficiaries,
    Beneficiary,
    Person,
    encode_personal,
    identity_of,
    read_personal,
    subject_of,
)
from sajja_schemas.plain_text import TextDoubt, TextRefused, plain
from sajja_schemas.typed_personal import PersonalRefused, fields_of, type_personal

TODAY = date(2020, 8, 22)
APPLICATION = MemberApplicationSubmitted(applicant="pp01-m001", gender="female", group="general", scopes=("bank",))
UNCHECKED = MemberApplicationSubmitted(
    applicant="pp01-m001", gender="female", group="general", scopes=("bank",), unchecked_reason="บัตรเก่า"
)
PROFILE = MemberProfileUpdated(member="pp01-m001", fields=("phone",))
SHARES = MemberBeneficiaryDesignated(
    member="pp01-m001",
    shares=(BeneficiaryShare(beneficiary="b1", share_bp=5_000), BeneficiaryShare(beneficiary="b2", share_bp=5_000)),
    witness="pp01-m002",
)
# Nobody's: they begin with 0 (docs/domain.md section 9.6); the last one's digits are of a form that is issued.
SYNTHETIC, WRONG, FORM_OF_A_REAL_ONE = "0123456789016", "0123456789013", "1234567890121"


def typed(event: Event, fields: Any, *, demonstration: bool = True) -> Any:
    return type_personal(event, fields, today=TODAY, allow_synthetic_id=demonstration)


def refusal(event: Event, fields: Any, *, demonstration: bool = True) -> PersonalRefused:
    with pytest.raises(PersonalRefused) as refused:
        typed(event, fields, demonstration=demonstration)
    return refused.value


def test_what_a_person_types_becomes_one_spelling() -> None:
    """Thai digits, spaces, hyphens, a Buddhist year, SARA AM in two pieces, words copied with separators."""
    person = typed(
        APPLICATION,
        {
            "title": "นาง",
            "first_name": " สม\u200bมุติ ",
            "last_name": "ขํ\u0e32ดี",
            "number": "๐-๑๒๓๔-๕๖๗๘๙-๐๑-๖",
            "birth_date": "๒๒/๐๘/๒๕๐๓",
            "phone": "๐๘๑-๒๓๔ 5678",
            "address": "99  หมู่ 1\u00a0ต.ปากพูน",
        },
    )
    assert person == Person(
        title="นาง", first_name="สมมุติ", last_name="ขำดี", number=SYNTHETIC, birth_date=date(1960, 8, 22),
        phone="0812345678", address="99 หมู่ 1 ต.ปากพูน",
    )  # fmt: skip
    data = encode_personal(person)
    assert decode(data)["kind"] == "person"
    assert read_personal(data) == person


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("สม\u202eมุติ", TextDoubt.DIRECTION),
        ("\u2066abc\u2069", TextDoubt.DIRECTION),
        ("a\x00b", TextDoubt.CONTROL),
        ("a\x1b[31m", TextDoubt.CONTROL),
        ("a\x7f", TextDoubt.CONTROL),
        ("a\ue000", TextDoubt.UNPRINTABLE),
        ("a\ud800", TextDoubt.UNPRINTABLE),
        ("a\U000e0fff", TextDoubt.UNPRINTABLE),
        ("ก" + "\u0e49" * 4, TextDoubt.MARKS),
        ("ก" * 10_000, TextDoubt.TOO_LONG),
        ("ก" * 81, TextDoubt.TOO_LONG),
        ("", TextDoubt.EMPTY),
        (" \u200b\ufeff ", TextDoubt.EMPTY),
    ],
)
def test_hostile_and_odd_names_are_refused(text: str, doubt: TextDoubt) -> None:
    """With the field's name, in both languages, and never with what was typed."""
    refused = refusal(APPLICATION, {"first_name": text})
    assert (refused.code, refused.field) == (f"text_{doubt.value}", "first_name")
    assert "first_name" in refused.thai
    assert "first_name" in refused.english
    assert not text.strip() or text not in refused.thai + refused.english + str(refused)
    with pytest.raises(TextRefused):
        plain(text, 80)


@pytest.mark.parametrize("text", ["ก" * 80, "Anne-Marie O'Neil", "น้ำผึ้ง", "เพ็ญศรี", "ก๊วยเจ๋ง", "Nguyễn", "มูฮัมหมัด บินอาลี"])
def test_names_that_people_have_are_kept_as_they_are(text: str) -> None:
    assert plain(text, 80) == text


def test_composed_and_decomposed_are_one_name() -> None:
    assert plain("Nguye\u0302\u0303n", 80) == plain("Nguyễn", 80)
    assert plain("เเดง", 80) == "แดง"
    assert plain("น\u0e4d\u0e49\u0e32", 80) == "น้ำ"
    assert plain("a\t b\n", 80) == "a b"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (WRONG, "number_check_digit"),
        ("012345678901", "number_not_thirteen_digits"),
        ("9999999999994", "number_first_digit"),
        ("--", "number_empty"),
    ],
)
def test_a_number_that_was_mistyped_is_refused_once(number: str, code: str) -> None:
    assert refusal(APPLICATION, {"number": number}).code == code
    assert number not in refusal(APPLICATION, {"number": number}).english


def test_nobody_is_kept_out_by_a_checksum() -> None:
    """Another paper's number is not checked, and an application may say why this one was not."""
    assert typed(APPLICATION, {"number": WRONG, "document": "other"}).number == WRONG
    assert typed(APPLICATION, {"number": "ab 12-3", "document": "other"}).number == "AB123"
    assert typed(UNCHECKED, {"number": WRONG}).number == WRONG
    assert typed(APPLICATION, {"first_name": "สมมุติ"}).number is None
    assert refusal(UNCHECKED, {"number": "-"}).code == "number_empty"
    assert refusal(UNCHECKED, {"number": "บัตรหาย"}).code == "personal_malformed"


def test_synthetic_numbers_are_for_demonstrations() -> None:
    assert typed(APPLICATION, {"number": SYNTHETIC}).number == SYNTHETIC
    assert refusal(APPLICATION, {"number": SYNTHETIC}, demonstration=False).code == "number_synthetic"
    assert typed(APPLICATION, {"number": FORM_OF_A_REAL_ONE}, demonstration=False).number == FORM_OF_A_REAL_ONE


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("30/02/2503", "birth_date_not_a_date"),
        ("22/8/03", "birth_date_not_a_date"),
        ("23/08/2563", "birth_date_not_lived"),
        ("31/12/2442", "birth_date_not_lived"),
    ],
)
def test_a_birth_date_is_a_day_that_somebody_was_born_on(day: str, code: str) -> None:
    assert refusal(APPLICATION, {"birth_date": day}).code == code


@pytest.mark.parametrize(
    ("event", "fields", "code", "field"),
    [
        (ShareDeposited(member="m", amount_satang=1, box="b"), {"first_name": "ก"}, "personal_not_here",
         "share_deposited"),
        (APPLICATION, {"religion": "x"}, "personal_unknown_field", "religion"),
        (APPLICATION, {"\x1b[31m": "x"}, "personal_unknown_field", "?"),
        (APPLICATION, {}, "personal_empty", "member_application_submitted"),
        (APPLICATION, {"kind": "person"}, "personal_empty", "member_application_submitted"),
        (APPLICATION, {"first_name": 7}, "personal_malformed", "first_name"),
        (APPLICATION, {"first_name": "123"}, "name_without_letters", "first_name"),
        (APPLICATION, {"phone": "ไม่มี"}, "phone_not_a_number", "phone"),
        (APPLICATION, {"number": "1", "document": "passport"}, "number_not_thirteen_digits", "number"),
        (APPLICATION, {"document": "passport"}, "personal_malformed", "document"),
        (SHARES, {"beneficiaries": "ก"}, "personal_malformed", "beneficiaries"),
        (SHARES, {"beneficiaries": ["ก"]}, "personal_malformed", "beneficiaries"),
        (SHARES, {"beneficiaries": [{"first_name": "ก"}]}, "personal_malformed", "beneficiaries"),
        (SHARES, {"beneficiaries": [{"beneficiary": "b1", "x": "ก"}]}, "personal_unknown_field", "x"),
        (SHARES, {"beneficiaries": [{"beneficiary": "b3", "first_name": "ก"}]}, "beneficiary_not_named",
         "beneficiary"),
        (SHARES, {"beneficiaries": [{"beneficiary": "b1"}, {"beneficiary": "b1"}]}, "beneficiary_not_named",
         "beneficiary"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_says_which_field(event: Event, fields: dict[str, Any], code: str, field: str) -> None:
    refused = refusal(event, fields)
    assert (refused.code, refused.field) == (code, field)


def test_what_is_too_much_for_a_part_is_refused() -> None:
    """Each line fits, and all of them together do not."""
    many = [{"beneficiary": f"b{at}", "address": "ก" * 300} for at in range(20)]
    shares = MemberBeneficiaryDesignated(
        member="m", shares=tuple(BeneficiaryShare(beneficiary=f"b{at}", share_bp=500) for at in range(20)), witness="w"
    )
    assert refusal(shares, {"beneficiaries": many}).code == "personal_malformed"
    assert len(encode_personal(typed(shares, {"beneficiaries": many[:10]}))) < limits.PERSONAL_DATA_BYTES_MAX


def test_beneficiaries_stand_behind_the_ids_of_their_entry() -> None:
    kept = typed(SHARES, {"beneficiaries": [{"beneficiary": "b2", "first_name": "สมมุติ", "relation": "บุตร"}]})
    assert kept == Beneficiaries(beneficiaries=(Beneficiary(beneficiary="b2", first_name="สมมุติ", relation="บุตร"),))


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'{"kind":"person","kind":"person"}', b'{"kind":"diary"}', b'{"kind": "person"}']
)
def test_data_that_mean_nothing_here_are_nothing(data: bytes) -> None:
    """Another version may know more; it is kept, and shown by that version."""
    assert read_personal(data) is None


def test_every_event_that_carries_a_part_is_known_and_says_whose_it_is() -> None:
    donors = {"welfare_donation_received", "welfare_inkind_given"}  # no member
    for tag in CARRIED_BY:
        assert tag in CATALOGUE
        assert tag in donors or {"member", "applicant"} & set(CATALOGUE[tag].__struct_fields__)
    assert subject_of(APPLICATION) == subject_of(PROFILE) == "pp01-m001"
    assert subject_of(CATALOGUE["welfare_donation_received"](amount_satang=1, bank="b")) is None  # type: ignore[call-arg]  # its own fields
    assert fields_of("member_death_confirmed") == ("cause", "place")
    assert fields_of("share_deposited") == ()


def test_a_member_is_known_again_by_the_number_alone() -> None:
    """Of the member's own part: an heir's or a spouse's number says nothing about the member."""
    data = encode_personal(Person(number=SYNTHETIC))
    assert identity_of("member_application_submitted", data) == ("national_id", SYNTHETIC)
    assert identity_of("member_profile_updated", encode_personal(Person(number="A1", document="other"))) == (
        "other",
        "A1",
    )
    assert identity_of("member_heirs_paid", data) is None
    assert identity_of("member_profile_updated", encode_personal(Person(phone="0812345678"))) is None
    assert identity_of("member_profile_updated", b"x") is None
