"""Sync with a server: the only part of the client that speaks HTTP.

`server` knows the protocol's calls, `run` what to say in which order, `heal` what a restored server is given back,
`personal` how parts follow their entries.
"""

from sajja_client.sync.run import Fork, Sync, SyncReport
from sajja_client.sync.server import ServerProblem

__all__ = ["Fork", "ServerProblem", "Sync", "SyncReport"]
