"""What stood before there were two places is the first build, and is read as before."""

import shutil
from pathlib import Path

import asyncpg
import pytest

from sajja_server import migrations
from sajja_server.embedded import EmbeddedPostgres
from sajja_server.migrations import apply_roles, migrate
from sajja_server.projections import builds
from sajja_server.projections.builds import Status

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

MIGRATIONS = Path(migrations.__file__).parent / "sql" / "migrations"
TWO_PLACES = "20261201000050_builds.sql"


async def test_books_from_before_are_the_first_build_and_the_way_down_leads_back(tmp_path: Path) -> None:
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    for file in MIGRATIONS.glob("*.sql"):
        if file.name < TWO_PLACES:
            shutil.copy(file, earlier)
    shutil.copytree(earlier, tmp_path / "later")
    shutil.copy(MIGRATIONS / TWO_PLACES, tmp_path / "later")
    with EmbeddedPostgres.temporary(settings={"fsync": "off"}) as postgres:
        await apply_roles(postgres.owner_url)
        await migrate(postgres.owner_url, directory=earlier)
        owner = await asyncpg.connect(postgres.owner_url)
        await owner.execute("INSERT INTO books.state VALUES ('pakphun', 16, 812)")
        await owner.execute("INSERT INTO books.balance VALUES ('pakphun', 'bank:pp01', 3110, 'm1', -700)")
        assert await migrate(postgres.owner_url, directory=tmp_path / "later") == [TWO_PLACES]
        live = await builds.live(owner, "pakphun")
        assert live is not None
        assert (live.number, live.slot, live.version, live.status, live.folded) == (1, "a", 16, Status.LIVE, 812)
        assert await owner.fetchval("SELECT amount_satang FROM books.balance WHERE network = 'pakphun'") == -700
        tables = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'books_b' ORDER BY 1")
        assert [row[0] for row in tables] == sorted(builds.TABLES)
        down = (MIGRATIONS / TWO_PLACES).read_text().partition("-- migrate:down")[2]
        await owner.execute(down)
        assert await owner.fetchval("SELECT index FROM books.state WHERE network = 'pakphun'") == 812
        await owner.close()
