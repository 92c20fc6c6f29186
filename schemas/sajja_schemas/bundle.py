r"""A bundle: what travels by hand, on a USB stick, from a device or to one. Whoever carries it is not believed.

* A file is the gzip of lines. The first is the manifest, canonical JSON: `{"bundle":"sajja bundle v1", ...}`; it says
  how many lines of each kind follow it, in this order:
    entry    an entry's own line, as on the wire; of any number of devices
    sealed   `{"sealed":"…","to":"<43>"}`: a personal part's line, sealed to the Ed25519 key `to`: for it alone
    shown    `{"path":["<43>",…],"shown":` + feed line + `}`: a feed's line, with its inclusion path to the tree of the
             checkpoint that stands in the manifest as `note`
    proof    `{"device":"<43>","hash":"<43>","proof":"…","sequence":7}`: a C2SP tlog-proof of an entry
    told     the same with `verdict` and `code` in place of `proof`: an answer that is not proof of anything
* Everything is verified by whoever takes it in: entries by their signatures, shown lines and proofs by the log's
  checkpoint, parts by their commitments. The manifest is nobody's word; it only shows whether the file is whole.
* Reading is bounded: packed and unpacked bytes, the number of lines, the length of each.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Final, TypeVar

import msgspec

from sajja_schemas import limits
from sajja_schemas.canonical import NotCanonical, decode, encode
from sajja_schemas.entry import Base64Url32, Unreadable, from_base64url, to_base64url

FORMAT: Final = "sajja bundle v1"
_GZIP: Final = 31
_PIECE_BYTES: Final = 64 * 1024
_PATH_START: Final = b'{"path":['
_PATH_END: Final = b'],"shown":'
_PATH_BYTES_MAX: Final = 64 * len(f'"{"A" * 43}",')  # of a tree of 2**64 leaves
_SPARE: Final = {0: 0, 2: 1, 3: 2}
_Shape = TypeVar("_Shape")


class BundleCode(StrEnum):
    """Why a file is not taken in. The codes are for ever."""

    UNREADABLE = "bundle_unreadable"  # not a bundle, or damaged
    TRUNCATED = "bundle_truncated"  # it ends before its end
    TOO_LARGE = "bundle_too_large"
    OTHER_NETWORK = "bundle_of_another_network"
    UNPROVEN = "bundle_unproven"  # what it shows of the network log is not in it
    OLD = "bundle_old"  # of a log that was continued since
    NO_ROOM = "bundle_no_room"  # this device carries as much as it may


_SENTENCES: Final = {
    BundleCode.UNREADABLE: (
        "แฟ้มนี้ไม่ใช่แฟ้มข้อมูลสัจจะหรือเสียหาย จึงไม่ได้รับอะไรไว้ ให้ทำแฟ้มใหม่จากเครื่องต้นทาง",
        "this is not a Sajja bundle, or it is damaged; nothing was taken in. Make it again where it came from",
    ),
    BundleCode.TRUNCATED: (
        "แฟ้มนี้ขาดหายไปตอนท้าย (อาจถอดแฟลชไดรฟ์ก่อนเขียนเสร็จ) จึงไม่ได้รับอะไรไว้ ให้คัดลอกใหม่",
        "the end of this file is missing (was the stick pulled out too soon?); nothing was taken in. Copy it again",
    ),
    BundleCode.TOO_LARGE: (
        "แฟ้มนี้ใหญ่เกินขนาดที่รับได้ จึงไม่ได้รับอะไรไว้",
        "this file is larger than any bundle may be; nothing was taken in",
    ),
    BundleCode.OTHER_NETWORK: (
        "แฟ้มนี้เป็นของเครือข่ายอื่น จึงไม่ได้รับอะไรไว้",
        "this bundle is another network's; nothing was taken in",
    ),
    BundleCode.UNPROVEN: (
        "รายการในแฟ้มนี้ไม่ตรงกับสมุดกลางที่ลงนามไว้ จึงไม่ได้รับอะไรไว้ แจ้งสำนักงาน",
        "what this file shows is not in the network log as it was signed; nothing was taken in. Tell the office",
    ),
    BundleCode.OLD: (
        "แฟ้มนี้ทำไว้ก่อนที่สมุดกลางจะเปิดต่อใหม่ จึงไม่ได้รับอะไรไว้ ขอแฟ้มใหม่จากเซิร์ฟเวอร์",
        "this file was made before the network log was continued; nothing was taken in. Ask for a new one",
    ),
    BundleCode.NO_ROOM: (
        "เครื่องนี้ถือรายการแทนเครื่องอื่นเต็มแล้ว ให้ส่งข้อมูล (sync) ก่อน",
        "this device carries as much for others as it may; sync it first",
    ),
}


class BundleWrong(ValueError):
    """This file is not taken in, and nothing of it was."""

    def __init__(self, code: BundleCode) -> None:
        super().__init__(code.value)
        self.code = code

    @property
    def sentences(self) -> tuple[str, str]:
        """Why, in Thai and in English."""
        return _SENTENCES[self.code]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What the first line says."""

    bundle: str
    network: str
    fingerprint: Base64Url32
    made_at: int
    entries: int = 0
    sealed: int = 0
    shown: int = 0
    proofs: int = 0
    told: int = 0
    note: str = ""


class Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A personal part that only one key opens."""

    sealed: str
    to: Base64Url32

    @property
    def box(self) -> bytes:
        """The sealed bytes.

        Raises:
            Unreadable: they are none.
        """
        groups, rest = divmod(len(self.sealed), 4)
        if rest not in _SPARE or not self.sealed:
            raise Unreadable("not base64url")
        return from_base64url(self.sealed, 3 * groups + _SPARE[rest])


class Shown(msgspec.Struct, frozen=True):
    """A feed's line and its inclusion path."""

    path: tuple[bytes, ...]
    line: bytes


class EntryProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A proof that an entry is in the log, not yet verified."""

    device: Base64Url32
    hash: Base64Url32
    proof: str
    sequence: int


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a server is said to have answered."""

    device: Base64Url32
    hash: Base64Url32
    sequence: int
    verdict: str
    code: str = ""


class Bundle(msgspec.Struct, kw_only=True):
    """A bundle that was read, or is to be written."""

    network: str
    fingerprint: str
    made_at: int
    note: str = ""
    entries: list[bytes] = []  # lines
    sealed: list[Sealed] = []
    shown: list[Shown] = []
    proofs: list[EntryProof] = []
    told: list[Told] = []


def encode_sealed(sealed: Sealed) -> bytes:
    """A sealed part's line, without a line end."""
    return encode({"sealed": sealed.sealed, "to": sealed.to})


def seal_of(box: bytes, to: bytes) -> Sealed:
    """The line's shape of sealed bytes."""
    return Sealed(sealed=to_base64url(box), to=to_base64url(to))


def looks_sealed(line: bytes) -> bool:
    """Whether a line says that it is a sealed part."""
    return line.startswith(b'{"sealed":')


def decode_sealed(line: bytes) -> Sealed:
    """The sealed part of a line.

    Raises:
        Unreadable: it is none.
    """
    if len(line) > limits.SEALED_LINE_BYTES_MAX:
        raise Unreadable("too long for a sealed part")
    return _convert(line, Sealed)


def encode_bundle(bundle: Bundle) -> bytes:
    """The file of a bundle."""
    packer = zlib.compressobj(level=6, wbits=_GZIP)
    return b"".join([*(packer.compress(line + b"\n") for line in bundle_lines(bundle)), packer.flush()])


def bundle_lines(bundle: Bundle) -> Iterator[bytes]:
    """The lines of a bundle as they stand before they are packed, without line ends."""
    manifest: dict[str, str | int] = {
        "bundle": FORMAT, "network": bundle.network, "fingerprint": bundle.fingerprint, "made_at": bundle.made_at,
        "entries": len(bundle.entries), "sealed": len(bundle.sealed), "shown": len(bundle.shown),
        "proofs": len(bundle.proofs), "told": len(bundle.told),
    }  # fmt: skip
    if bundle.note:
        manifest["note"] = bundle.note
    yield encode(manifest)
    yield from bundle.entries
    yield from map(encode_sealed, bundle.sealed)
    for shown in bundle.shown:
        path = b",".join(b'"' + to_base64url(one).encode("ascii") + b'"' for one in shown.path)
        yield _PATH_START + path + _PATH_END + shown.line + b"}"
    for proof in bundle.proofs:
        yield encode(msgspec.to_builtins(proof))
    for told in bundle.told:
        yield encode(msgspec.to_builtins(told))


def read_bundle(pieces: Iterable[bytes], network: str, fingerprint: str) -> Bundle:
    """The bundle of a file that comes in pieces; its lines are cut apart, and nothing in them is verified.

    Raises:
        BundleWrong: it is not one, not whole, too large, or of another network.
    """
    lines = _unpacked(pieces)
    try:
        manifest = _convert(next(lines), Manifest)
    except (StopIteration, Unreadable) as error:
        raise BundleWrong(BundleCode.UNREADABLE) from error
    if manifest.bundle != FORMAT:
        raise BundleWrong(BundleCode.UNREADABLE)
    if (manifest.network, manifest.fingerprint) != (network, fingerprint):
        raise BundleWrong(BundleCode.OTHER_NETWORK)
    counts = (manifest.entries, manifest.sealed, manifest.shown, manifest.proofs, manifest.told)
    if any(count < 0 for count in counts):
        raise BundleWrong(BundleCode.UNREADABLE)
    if sum(counts) > limits.BUNDLE_LINES_MAX:
        raise BundleWrong(BundleCode.TOO_LARGE)
    entries, sealed, shown, proofs, told = ([next(lines, None) for _ in range(count)] for count in counts)
    if None in told or None in proofs or None in shown or None in sealed or None in entries:
        raise BundleWrong(BundleCode.TRUNCATED)
    if next(lines, None) is not None:
        raise BundleWrong(BundleCode.UNREADABLE)
    try:
        return Bundle(
            network=network, fingerprint=fingerprint, made_at=manifest.made_at, note=manifest.note,
            entries=[line for line in entries if line is not None],
            sealed=_each(sealed, decode_sealed),
            shown=_each(shown, _decode_shown),
            proofs=_each(proofs, lambda line: _convert(line, EntryProof)),
            told=_each(told, lambda line: _convert(line, Told)),
        )  # fmt: skip
    except Unreadable as error:
        raise BundleWrong(BundleCode.UNREADABLE) from error


def _each(lines: Iterable[bytes | None], read: Callable[[bytes], _Shape]) -> list[_Shape]:
    return [read(line) for line in lines if line is not None]


def _convert(line: bytes, shape: type[_Shape]) -> _Shape:
    try:
        return msgspec.convert(decode(line), type=shape)
    except (NotCanonical, msgspec.ValidationError) as error:
        raise Unreadable("not a line of a bundle") from error


def _decode_shown(line: bytes) -> Shown:
    end = line.find(_PATH_END, 0, len(_PATH_START) + _PATH_BYTES_MAX + len(_PATH_END))
    if not line.startswith(_PATH_START) or end < 0 or not line.endswith(b"}"):
        raise Unreadable("not a shown line")
    listed = line[len(_PATH_START) : end]
    texts = listed.split(b",") if listed else []
    if not all(text[:1] == text[-1:] == b'"' for text in texts):
        raise Unreadable("not a path")
    path = tuple(from_base64url(text[1:-1], 32) for text in texts)
    return Shown(path, line[end + len(_PATH_END) : -1])


def _unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of the file, as they are unpacked.

    Raises:
        BundleWrong: too large, or not whole.
    """
    kept = b""
    for data in _inflated(pieces):
        *whole, kept = (kept + data).split(b"\n")
        if len(kept) > limits.BUNDLE_LINE_BYTES_MAX or any(len(one) > limits.BUNDLE_LINE_BYTES_MAX for one in whole):
            raise BundleWrong(BundleCode.TOO_LARGE)
        yield from whole
    if kept:
        raise BundleWrong(BundleCode.TRUNCATED)


def _inflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=_GZIP)
    packed = unpacked = 0
    for piece in pieces:
        packed += len(piece)
        if packed > limits.BUNDLE_BYTES_MAX:
            raise BundleWrong(BundleCode.TOO_LARGE)
        waiting = piece
        while waiting:
            if unpacker.eof:
                raise BundleWrong(BundleCode.UNREADABLE)  # something stands behind the end
            try:
                data = unpacker.decompress(waiting, _PIECE_BYTES)
            except zlib.error as error:
                raise BundleWrong(BundleCode.UNREADABLE) from error
            unpacked += len(data)
            if unpacked > limits.BUNDLE_UNPACKED_BYTES_MAX:
                raise BundleWrong(BundleCode.TOO_LARGE)
            yield data
            waiting = unpacker.unconsumed_tail or (unpacker.unused_data if unpacker.eof else b"")
    if not unpacker.eof:
        raise BundleWrong(BundleCode.TRUNCATED if packed else BundleCode.UNREADABLE)
