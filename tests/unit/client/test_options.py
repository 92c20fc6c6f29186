"""What is typed for an officer: who, in which role, from which village, with which membership."""

import pytest

from sajja_client.cli.options import OptionWrong, officers_of
from sajja_client.office import Officer
from sajja_client.problems import EXIT_USAGE


@pytest.mark.parametrize(
    ("pair", "officer"),
    [
        ("o1=president", Officer("o1", "president")),
        ("office-o1=vice_president@pp01", Officer("office-o1", "vice_president", home="pp01")),
        ("pp01-o4=treasurer:pp01-m004", Officer("pp01-o4", "treasurer", member="pp01-m004")),
        ("o6=committee@pp02:m7", Officer("o6", "committee", home="pp02", member="m7")),
    ],
)
def test_an_officer_is_typed_in_one_word(pair: str, officer: Officer) -> None:
    """What keeps an officer from deciding own matters stands beside the role."""
    assert officers_of([pair], may_have_home=True, may_have_member=True) == [officer]


@pytest.mark.parametrize(
    ("pair", "thai"),
    [
        ("o1", "เขียนเป็น PERSON=ROLE"),
        ("=president", "เขียนเป็น"),
        ("o1=", "เขียนเป็น"),
        ("o1=president@", "เขียนเป็น"),
        ("o1=president:", "เขียนเป็น"),
        ("o1=president:m1@pp01", "เขียนเป็น"),
        ("O1=president", "เขียนเป็น"),
        ("../o1=president", "เขียนเป็น"),
        ("o1=president=x", "เขียนเป็น"),
        ("o1=king", "ไม่รู้จักตำแหน่ง king"),
        ("o1=president@office", "ไม่ใช่รหัสหมู่บ้าน"),
        ("o1=president@1", "ไม่ใช่รหัสหมู่บ้าน"),
        ("o1=president@p1234567890123456", "ไม่ใช่รหัสหมู่บ้าน"),
    ],
)
def test_a_pair_that_cannot_be_read_is_refused(pair: str, thai: str) -> None:
    """In both languages, with the pair as it was typed, as a mistake of typing."""
    with pytest.raises(OptionWrong) as refused:
        officers_of(["o9=treasurer", pair], may_have_home=True, may_have_member=True)
    assert thai in refused.value.thai_sentence
    assert pair in refused.value.english_sentence
    assert refused.value.exit_code == EXIT_USAGE


def test_a_village_and_a_membership_stand_only_where_they_mean_something() -> None:
    """A founding entry carries no membership, and a village's officer is of that village."""
    with pytest.raises(OptionWrong, match="only a network officer"):
        officers_of(["o1=president@pp01"], may_have_home=False, may_have_member=True)
    with pytest.raises(OptionWrong, match="sajja office appoint"):
        officers_of(["o1=president:m1"], may_have_home=True, may_have_member=False)
