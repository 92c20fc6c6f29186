"""Scenario S1 (docs/domain.md section 9.7): B.E. 2563 of two villages and three funds, as real signed entries.

`people` says who there is, `keeper` writes entries and folds them, `year` tells the months, `closing` the year's end,
`reading` reads figures off a log, and `comparison` sets them beside the published ones. `make scenario` prints that.
Only the facts of a meeting are told (who paid in, who missed); what follows from them is calculated over the fold.
"""
