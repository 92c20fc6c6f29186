"""The demonstration network: twelve invented villages around a published total, driven by real clients.

 * `plan` is pure. A seed gives every act of every tablet, and so the bytes of every entry and every balance.
 * `drive` lets real clients record the plan and push it over HTTP; `figures` compares what came out with `targets`.
 * Openings are the final state less the activity. What twelve months must come to (nights in hospital, cover, a group's
   sales) is drawn within its bounds so that it does; nothing else is recorded to make a figure fit.
 * `decade` plans the ten years before, where they are wanted as entries and not told from paper.

Reading order: rules, people, lending, cover, claims, season, meetings, errands, settlement, closing, reckoning, groups,
funds, openings, history, founding, plan, writing; then drive and show.
Source: docs/domain.md section 12.
"""
