"""The ten years before the thirteen months, as signed entries: what `sajja demo --full` records in place of paper.

 * The thirteen months stay as they are. What they open with is what these years must come to: every member's shares and
   special savings, every loan, box and bank, the open year's income and expense, and the sum of the reserves.
 * Backwards: shares are spread over the months of membership, loans that stand on the first day are served from the day
   on which they were paid out. Forwards: what the bank can spare is lent; years are closed and their profit allocated.
 * Each year's end meets the growth path of docs/domain.md section 12.3 to the satang. What lives of their own do not
   bring is brought by special savings in December, and by a donation or by public works.

Reading order: path, leavers, saving, borrowing, years, founding, errands, closing, benefits, office, whole.
"""
