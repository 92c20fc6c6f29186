"""A document as PDF, set by typst with the typeface Sarabun: an extra, since it weighs eighty megabytes.

The document goes in as JSON and is never part of the template's own text, so nothing in it can be markup. No clock is
read and no system font is taken: the same document is the same file everywhere. It is PDF/A-2b, to be kept.
"""

from importlib.resources import files
from typing import Final, Literal

import msgspec

from sajja_client.paper.document import Document
from sajja_client.problems import EXIT_USAGE, Problem

TEMPLATE: Final = "document.typ"
_PIXELS_PER_INCH: Final = 110


class PdfNotInstalled(Problem):
    """The extra that sets PDF is not here."""

    code = "pdf_not_installed"
    thai = "เครื่องนี้ยังทำ PDF ไม่ได้ ติดตั้งด้วย pip install 'sajja[pdf]' หรือพิมพ์เป็นข้อความโดยไม่ใส่ --pdf"
    english = "PDF is not installed here: pip install 'sajja[pdf]', or print plain text by leaving --pdf out"
    exit_code = EXIT_USAGE


def pdf(document: Document) -> bytes:
    """The document as PDF.

    Raises:
        PdfNotInstalled: the extra `pdf` is not here.
    """
    return _compiled(document, "pdf")[0]


def pictures(document: Document) -> list[bytes]:
    """Its pages as PNG, to look at.

    Raises:
        PdfNotInstalled: the extra `pdf` is not here.
    """
    return _compiled(document, "png")


def _compiled(document: Document, form: Literal["pdf", "png"]) -> list[bytes]:
    try:
        import fontpkg_sarabun  # noqa: PLC0415  # an extra: most of this program works without it
        import typst  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise PdfNotInstalled from error
    made = typst.compile(
        files("sajja_client.paper").joinpath(TEMPLATE).read_bytes(),
        font_paths=typst.Fonts(False, False, [str(fontpkg_sarabun.ROOT / "files")]),
        ignore_system_fonts=True,
        format=form,
        ppi=_PIXELS_PER_INCH,
        sys_inputs={"document": msgspec.json.encode(document).decode()},
        pdf_standards="a-2b" if form == "pdf" else None,
    )
    return made if isinstance(made, list) else [made]
