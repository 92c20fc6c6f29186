"""The figures that people watch, from balances written by hand."""

from sajja_schemas.figures import control_sums, read_bank, read_fund

BALANCES = [
    (("bank:pp01", 1110, "b1"), 100),
    (("bank:pp01", 1110, "b2"), 20),
    (("bank:pp01", 1112, "p1"), 5),
    (("bank:pp01", 1120, "k1"), 1_000),
    (("bank:pp01", 1130, ""), 70),
    (("bank:pp01", 1210, "l1"), 600),
    (("bank:pp01", 1219, ""), -9),
    (("bank:pp01", 2110, "m1"), -300),
    (("bank:pp01", 2220, ""), -55),
    (("bank:pp01", 2610, ""), -6),
    (("bank:pp01", 3110, "m1"), -900),
    (("bank:pp01", 3120, ""), -400),
    (("bank:pp01", 3210, ""), -30),
    (("bank:pp01", 4110, "l1"), -11),
    (("bank:pp01", 5120, ""), 4),
    (("bank:pp02", 3110, "m1"), -7_777),
    (("welfare", 3410, ""), -2_000),
    (("welfare", 4162, "m1"), -60),
    (("welfare", 5211, "c1"), 50),
    (("welfare", 1610, "pp01"), 6),
    (("network", 3430, "pp01"), -240),
]


def test_a_bank_is_read_from_its_accounts() -> None:
    figures = read_bank("pp01", control_sums(BALANCES))
    assert figures == {
        "shares_satang": 900,
        "special_satang": 300,
        "savings_satang": 1_200,
        "seed_satang": 400,
        "reserve_satang": 37,
        "fund_satang": 1_637,
        "linkage_satang": 55,
        "loans_satang": 600,
        "network_deposit_satang": 70,
        "bank_satang": 1_000,
        "cash_satang": 120,
        "in_transit_satang": 5,
        "due_to_funds_satang": 6,
    }


def test_a_fund_is_its_balance_and_its_open_year() -> None:
    sums = control_sums(BALANCES)
    assert read_fund("welfare", sums)["balance_satang"] == 2_010
    assert read_fund("welfare", sums)["due_from_villages_satang"] == 6
    assert read_fund("network", sums)["capital_satang"] == 240
    assert read_fund("risk", sums) == {"balance_satang": 0, "bank_satang": 0, "due_from_villages_satang": 0}
