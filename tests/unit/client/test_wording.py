"""What an event is about, in words: the same on a receipt, in a table and on paper."""

from sajja_client.wording import EFFECTS, amount_of, details, facts_of, visible
from sajja_schemas.events.ledgers import ExpensePaid
from sajja_schemas.events.loans import LoanDisbursed
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.verdicts import Effect


def test_fields_have_their_thai_names_and_choices_their_thai_words() -> None:
    """The amount stands apart; nothing is said of what is nothing."""
    lent = LoanDisbursed(
        loan="pp01-l1", member="pp01-m001", product="ordinary", gross_satang=100_000, net_satang=99_000,
        premium_satang=1_000, channel="cash", box="pp01-o4",
    )  # fmt: skip
    told = {fact.english: (fact.thai, fact.text) for fact in facts_of(lent)}
    assert amount_of(lent) == 100_000
    assert told["product"] == ("ประเภทเงินกู้/สินค้า", "สามัญ")
    assert told["channel"][1] == "เงินสด"
    assert told["premium"][1] == "10.00 บาท"
    assert "gross" not in told
    assert "fee" not in told


def test_lists_are_said_shortly() -> None:
    paid = ShareDeposited(member="pp01-m001", amount_satang=1, box="b", months=("2020-07", "2020-08"))
    assert "2020-07, 2020-08" in details(paid)


def test_a_text_plays_no_tricks() -> None:
    text = "ok\u202egnp.exe\u200b\u009b2J"
    paid = ExpensePaid(ledger="bank:pp01", account=5122, amount_satang=1, channel="cash", box="b", text=text)
    assert visible(text) == "ok\\u202egnp.exe\\u200b\\u009b2J"
    assert visible(text) in details(paid)
    assert visible("สมชาย ใจดี 5") == "สมชาย ใจดี 5"


def test_every_effect_has_a_thai_word() -> None:
    assert set(EFFECTS) == set(Effect)
