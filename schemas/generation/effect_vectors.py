"""Vectors of the meaning layer: small networks, the effect of each entry at the end, and the balances.

Every case begins with the same prologue (a network of two villages, enrolled and approved) and adds lines. Effects and
balances are written here by hand; the tests hold the fold to them.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from generation import (
    effect_cases,
    effect_cases_of_approval,
    effect_cases_of_bylaws,
    effect_cases_of_keys,
    effect_cases_of_repairs,
)
from generation.files import SCHEMAS, Files, as_json
from generation.story import Balances, Story
from sajja_schemas.entry import SignedEntry
from support.world import World

_MODULES = (
    effect_cases,
    effect_cases_of_approval,
    effect_cases_of_bylaws,
    effect_cases_of_keys,
    effect_cases_of_repairs,
)
Case = tuple[str, Callable[[Story], Balances]]


def files() -> Files:
    """One file: a prologue and its cases."""
    return {SCHEMAS / "vectors" / "effects.json": as_json(effects())}


def effects() -> dict[str, Any]:
    """The whole file."""
    prologue = World.founded()
    return {
        "network": prologue.network,
        "fingerprint": prologue.fingerprint,
        "prologue": _lines(prologue, prologue.entries),
        "cases": [_case(prologue, name, tell) for module in _MODULES for name, tell in module.CASES],
    }


def _case(prologue: World, name: str, tell: Callable[[Story], Balances]) -> dict[str, Any]:
    story = Story(deepcopy(prologue))
    told = len(prologue.entries)
    balances = tell(story)
    added = story.world.entries[told:]
    return {
        "name": name,
        "lines": [
            {"line": line, "effect": story.effects.get(entry.hash, "counted")}
            for line, entry in zip(_lines(story.world, added), added, strict=True)
        ],
        "balances": [
            {"ledger": ledger, "account": account, "sub": sub, "amount_satang": amount}
            for (ledger, account, sub), amount in sorted(balances.items())
        ],
    }


def _lines(world: World, entries: list[SignedEntry]) -> list[str]:
    return [line.decode() for line in world.lines(entries)]
