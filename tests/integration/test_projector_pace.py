"""Under many small pushes the projector folds several at once, and is soon where the log is."""

import asyncio

import asyncpg
import pytest

from sajja_schemas import limits
from sajja_schemas.events.savings import ShareDeposited
from sajja_server.store.pool import Pool
from support.database import Database
from support.serving import Speaker, admit, serving, speaking
from support.world import Tablet, World

pytestmark = pytest.mark.postgres

PUSHES = 40


async def test_many_small_pushes_are_folded_in_few_batches(database: Database, pool: Pool) -> None:
    """The books tell the same as after one large push; each batch is a transaction, and there are far fewer of them."""
    world = World.founded(("pp01", "pp02"))
    await admit(database.server_url, world)
    owner = await asyncpg.connect(database.owner_url)
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
        office = world.office.tablets[0]
        await speaker.totals(at_index=(await speaker.push(office, office.log)).size)
        await count_batches(owner)
        tablets = [tablet for code in ("pp01", "pp02") for tablet in world.village(code).tablets]
        await asyncio.gather(*(push_one_by_one(speaker, world, tablet) for tablet in tablets))
        size = len(office.log) + PUSHES * len(tablets)
        totals = await speaker.totals(at_index=size)
    assert totals["totals"]["shares_satang"] == 100 * PUSHES * len(tablets)
    batches = [row["index"] for row in await owner.fetch("SELECT index FROM public.batch ORDER BY index")]
    await owner.close()
    assert batches[-1] == size
    assert len(batches) < PUSHES * len(tablets) / 2


async def push_one_by_one(speaker: Speaker, world: World, tablet: Tablet) -> None:
    for _ in range(PUSHES):
        entry = world.record(tablet, ShareDeposited(member="m1", amount_satang=100, box="b1"))
        reply = await speaker.push(tablet, [entry])
        assert [verdict.verdict for verdict in reply.verdicts] == ["merged"]


async def count_batches(owner: asyncpg.Connection) -> None:
    """Let the database write down each commit of the books' index."""
    await owner.execute(
        """
        CREATE TABLE public.batch (index bigint);
        CREATE FUNCTION public.note_batch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
            $$ BEGIN INSERT INTO public.batch VALUES (NEW.index); RETURN NULL; END $$;
        CREATE TRIGGER note_batch AFTER UPDATE ON books_a.state FOR EACH ROW EXECUTE FUNCTION public.note_batch();
        """
    )


@pytest.mark.parametrize("bound", ["INGEST_WAITING_MAX", "INGEST_WAITING_BYTES_MAX"])
async def test_pushes_beyond_what_may_wait_are_told_to_come_back(
    bound: str, database: Database, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of them is stored, and nothing else is disturbed; a moment later the same push is merged."""
    world = World.founded(("pp01",))
    await admit(database.server_url, world)
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
        office, tablet = world.office.tablets[0], world.village("pp01").tablets[0]
        size = (await speaker.push(office, office.log)).size
        entry = world.record(tablet, ShareDeposited(member="m1", amount_satang=100, box="b1"))
        with monkeypatch.context() as narrow:
            narrow.setattr(limits, bound, 0)
            with pytest.raises(AssertionError, match="server_busy"):
                await speaker.push(tablet, [entry])
        reply = await speaker.push(tablet, [entry])
    assert (reply.verdicts[0].verdict, reply.verdicts[0].index) == ("merged", size)
