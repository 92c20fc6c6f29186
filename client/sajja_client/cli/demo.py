"""`sajja demo`: the demonstration network of Pak Phun on this machine, driven by real clients over HTTP.

Exit codes: 0 done · 1 a figure differs, or a problem · 2 something is not installed · 3 the server died or does not
answer · 4 a conflict: the port is in use, or the folder holds another demonstration.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer


def demo(
    *,
    home: Annotated[
        Path | None, typer.Option(help="โฟลเดอร์ของข้อมูลสาธิต · where the clients and the database live")
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="พอร์ตของหน้าเว็บ · where the page is served; 0 takes any")
    ] = 8080,
    seed: Annotated[int | None, typer.Option(help="เมล็ดสุ่ม · fixes the bytes of every entry")] = None,
    full: Annotated[
        bool,
        typer.Option("--full", help="สิบปีตั้งแต่ 2553 ไม่ใช่สิบสามเดือน · ten years as entries, in minutes"),
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="ตรวจทุกตัวเลข · compare server and logs with the table; 1 if they differ")
    ] = False,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="โหลดแล้วหยุด · stop after loading")] = False,
    first_day: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], hidden=True, help="another first of a month: a shorter load"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="totals in satang, and the timings of the load")] = False,
) -> None:
    """เครือข่ายสาธิตปากพูน · Load the demonstration network and serve its page. ข้อมูลสาธิต / DEMO DATA."""
    import asyncio

    if full and first_day is not None:
        raise typer.BadParameter("--full และ --from ใช้พร้อมกันไม่ได้ · not together with --from", param_hint="--full")
    from sajja_client.demo.show import Wish, default_home, run

    wish = Wish(
        home=(home or default_home()).absolute(),
        port=port,
        seed=seed,
        first_day=first_day.date() if first_day is not None else None,
        full=full,
        check=check,
        serve=not no_serve,
        as_json=as_json,
    )
    raise typer.Exit(asyncio.run(run(wish)))
