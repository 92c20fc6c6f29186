"""The pool: how much of it one village, and all villages, may have (docs/domain.md sections 5.11, 7.2 N1 and N2)."""

from typing import Final

from sajja_schemas.rules.declaring import StandingRule

STANDING: Final[tuple[StandingRule, ...]] = ()
