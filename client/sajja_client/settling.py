"""An alarm about the network log stands until people have looked: they settle it with a signed reason.

* The reason is a `finding_resolved` in this device's own log, of class A2: three officers sign it, and it goes to the
  network with the next sync. Nothing of the proof is deleted.
* It names the alarm by what was kept and what was shown. Another contradiction is another alarm.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from sajja_client.books import fold
from sajja_client.home import Home
from sajja_client.witness import Alarm
from sajja_schemas.events.corrections import FindingResolved
from sajja_schemas.findings import Finding
from sajja_schemas.registers.resolutions import is_settled

CODE: Final = "LOG_ALARM"


def settlement_of(village: str, alarm: Alarm, reason: str) -> FindingResolved:
    """What officers sign about an alarm."""
    return FindingResolved(code=CODE, finding=_named(village, alarm), text=reason)


def unsettled(home: Home, raised: Sequence[Alarm]) -> list[Alarm]:
    """The alarms that nobody has settled yet."""
    if not raised:
        return []
    registers, village = fold(home).registers, home.pin().village
    return [alarm for alarm in raised if not is_settled(registers, CODE, _named(village, alarm), ())]


def _named(village: str, alarm: Alarm) -> str:
    sides = (alarm.code, *(sha256(side.encode()).hexdigest() for side in (alarm.kept, alarm.shown)))
    return Finding(code=CODE, village=village, subject=sides).name
