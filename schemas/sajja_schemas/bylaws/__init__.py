"""Bylaws are versioned data: which are in force on a day, what is wrong with a draft, what an old version cost.

 * `history`: the versions that were adopted, and the one in force on a business date;
 * `problems`: what a meeting should know before it adopts a ruleset;
 * `approvals`: the approver class of an event, which bylaws may raise and never lower;
 * `demands`: whose approval an entry needs, as of the index at which it is admitted;
 * `ruling`: whose bylaws an event is done by, and the product that rules a loan;
 * `yearly_cost`: what a loan product costs in a year, for the limit of the civil code;
 * `variance`: what an entry would have been under the version in force, where its author used another;
 * `parameters`: every parameter with its name and the ledgers that it is for; `defaults`: assumed values for a draft.

The shape of a ruleset is `sajja_schemas.events.ruleset`. Rules bind the author and only inform the server: nothing in
this package refuses an entry. Source: docs/domain.md section 4.
"""
