"""The demonstration network: twelve invented villages around a published total, driven by real clients.

 * `plan` is pure. A seed gives every act of every tablet, and so the bytes of every entry and every balance.
 * `drive` lets real clients record the plan and push it over HTTP; `figures` compares what came out with `targets`.
 * Openings are the final state less the activity. Nothing is recorded only to make a figure fit.

Reading order: rules, people, lending, season, meetings, errands, funds, openings, founding, plan, writing; then drive
and show.
Source: docs/domain.md section 12.
"""
