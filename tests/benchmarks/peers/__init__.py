"""`make bench-peers`: the same facts, written into what somebody would pick instead.

* Every peer is installed from its registry at the version that `places` names, and runs as its authors ship it.
* The facts are the bodies that our devices sign: the same bytes, the same eight writers, the same batches. What a
  client can prepare (signing, JSON, Protobuf) is prepared before the clock starts, for us and for them.
* PostgreSQL is one server for all who use it, with fsync on. Each peer is measured in turn with ours, round by round.
* Ours is a whole push over HTTP: session, gzip, signature and chain of every entry verified, verdicts, books kept.
"""
