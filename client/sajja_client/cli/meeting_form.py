"""The form of a meeting: one member after the other; Enter takes all that is due, `-` nothing, `q` stops.

Each answer is one durable transaction before the next question, so an interruption costs at most the member on the
screen. Who has paid is not asked again: start the form anew, and it goes on where it was.
"""

import typer

from sajja_client.cli import output
from sajja_client.cli.meeting_tables import due_lines, print_payments
from sajja_client.meeting import acts, payments
from sajja_client.meeting.desk import Desk
from sajja_client.meeting.payments import Payer
from sajja_client.meeting.view import View
from sajja_client.problems import Problem

_NOTHING = "-"
_STOP = ("q", "quit", "เลิก")


def ask_everybody(desk: Desk, view: View, box: str) -> None:
    """Ask for the payment of everybody who owes something and has not paid."""
    dues = acts.dues_at(desk, view)
    done = {str(getattr(line.event, "member", "")) for line in view.paid_in()}
    waiting = [member for member, due in dues.items() if due.total_satang and member not in done]
    output.say(f"จ่ายแล้ว {len(done)} คน เหลือ {len(waiting)} คน", f"{len(done)} have paid, {len(waiting)} to go")
    output.say(
        "กด Enter = จ่ายครบ, - = ไม่จ่าย, q = พัก, หรือพิมพ์เช่น สัจจะ=100 เงินกู้=500 สวัสดิการ=30",
        "Enter = all, - = nothing, q = stop, or such as share=100 loan=500 welfare=30",
    )
    output.say(
        "ถ้ารับผิด: sajja village record entry_reversed entry=ลำดับ reason=wrong_amount แล้วรับใหม่ด้วย take --again",
        "a mistake: reverse the line by its number, and take it again",
    )
    taken = 0
    for at, member in enumerate(waiting, start=1):
        payer = acts.payer_of(desk, view, member, box=box, dues=dues)
        answer = _ask(desk, view, payer, f"{at}/{len(waiting)}")
        if answer is None:
            break
        taken += answer
    output.say(
        f"รับเงินแล้ว {taken} คนในรอบนี้ ทุกคนที่ตอบแล้วบันทึกครบ เริ่มใหม่ได้ด้วยคำสั่งเดิม",
        f"{taken} taken; each is recorded wholly, and the same command goes on from here",
    )


def _ask(desk: Desk, view: View, payer: Payer, place: str) -> bool | None:
    """Whether this member paid; None to stop."""
    while True:
        typer.echo(f"[{place}] {desk.names.shown(payer.member)}")
        typer.echo(due_lines(payer.due))
        try:
            typed = input("> ").strip()
        except (EOFError, KeyboardInterrupt):
            typer.echo("")
            return None
        if typed.lower() in _STOP:
            return None
        if typed == _NOTHING:
            return False
        try:
            words = [(what, text) for what, _, text in (word.partition("=") for word in typed.split())]
            amounts = payments.read_amounts(payer.due, words) if words else None
            print_payments([acts.take(desk, view, payer, amounts)], desk.names)
        except Problem as problem:
            output.refuse(problem)
        else:
            return True
