"""What is measured. Each figure says its unit, and where there is one its limit and the ratio that is wanted."""

import asyncio
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg

from benchmarks import limits
from benchmarks.material import Material, found_members, frames, make_material, record
from benchmarks.serving import peak_memory_mib, prepare, push_all, server_process, speaker
from sajja_client import keys
from sajja_client.demo import rules
from sajja_client.demo.plan import make_plan
from sajja_client.home import Home, Pin
from sajja_client.log import Log
from sajja_schemas import books
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.tiles import TileWriter
from sajja_server.embedded import EmbeddedPostgres
from sajja_server.growth import leaves_of
from sajja_server.store import log as store

FRAME_ENTRIES = 500
_SLICE_ENTRIES = 1_000
Figure = dict[str, Any]


def fold(*, quick: bool) -> list[Figure]:
    """Trust and books from stored bytes, on one core: the balances alone, and with every entry held to the rules."""
    material = make_material()
    found_members(material)
    founding = len(material.world.entries)
    record(material, material.tablets[0], 10_000 if quick else 60_000)
    meeting_day = _Log.of(material.world.network, material.world.fingerprint, material.world.entries, founding)
    plan = make_plan()
    year = _Log.of(rules.NETWORK, plan.fingerprint, [line.entry for line in plan.lines])
    times = 3 if quick else 5
    return [
        meeting_day.fold("trust and books folded from stored bytes, one core", ">= 60,000 scaled", times),
        meeting_day.fold("the same with the rules on", ">= 40,000 scaled", times, judges=True),
        year.fold("the demonstration's thirteen months folded, approvals and all", "", times),
        year.fold("the same with the rules on", "", times, judges=True),
    ]


class _Log(NamedTuple):
    """A network log to fold; what founds it is folded before the clock starts."""

    network: str
    fingerprint: str
    founding: int
    admitted: list[books.Admitted]
    bodies: dict[str, bytes]

    @classmethod
    def of(cls, network: str, fingerprint: str, entries: list[SignedEntry], founding: int = 0) -> "_Log":
        admitted = [books.Admitted(at, to_base64url(entry.hash), entry.body) for at, entry in enumerate(entries)]
        return cls(network, fingerprint, founding, admitted, {entry.hash: entry.body for entry in admitted})

    def fold(self, name: str, wanted: str, times: int, *, judges: bool = False) -> Figure:
        """In slices, each beside verifications: a processor that changes its speed meanwhile changes both."""
        rates, scaled = [], []
        rest = self.admitted[self.founding :]
        for _ in range(times):
            state = books.open_books(self.network, self.fingerprint, judges=judges)
            for entry in self.admitted[: self.founding]:
                books.apply(state, entry, self.bodies.get)
            folding, verifying = 0.0, limits.Verifying()
            for at in range(0, len(rest), _SLICE_ENTRIES):
                started = time.process_time()
                for entry in rest[at : at + _SLICE_ENTRIES]:
                    books.apply(state, entry, self.bodies.get)
                folding += time.process_time() - started
                verifying.go_on()
            rates.append(len(rest) / folding)
            scaled.append(rates[-1] / verifying.per_cpu_second() * limits.SCALE_VERIFICATIONS)
        return _figure(name, rates, wanted=wanted) | {"scaled": round(statistics.median(scaled))}


def tree(*, quick: bool) -> list[Figure]:
    """The public log from stored entries, on one core: leaves, tiles with their bytes, the root."""
    material = make_material()
    entries = record(material, material.tablets[0], 2_000)
    count = 40_000 if quick else 200_000
    stored = [
        store.StoredLeaf(at, "pp01", at + 1, at, one.hash, one.signature, one.body)
        for at, one in enumerate((entries * (count // len(entries) + 1))[:count])
    ]
    leaves = leaves_of(stored, 0)
    checked, grown = [], []
    for _ in range(3 if quick else 5):
        started = time.process_time()
        leaves_of(stored, 0)
        checked.append(count / (time.process_time() - started))
        writer = TileWriter()
        started = time.process_time()
        written = sum(len(data) for _tile, data in writer.extend(leaves))
        writer.root()
        grown.append(count / (time.process_time() - started))
        assert written
    return [
        _figure("tree: tiles, bundles and root from leaves, one core", grown, wanted=">= 200,000"),
        _figure("leaves from stored entries, each compared with its hash, one core", checked),
    ]


def append(*, quick: bool) -> list[Figure]:
    """The village's own append: sign, one transaction, fsync."""
    with tempfile.TemporaryDirectory() as folder:
        home = _village_home(Path(folder))
        times_ms = []
        with Log.open(home) as log:
            for at in range(200 if quick else 2_000):
                event = ShareDeposited(member="pp01-m001", amount_satang=100 + at, box="pp01-o4")
                started = time.perf_counter()
                log.append(event, by="pp01-o5", day=date(2020, 6, 5), recorded_at=at)
                times_ms.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(times_ms, n=100)
    return [
        {"name": "client append with fsync, p50", "value": round(cuts[49], 2), "unit": "ms"},
        {"name": "client append with fsync, p99", "value": round(cuts[98], 2), "unit": "ms"},
    ]


async def with_postgres(*, quick: bool) -> list[Figure]:
    """Wire, ingest and push, over a PostgreSQL of our own with fsync on."""
    material = make_material()
    found_members(material)
    with EmbeddedPostgres.temporary() as postgres:
        await prepare(postgres, material)
        figures = await _ingest(postgres, quick=quick)
        for projector, wanted in (("on", 0.4), ("paused", 0.5)):
            figures += await _push(postgres, material, projector=projector, wanted=wanted, quick=quick)
        figures += await _small_frames(postgres, material, quick=quick)
    return [*_wire(material), *figures]


def _wire(material: Material) -> list[Figure]:
    entries = record(material, material.tablets[-1], 600)
    return [
        {
            "name": f"wire, frames of {size}",
            "value": round(sum(map(len, frames(material, entries, size))) / len(entries), 1),
            "unit": "bytes/entry",
            "wanted": "<= 160",
        }
        for size in (150, 500)
    ]


async def _ingest(postgres: EmbeddedPostgres, *, quick: bool) -> list[Figure]:
    """Ingest without HTTP and signatures, against COPY of the same rows in equal batches into the same keys."""
    material = make_material("ingestnet")
    founding = material.world.entries[0]
    connection = await asyncpg.connect(postgres.owner_url)
    rates, ratios, copies = [], [], []
    try:
        await store.add_network(connection, "ingestnet", founding.hash)
        await store.ingest(connection, "ingestnet", [founding], [True], 1)
        for _ in range(3 if quick else 7):
            entries = [
                entry for tablet in material.tablets for entry in record(material, tablet, 500 if quick else 1_500)
            ]
            copies.append(await limits.copy_per_second(connection, material, entries))
            started = time.perf_counter()
            for at in range(0, len(entries), limits.COPY_BATCH):
                batch = entries[at : at + limits.COPY_BATCH]
                judgements = await store.ingest(connection, "ingestnet", batch, [True] * len(batch), 1)
                assert all(judgement.verdict == "merged" for judgement in judgements), judgements[0]
            rates.append(len(entries) / (time.perf_counter() - started))
            ratios.append(rates[-1] / copies[-1])
    finally:
        await connection.close()
    return [_figure("ingest, no HTTP, no signatures", rates, "COPY", copies, ratios, wanted=">= 0.4")]


async def _push(
    postgres: EmbeddedPostgres, material: Material, *, projector: str, wanted: float, quick: bool
) -> list[Figure]:
    """Push over HTTP, durable, one server process, eight devices, frames of 500 signed beforehand."""
    per_device = 1_000 if quick else 3_000
    rates, ratios, verified = [], [], []
    async with (
        server_process(postgres.server_url, projector=projector) as ((url, pid),),
        speaker(url, material) as speaks,
    ):
        for tablet in material.tablets:
            await speaks.session(tablet)
        for _ in range(3 if quick else 5):
            work = [
                (speaks.tokens[tablet.name], frames(material, record(material, tablet, per_device), FRAME_ENTRIES))
                for tablet in material.tablets
            ]
            before = await asyncio.to_thread(limits.verifications_per_second, threads=limits.cores())
            rates.append(await push_all(speaks, work, per_device * len(work)))
            after = await asyncio.to_thread(limits.verifications_per_second, threads=limits.cores())
            verified.append(statistics.mean((before, after)))
            ratios.append(rates[-1] / verified[-1])
        memory = peak_memory_mib(pid)
    name = f"push over HTTP, frames of {FRAME_ENTRIES}, projector {projector}"
    return [
        _figure(name, rates, "verifications, all cores", verified, ratios, wanted=f">= {wanted}"),
        {"name": f"memory of that server, projector {projector}", "value": memory, "unit": "MiB", "wanted": "<= 300"},
    ]


async def _small_frames(postgres: EmbeddedPostgres, material: Material, *, quick: bool) -> list[Figure]:
    figures = []
    async with server_process(postgres.server_url) as ((url, _pid),), speaker(url, material) as speaks:
        for size in (1, 20, 150):
            per_device = min(size * 20, 300 if quick else 900)
            work = []
            for tablet in material.tablets:
                await speaks.session(tablet)
                work.append((speaks.tokens[tablet.name], frames(material, record(material, tablet, per_device), size)))
            rate = await push_all(speaks, work, per_device * len(work))
            figures.append(_figure(f"push over HTTP, frames of {size}, projector on", [rate]))
    return figures


def _figure(
    name: str,
    rates: list[float],
    limit_name: str | None = None,
    limit: list[float] | None = None,
    ratios: list[float] | None = None,
    wanted: str = "",
) -> Figure:
    figure: Figure = {"name": name, "value": round(statistics.median(rates)), "unit": "entries/s", "wanted": wanted}
    if limit_name is not None and limit and ratios:
        figure |= {
            "limit_name": limit_name,
            "limit": round(statistics.median(limit)),
            "ratio": round(statistics.median(ratios), 2),
            "ratios": [round(ratio, 2) for ratio in ratios],
        }
    return figure


def _village_home(folder: Path) -> Home:
    home = Home(folder)
    home.create()
    home.write_pin(Pin(network="benchnet", fingerprint="A" * 43, village="pp01", server_url="http://127.0.0.1"))
    keys.create_key(home.device_key_path)
    return home
