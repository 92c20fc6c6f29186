"""What runs in a village and at the office: keys, a signed log, books that need no connection, and sync.

* `home` and `keys`: a client's folder and what is secret in it. `store`: the one SQLite file.
* `log`: the device's own log. `mirror`: the feeds it has pulled. `books`: the fold of both.
* `sync` speaks HTTP, and is the only module that does. `enrol` and `office` are how a network comes to be.
* `cli` is for people; it decides nothing.
"""
