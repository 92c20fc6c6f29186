"""Sync with a server: the only part of the client that speaks HTTP.

`server` knows the protocol's calls, `pace` how much to say at once, `run` what to say in which order: `push`, `pull`,
`heal` (what a restored server is given back), `personal` (how parts follow their entries), `witness`. `watch` keeps on.
"""

from sajja_client.sync.report import Fork, SyncReport
from sajja_client.sync.run import Sync
from sajja_client.sync.server import ServerProblem

__all__ = ["Fork", "ServerProblem", "Sync", "SyncReport"]
