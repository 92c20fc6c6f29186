"""One run of a device's sync: push what the server has not, pull what the villages have, then personal parts.

* First the own log (`push`), then what came here by hand from other devices (`handing_on`), then the feeds (`pull`).
* If the server has forgotten what this device knows, it is offered again: our own lines by the push, those of every
  other device after the pull has shown which ones are gone (`heal`).
* Whatever is said here can be said again: an entry's name is its hash, so a lost answer costs a `duplicate`.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Self

import aiohttp

from sajja_client import lineage, parts, witness
from sajja_client.log import Log
from sajja_client.mirror import Mirror
from sajja_client.progress import note_contact
from sajja_client.sync.handing_on import hand_on
from sajja_client.sync.heal import give_back
from sajja_client.sync.personal import exchange
from sajja_client.sync.pull import Pull
from sajja_client.sync.push import Push, waiting_behind
from sajja_client.sync.report import SyncReport
from sajja_client.sync.server import ATTEMPTS, Server, ServerProblem
from sajja_client.sync.witness import look
from sajja_schemas.entry import OFFICE
from sajja_schemas.verdicts import HeldCode


class Sync:
    """One device's conversation with the server.

    async with Sync(log) as sync:
        report = await sync.run()
    """

    def __init__(
        self,
        log: Log,
        *,
        server_url: str | None = None,
        http: aiohttp.ClientSession | None = None,
        attempts: int = ATTEMPTS,
        villages: list[str] | None = None,
        progress: Callable[[str, int, int], None] | None = None,
        witnesses: bool = True,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            log: whose device speaks.
            server_url: another address than the pin's.
            http: a session to share; it is left open.
            attempts: how often a call is tried when no answer comes.
            villages: the feeds to pull; the office's and the device's own where it is not given.
            witnesses: whether the network log is looked at, too.
            progress: called with a step's name, what is done, and what there is in all (0: not known).
        """
        self.log = log
        self.mirror = Mirror(log.connection, log.pin, log.device)
        self.server = Server(log, server_url or log.pin.server_url, http=http, attempts=attempts)
        # The office first: its feed says who may do what in the villages'.
        self.villages = villages if villages is not None else list(dict.fromkeys((OFFICE, log.pin.village)))
        self.witnesses = witnesses
        self._progress = progress or (lambda _step, _done, _all: None)

    async def __aenter__(self) -> Self:
        await self.server.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.server.close()

    async def run(self) -> SyncReport:
        """Push, then pull.

        Raises:
            Unreachable: no answer came in time. What was answered before stays known.
            ServerProblem: the server refused a request.
            FeedRefused, PinContradicted: what was pulled is not what was signed.
        """
        report = SyncReport()
        try:
            await Push(self.log, self.server, report, self._progress).run()
            handed = await hand_on(self.log, self.server, self._progress)
            report.carried, report.carried_waiting = handed.given, handed.waiting
            await self._pull(report)
            await self._heal(report)
            await self._exchange_parts(report)
            await self._witness(report)
            if self.log.pin.village != OFFICE and not lineage.is_proven(self.log.connection, self.mirror.device):
                lineage.settle_alarm(self.log.connection)  # the server has shown nothing for what it said
            note_contact(self.log.connection)
        except ServerProblem as problem:
            if problem.problem.code != HeldCode.DEVICE_NOT_ENROLLED:
                raise
            # The office has not enrolled this device yet. Nothing is wrong, and everything is kept.
            report.enrolled = False
            report.held = report.waiting = waiting_behind(self.log, 0)
            report.codes = {HeldCode.DEVICE_NOT_ENROLLED.value: report.held} if report.held else {}
        return report

    async def _pull(self, report: SyncReport) -> None:
        await Pull(self.mirror, self.server, self.villages, report, self._progress).run()

    async def _heal(self, report: SyncReport) -> None:
        healed = await give_back(self.mirror, self.server, self._progress)
        report.healed, report.missing = healed.given, healed.missing
        if healed.given:
            await self._pull(report)

    async def _exchange_parts(self, report: SyncReport) -> None:
        if report.healed:
            parts.give_again(self.log.connection)  # what was lost with the entries was lost beside them, too
        exchanged = await exchange(self.log, self.server, stored_until=report.head)
        report.parts_given, report.parts_filled = exchanged.given, exchanged.filled
        report.parts_erased, report.parts_missing = exchanged.erased, exchanged.missing

    async def _witness(self, report: SyncReport) -> None:
        if self.witnesses:
            seen = await look(self.log.connection, self.log.pin, self.server)
            report.log_state, report.log_size, report.proven = seen.state, seen.size, seen.proven
        report.log_alarms = witness.alarms(self.log.connection)
