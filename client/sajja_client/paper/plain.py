"""A document as plain text for a terminal, or for the printer that is there. It needs nothing but this program.

Columns are measured as a terminal shows them: Thai vowels and tone marks above and below take no room of their own.
"""

from typing import Final

from rich.cells import cell_len

from sajja_client.paper.document import Column, Document, Table

WIDTH: Final = 96
RECEIPT_WIDTH: Final = 44
_GAP: Final = "  "
_SHRINK_TO: Final = 8
DEMO: Final = "ข้อมูลสาธิต · DEMO DATA"


def plain(document: Document, room: int = WIDTH) -> str:
    """The document, with a line end; as wide as the room that there is, where a page would be wider."""
    width = RECEIPT_WIDTH if document.paper == "receipt" else min(WIDTH, max(RECEIPT_WIDTH, room))
    lines = ["═" * width]
    if document.demonstration:
        lines.append(_centred(DEMO, width))
    for text in (document.issuer.thai, document.title.thai, document.title.english):
        lines += [_centred(line, width) for line in _wrapped(text, width)]
    lines.append("─" * width)
    for fact in document.facts:
        lines += _wrapped(f"{fact.thai} · {fact.english}: {fact.text}", width)
    for table in document.tables:
        lines += ["", *_table(table, width)]
    if document.notes:
        lines.append("")
    for note in document.notes:
        lines += _wrapped(note.thai, width) + _wrapped(note.english, width)
    for words in document.signatures:
        lines += ["", f"ลงชื่อ {'.' * 28}", *_wrapped(f"       {words.thai} · {words.english}", width)]
    if document.number:
        lines += ["─" * width, *_wrapped(document.number, width)]
    lines.append("═" * width)
    return "\n".join(lines) + "\n"


def _table(table: Table, width: int) -> list[str]:
    heads = [[column.thai for column in table.columns], [column.english for column in table.columns]]
    widths = _widths(table, heads, width)
    rule = _GAP.join("─" * wide for wide in widths)
    title = table.title
    lines = _wrapped(f"{title.thai} · {title.english}", width) if title is not None else []
    for head in heads:
        lines += _row(table.columns, head, widths)
    lines.append(rule)
    for row in table.rows:
        lines += _row(table.columns, row, widths)
    if table.totals:
        lines.append(rule)
    for row in table.totals:
        lines += _row(table.columns, row, widths)
    return lines


def _widths(table: Table, heads: list[list[str]], width: int) -> list[int]:
    listed = [*heads, *table.rows, *table.totals]
    widths = [max((cell_len(row[place]) for row in listed), default=1) for place in range(len(table.columns))]
    room = width - len(_GAP) * (len(widths) - 1)
    # Too wide a table gives way where text can be folded, the widest first; numbers never are.
    foldable = [place for place, column in enumerate(table.columns) if not column.is_number]
    while sum(widths) > room and (able := [place for place in foldable if widths[place] > _SHRINK_TO]):
        widths[max(able, key=lambda place: widths[place])] -= 1
    return [max(1, wide) for wide in widths]


def _row(columns: list[Column], cells: list[str], widths: list[int]) -> list[str]:
    folded = [
        [cell] if column.is_number else _wrapped(cell, wide)
        for column, cell, wide in zip(columns, cells, widths, strict=True)
    ]
    lines = []
    for at in range(max(map(len, folded))):
        parts = [
            _padded(cell[at] if at < len(cell) else "", wide, right=column.is_number)
            for column, cell, wide in zip(columns, folded, widths, strict=True)
        ]
        lines.append(_GAP.join(parts).rstrip())
    return lines


def _padded(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def _centred(text: str, width: int) -> str:
    return " " * max(0, (width - cell_len(text)) // 2) + text


def _wrapped(text: str, width: int) -> list[str]:
    """Fold at spaces; a word that is wider than the line, as Thai without spaces is, between two letters."""
    lines, line = [], ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if cell_len(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        line = word
        while cell_len(line) > width:
            head = _fitting(line, width)
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line]


def _fitting(text: str, width: int) -> str:
    """As many letters as fit, each with the marks that stand on it."""
    end, used = 0, 0
    for letter in text:
        wide = cell_len(letter)
        if used + wide > width:
            break
        used += wide
        end += 1
    return text[: max(end, 1)]
