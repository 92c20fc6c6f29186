"""What a fold remembers is kept and read again, however large the sums in it are."""

from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.findings import Finding
from sajja_schemas.packing import pack, unpacker
from sajja_schemas.registers.noting import Facts

words = st.text(max_size=4) | st.integers(-(2**53), 2**53)
numbers = st.integers(-(2**80), 2**80)


@given(st.dictionaries(st.tuples(words, words), numbers, max_size=5))
def test_facts_are_read_as_they_were_whatever_their_numbers(facts: Facts) -> None:
    assert unpacker(Facts).decode(pack(facts)) == facts


@given(numbers)
def test_so_is_a_finding(amount: int) -> None:
    finding = Finding(code="C", village="pp01", subject=("x", 2), amount_satang=amount, entries=(("d", 1),))
    assert unpacker(Finding).decode(pack(finding)) == finding
