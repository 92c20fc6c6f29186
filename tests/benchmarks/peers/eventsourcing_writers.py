"""Run by the Python of `places.python`: eight processes write through the library's own recorder.

Reads from standard input: the connection, the size of a batch, and each writer's facts; prints facts a second.
"""

import json
import sys
import time
from multiprocessing import Barrier, Process
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore


def recorder(connection: dict[str, Any]) -> PostgresApplicationRecorder:
    """As the library makes it where nothing is said."""
    return PostgresApplicationRecorder(PostgresDatastore(**connection), events_table_name="stored_events")


def write(connection: dict[str, Any], barrier: Any, facts: list[str], size: int) -> None:
    """One writer: a stream of its own, a transaction a batch."""
    mine: UUID = uuid4()
    events = [StoredEvent(mine, at + 1, "facts:Fact", fact.encode()) for at, fact in enumerate(facts)]
    batches = [events[at : at + size] for at in range(0, len(events), size)]
    into = recorder(connection)
    into.select_events(mine)  # opens the connection
    barrier.wait()
    for batch in batches:
        into.insert_events(batch)
    barrier.wait()


def main() -> None:
    asked = json.load(sys.stdin)
    recorder(asked["connection"]).create_table()  # once: two at a time fail
    barrier = Barrier(len(asked["facts"]) + 1)
    writers = [Process(target=write, args=(asked["connection"], barrier, own, asked["size"])) for own in asked["facts"]]
    for writer in writers:
        writer.start()
    barrier.wait()
    started = time.perf_counter()
    barrier.wait()
    seconds = time.perf_counter() - started
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    json.dump(sum(map(len, asked["facts"])) / seconds, sys.stdout)


if __name__ == "__main__":
    main()
