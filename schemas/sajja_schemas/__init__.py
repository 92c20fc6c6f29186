"""What every side of Sajja must agree on, byte for byte.

Two layers, and the first never imports the second:

 * *bytes*: `canonical, entry, signing, chain, verdicts, wire, limits`;
 * *meaning*: `money, calendar, accounts, postings, events, standing, quorum, trust, transit, books, invariants,
   figures, bylaws, calculations`.

Pure: no clock, no disk, no network, no logging. PyNaCl is used in `signing` only.
"""
