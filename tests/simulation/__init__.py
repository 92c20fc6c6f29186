"""A seeded network: villages that record, links that cut, servers that are killed; and an oracle that knows the sum.

    python -m simulation --seed 7            one run; `make simulate seed=7`
    python -m simulation --seeds 1..20       several
    python -m simulation --seed 7 --fault double_count    put a fault in, and see that the oracle finds it

* The clients are the real library over real files, the servers real `sajja-server` processes over a real PostgreSQL.
* The seed decides everything that the simulation chooses: who records what and when, which bytes are signed, who syncs
  when over what weather, which process is killed. What the machine interleaves within a step is the machine's own.
* Nothing that is chosen depends on what came through, so a change in the code under test leaves the story as it was.

`plan` says how large; `people` holds villages and devices; `doings` what they record; `carriers` who goes to town with
a stick; `machines` the servers (each a `process`), `points` where they die, `troubles` when.
`disputes` is the other kind of run: copied and stolen tablets, lost lines, and the office's decisions in any order.
`story` tells a run; `oracle` judges it; `faults` are put in to prove the oracle awake.
"""
