"""A Sajja server without a database: real HTTP, real signatures, the rule of admission itself, and faults on request.

    async with ServerDouble(world) as server:
        server.admit(world.entries)
        server.faults.append(Fault.LOSES_REPLY)      # for the next push
        async with Sync(log, server_url=server.url) as sync: ...

It is for the client's tests: what the true server does with the same requests is tested over there.
"""

import asyncio
import gzip
import os
from collections import deque
from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256
from types import TracebackType
from typing import Self

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer

from sajja_schemas import limits, signing, wire
from sajja_schemas.chain import Admission, Judgement, Rejected, read_line
from sajja_schemas.entry import OFFICE, SignedEntry, device_of, encode_line, from_base64url, to_base64url
from sajja_schemas.events import Body, read_body
from sajja_schemas.events.network import NetworkEstablished
from sajja_schemas.events.trust import DeviceEnrolled
from sajja_schemas.session import session_message
from sajja_schemas.verdicts import HeldCode, RejectedCode, Verdict


class Fault(StrEnum):
    """What goes wrong with one push."""

    NONE = "none"
    CUT = "cut"  # the link breaks, and nothing was stored
    LOSES_REPLY = "loses_reply"  # everything was stored, and the answer never arrives
    STORES_HALF = "stores_half"  # the first half was stored, and the link breaks
    BUSY = "busy"  # 503 with Retry-After
    NEVER_ANSWERS = "never_answers"
    FORGETS_SESSION = "forgets_session"


class ServerDouble:
    """One network's server in memory."""

    def __init__(self, network: str, fingerprint: str) -> None:
        self.network = network
        self.fingerprint = from_base64url(fingerprint, 32)
        self.units: dict[bytes, str] = {}
        self.keys: dict[bytes, bytes] = {}
        self.faults: deque[Fault] = deque()
        self.pushes: list[int] = []  # entries of each push that arrived
        self.probes: list[int] = []  # `?at=`
        self.sessions: dict[str, bytes] = {}
        self.challenges: dict[str, bytes] = {}
        self.clock_ms = 1_590_969_600_000  # goes on by one with each entry, also after a restore
        self.page_entries = limits.FEED_PAGE_ENTRIES_MAX
        self.epoch = 1
        self.pages: list[tuple[str, int, int]] = []  # each page: village, after, limit
        self.polls = 0
        self.revoked: set[bytes] = set()  # devices that read nothing more
        self.reset()
        self._http: TestServer | None = None

    def reset(self) -> None:
        """As if restored from a backup that was made before the first entry; the devices stay enrolled."""
        self.admission = Admission(self.fingerprint)
        self.admission.enrolled.update(self.units)
        self.feeds: dict[str, list[tuple[int, SignedEntry]]] = {}
        self.received_at: dict[bytes, int] = {}

    def restore(self, size: int) -> None:
        """As if replaced by a copy of its database that was made at this size: later enrolments are forgotten, too."""
        kept, received_at = self.admission.log[:size], self.received_at
        self.units, self.keys = {}, {}
        self.sessions.clear()
        self.reset()
        self.admit(kept)
        self.received_at = {name: received_at[name] for name in self.received_at}

    @property
    def url(self) -> str:
        assert self._http is not None
        return str(self._http.make_url("/")).rstrip("/")

    def enrol(self, public_key: bytes, unit: str) -> None:
        device = device_of(public_key)
        self.units[device], self.keys[device] = unit, public_key
        self.admission.enrolled.add(device)

    def admit(self, entries: Iterable[SignedEntry]) -> None:
        """Take entries in as the operator does, or as if other devices had pushed them."""
        for entry in entries:
            if entry.hash == self.fingerprint:
                self._learn(entry)
            assert self.take(entry).verdict.is_stored, entry.sequence

    def take(self, entry: SignedEntry) -> Judgement:
        judged = self.admission.judge(entry)
        if judged.verdict in {Verdict.MERGED, Verdict.FORKED}:
            assert judged.index is not None
            self.feeds.setdefault(entry.village, []).append((judged.index, entry))
            self.clock_ms += 1
            self.received_at[entry.hash] = self.clock_ms
            self._learn(entry)
        return judged

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=4 * limits.PUSH_BYTES_MAX)
        base = "/v1/networks/{network}"
        app.router.add_post(base + "/devices/{device}/challenge", self._challenge)
        app.router.add_post(base + "/devices/{device}/session", self._session)
        app.router.add_get(base + "/devices/{device}/head", self._head)
        app.router.add_post(base + "/entries", self._push)
        app.router.add_get(base + "/feeds", self._feeds)
        app.router.add_get(base + "/feeds/{village}", self._feed)
        self.add_routes(app, base)
        self._http = TestServer(app)
        await self._http.start_server(shutdown_timeout=0.1)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._http is not None
        await self._http.close()

    def add_routes(self, app: web.Application, base: str) -> None:
        """What a server that publishes its log answers, too; this one publishes nothing."""

    def _learn(self, entry: SignedEntry) -> None:
        body = read_body(entry.body)
        if not isinstance(body, Body):
            return
        if isinstance(body.event, DeviceEnrolled):
            self.enrol(from_base64url(body.event.key, 32), body.village)
        if isinstance(body.event, NetworkEstablished):
            for device in body.event.devices:
                self.enrol(from_base64url(device.key, 32), OFFICE)

    async def _challenge(self, request: web.Request) -> web.Response:
        device = from_base64url(request.match_info["device"], 32)
        if device not in self.units:
            return _problem(403, HeldCode.DEVICE_NOT_ENROLLED)
        challenge = to_base64url(os.urandom(32))
        self.challenges[challenge] = device
        return _answer(wire.Challenge(challenge=challenge, expires_at=2**40))

    async def _session(self, request: web.Request) -> web.Response:
        asked = msgspec.json.decode(await request.read(), type=wire.SessionRequest)
        device = self.challenges.pop(asked.challenge)
        message = session_message(from_base64url(asked.challenge, 32), self.fingerprint, f"http://{request.host}")
        signature = from_base64url(asked.signature, 64)
        if not signing.is_valid(self.keys[device], signature, signing.SESSION_TAG, message):
            return _problem(401, "challenge_failed")
        token = sha256(os.urandom(32)).hexdigest()
        self.sessions[token] = device
        return _answer(wire.Session(token=token, expires_at=2**40, village=self.units[device]))

    def _device(self, request: web.Request) -> bytes | None:
        return self.sessions.get(request.headers.get("Authorization", "").removeprefix("Bearer "))

    async def _head(self, request: web.Request) -> web.Response:
        device = self._device(request)
        if device is None:
            return _problem(401, "session_missing")
        stored = [entry for entry in self.admission.log if entry.device == device]
        main: list[SignedEntry] = []
        for entry in stored:
            if entry.sequence == len(main) + 1 and (not main or entry.previous == main[-1].hash):
                main.append(entry)
        at = int(request.query.get("at", 0))
        if at:
            self.probes.append(at)
        last = main[-1] if main else None
        return _answer(
            wire.DeviceHead(
                device=to_base64url(device),
                enrolled=device in self.admission.enrolled,
                sequence=last.sequence if last else 0,
                hash=to_base64url(last.hash) if last else None,
                at=[to_base64url(entry.hash) for entry in stored if entry.sequence == at],
            )
        )

    async def _push(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.popleft() if self.faults else None
        if fault is Fault.FORGETS_SESSION:
            self.sessions.clear()
        if self._device(request) is None:
            return _problem(401, "session_missing")
        if fault is Fault.BUSY:
            return _problem(503, "server_busy", retry_after="1")
        if fault is Fault.NEVER_ANSWERS:
            await asyncio.sleep(3600)
        data = await request.read()  # aiohttp has undone gzip
        assert len(data) <= limits.PUSH_BYTES_MAX
        lines = data.splitlines()
        assert len(lines) <= limits.PUSH_ENTRIES_MAX
        taken = {Fault.CUT: [], Fault.STORES_HALF: lines[: len(lines) // 2]}.get(fault or Fault.NONE, lines)
        verdicts = [self._verdict(line) for line in taken]
        self.pushes.append(len(taken))
        if fault in {Fault.CUT, Fault.STORES_HALF, Fault.LOSES_REPLY}:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return _answer(wire.PushReply(verdicts=verdicts, size=len(self.admission.log)))

    def _verdict(self, line: bytes) -> wire.EntryVerdict:
        try:
            entry = read_line(line, self.network)
        except Rejected as error:
            return wire.EntryVerdict(verdict=Verdict.REJECTED, code=error.code)
        name = to_base64url(entry.hash)
        if not signing.is_valid(entry.key, entry.signature, signing.ENTRY_TAG, entry.body):
            return wire.EntryVerdict(verdict=Verdict.REJECTED, code=RejectedCode.BAD_SIGNATURE, hash=name)
        judged = self.take(entry)
        return wire.EntryVerdict(verdict=judged.verdict, code=judged.code, hash=name, index=judged.index)

    async def _feed(self, request: web.Request) -> web.Response:
        device = self._device(request)
        village = request.match_info["village"]
        if device is None:
            return _problem(401, "session_missing")
        if village not in {OFFICE, self.units[device]}:
            return _problem(403, "not_your_village")
        if device in self.revoked:
            return _problem(403, "device_revoked")
        feed = self.feeds.get(village, [])
        after = int(request.query["after"])
        self.pages.append((village, after, int(request.query["limit"])))
        if after and int(request.query.get("epoch", self.epoch)) < self.epoch:
            return _problem(409, wire.FEED_DIVERGED)
        if (
            after
            and "hash" in request.query
            and (after > len(feed) or to_base64url(feed[after - 1][1].hash) != request.query["hash"])
        ):
            return _problem(409, wire.FEED_DIVERGED)
        page = feed[after : after + min(int(request.query["limit"]), self.page_entries)]
        lines = [
            wire.encode_feed_line(index, after + at, self.received_at[e.hash], encode_line(e.key, e.signature, e.body))
            for at, (index, e) in enumerate(page, start=1)
        ]
        body = gzip.compress(b"".join(line + b"\n" for line in self.spoil(lines)))
        has_next = after + len(page) < len(feed)
        headers = {
            wire.NEXT_HEADER: "true" if has_next else "false",
            wire.EPOCH_HEADER: str(self.epoch),
            "Content-Encoding": "gzip",
        }
        return web.Response(body=body, content_type=wire.MEDIA_NDJSON, headers=headers)

    async def _feeds(self, request: web.Request) -> web.Response:
        device = self._device(request)
        if device is None:
            return _problem(401, "session_missing")
        self.polls += 1
        sizes = {village: len(self.feeds.get(village, [])) for village in (self.units[device], OFFICE)}
        return _answer(wire.Feeds(feeds=sizes, epoch=self.epoch))

    def spoil(self, lines: list[bytes]) -> list[bytes]:
        """What a lying server does to a page; this one is honest."""
        return lines


def _answer(shape: msgspec.Struct) -> web.Response:
    return web.Response(body=msgspec.json.encode(shape), content_type="application/json")


def _problem(status: int, code: str, *, retry_after: str | None = None) -> web.Response:
    shape = wire.Problem(type=f"urn:sajja:problem:{code}", code=code, status=status, title=code, title_th=code)
    headers = {"Retry-After": retry_after} if retry_after else {}
    return web.Response(
        body=msgspec.json.encode(shape), status=status, content_type=wire.MEDIA_PROBLEM, headers=headers
    )
