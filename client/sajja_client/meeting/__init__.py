"""A village's meeting on one tablet, from the opening count to the close with its signatures.

* `dues`: what each member owes today, by pledge, contract and bylaws. Pure.
* `payments`: an amount that is paid, as the entries that are written for it, with their printed split. Pure.
* `cash`: notes and coins. Pure.
* `view`: a meeting as the log shows it: who paid, what was received, what is late, who closed it.
* `approving`: what waits for officers, what each still needs, and who has unlocked this tablet for this meeting.
* `writing`: the way from a decision to signed lines: one payment is one transaction.
* `acts`: open, attend, take, count, variance, close. `payments_file`, `form`: many payments at once, or one by one.
"""
