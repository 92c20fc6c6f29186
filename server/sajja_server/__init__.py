"""The Sajja server: takes villages' signed entries in, gives each its place, and derives what people look at.

`cli -> app -> api -> merge, projections -> store`. asyncpg is used in `store`, `projections` and `migrations` only,
aiohttp in `api` and `app` only.
"""
