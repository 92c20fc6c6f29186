"""Vectors of the bytes layer: canonical JSON, lines, signatures, and what may follow what.

What is expected stands here by hand; nothing is copied from what the code answers.
"""

import json
from collections.abc import Callable
from typing import Any, Final

from generation.files import SCHEMAS, Files, as_json
from sajja_schemas import signing
from sajja_schemas.canonical import encode
from sajja_schemas.entry import NO_PREVIOUS, SignedEntry, device_name, encode_line, entry_hash, to_base64url
from sajja_schemas.events.network import VillageBankEstablished
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.limits import INTEGER_MAX, WIRE_BODY_BYTES_MAX
from sajja_schemas.signing import SigningKey
from support.world import DAY, World, key_of

VECTORS: Final = SCHEMAS / "vectors"
NETWORK: Final = "testnet"
GROUP_ORDER: Final = 2**252 + 27742317777372353535851937790883648493


def files() -> Files:
    """Four files of vectors."""
    return {
        VECTORS / "canonical.json": as_json(canonical()),
        VECTORS / "entries.json": as_json(entries()),
        VECTORS / "chains.json": as_json(chains()),
        VECTORS / "signatures.json": as_json(signatures()),
    }


def canonical() -> list[dict[str, Any]]:
    """Documents in the one form that they have, and one for every way to miss it."""
    deep = b"1"
    for _level in range(8):
        deep = b'{"a":' + deep + b"}"
    return [
        _document("An empty object is canonical", b"{}", valid=True),
        _document("Keys are sorted", b'{"a":1,"a_b":2,"b":3}', valid=True),
        _document("Booleans, text, integers, lists and objects may nest", b'{"a":[true,{"b":"c"},-1,[]]}', valid=True),
        _document("The largest integer that every language holds", b'{"a":%d}' % INTEGER_MAX, valid=True),
        _document("The smallest integer that every language holds", b'{"a":-%d}' % INTEGER_MAX, valid=True),
        _document("Thai text stands as itself", '{"a":"สัจจะ"}'.encode(), valid=True),
        _document("A character beyond the basic plane stands as itself", '{"a":"🐐"}'.encode(), valid=True),
        _document("A control character has its short escape", b'{"a":"\\b\\t\\n\\f\\r\\"\\\\"}', valid=True),
        _document("Another control character is escaped in lower case", b'{"a":"\\u0000\\u001f"}', valid=True),
        _document("Delete, slash and the line separator are not escaped", '{"a":"\x7f/\u2028"}'.encode(), valid=True),
        _document("Nesting may be eight deep", deep, valid=True),
        _document("Nesting may not be nine deep", b'{"a":' + deep + b"}", valid=False),
        _document("No bytes are no document", b"", valid=False),
        _document("A list is not a document", b"[]", valid=False),
        _document("Text is not a document", b'"a"', valid=False),
        _document("There is no white space", b'{"a": 1}', valid=False),
        _document("Nothing stands before the object", b' {"a":1}', valid=False),
        _document("Nothing stands after the object", b'{"a":1}\n', valid=False),
        _document("Keys may not stand in another order", b'{"b":1,"a":2}', valid=False),
        _document("No key stands twice", b'{"a":1,"a":1}', valid=False),
        _document("A key does not begin with a capital", b'{"A":1}', valid=False),
        _document("A key does not begin with a digit", b'{"1a":1}', valid=False),
        _document("A key has no hyphen", b'{"a-b":1}', valid=False),
        _document("A key is not empty", b'{"":1}', valid=False),
        _document("A key has at most forty characters", b'{"%b":1}' % (b"a" * 41), valid=False),
        _document("A key does not end with a line end", b'{"a\\n":1}', valid=False),
        _document("There is no null", b'{"a":null}', valid=False),
        _document("There is no null in a list either", b'{"a":[null]}', valid=False),
        _document("There is no fraction", b'{"a":1.5}', valid=False),
        _document("A whole number has no point", b'{"a":1.0}', valid=False),
        _document("There is no exponent", b'{"a":1e2}', valid=False),
        _document("There is no minus zero", b'{"a":-0}', valid=False),
        _document("There is no leading zero", b'{"a":01}', valid=False),
        _document("An integer is not beyond 2^53 - 1", b'{"a":9007199254740992}', valid=False),
        _document("An integer is not below -(2^53 - 1)", b'{"a":-9007199254740992}', valid=False),
        _document("An integer is not 2^70", b'{"a":1180591620717411303424}', valid=False),
        _document("An escape is not written in capitals", b'{"a":"\\u001F"}', valid=False),
        _document("A character with a short escape has no long one", b'{"a":"\\u000a"}', valid=False),
        _document("What needs no escape has none", b'{"a":"\\u0061"}', valid=False),
        _document("A slash is not escaped", b'{"a":"\\/"}', valid=False),
        _document("A pair of surrogates is not escaped", b'{"a":"\\ud83d\\udc10"}', valid=False),
        _document("There is no lone surrogate in an escape", b'{"a":"\\ud800"}', valid=False),
        _document("There is no lone surrogate in UTF-8", b'{"a":"\xed\xa0\x80"}', valid=False),
        _document("Bytes are UTF-8", b'{"a":"\xff"}', valid=False),
        _document("There is no byte order mark", b'\xef\xbb\xbf{"a":1}', valid=False),
        _document("A document is whole", b'{"a":1', valid=False),
        _document("There is no trailing comma", b'{"a":1,}', valid=False),
    ]


def _document(name: str, data: bytes, *, valid: bool) -> dict[str, Any]:
    return {"name": name, "hex": data.hex(), "valid": valid}


def _body(key: SigningKey, **changed: Any) -> dict[str, Any]:
    body = {
        "by": "pp01-o4",
        "date": "2020-08-05",
        "device": device_name(key.public),
        "event": {"amount_satang": 10000, "box": "pp01-o4", "member": "pp01-m001", "type": "share_deposited"},
        "network": NETWORK,
        "previous": "B" * 42 + "A",
        "recorded_at": 1596601234567,
        "sequence": 1,
        "v": 1,
        "village": "pp01",
        **changed,
    }
    return {name: value for name, value in body.items() if value is not None}


def _signed(key: SigningKey, body: bytes) -> bytes:
    return encode_line(key.public, key.sign(signing.ENTRY_TAG, body), body)


def entries() -> dict[str, Any]:
    """Lines with what is read from them, or why they never enter a log."""
    key, other = key_of("vectors", "device"), key_of("vectors", "another device")
    cases: list[dict[str, Any]] = []

    def add(name: str, line: bytes, rejected: str | None, body: bytes = b"") -> None:
        case: dict[str, Any] = {"name": name, "hex": line.hex(), "rejected": rejected}
        if rejected is None:
            document = json.loads(body)
            head = {field: document[field] for field in ("network", "village", "device", "sequence", "previous")}
            case["read"] = {**head, "hash": to_base64url(entry_hash(body))}
        cases.append(case)

    def good(name: str, body: bytes) -> None:
        add(name, _signed(key, body), None, body)

    def changed(name: str, rejected: str, **fields: Any) -> None:
        add(name, _signed(key, encode(_body(key, **fields))), rejected)

    plain = encode(_body(key))
    line = _signed(key, plain)
    sig_at = line.index(b'"sig":"') + 7
    good("A deposit is read", plain)
    good("The office's own feed is a village's code, too", encode(_body(key, village="office")))
    good("A signed body is read though it is not canonical", json.dumps(_body(key), indent=None).encode())
    good(
        "A signed body is read though its event is from the future", encode(_body(key, event={"type": "goat_counted"}))
    )
    good("A signed body is read though it says nothing more than its head", encode(_head_only(key)))
    add("No line is no entry", b"", "unreadable_line")
    add("A line has the slice form, not just any JSON", b'{"body":' + plain + b"}", "unreadable_line")
    add("A line has no white space around its parts", line.replace(b'","sig"', b'", "sig"', 1), "unreadable_line")
    add("A line has its closing brace", line[:-1] + b" ", "unreadable_line")
    add("A line has no line end within", _signed(key, plain.replace(b'{"by"', b'{\n"by"')), "unreadable_line")
    add("A line has no carriage return within", _signed(key, plain.replace(b'{"by"', b'{\r"by"')), "unreadable_line")
    add("A key is not padded", line.replace(b'{"key":"', b'{"key":"=', 1), "unreadable_line")
    add("Spare bits of a signature are zero", _with(line, sig_at + 85, _spare), "unreadable_line")
    add("A signature is base64url, not base64", _with(line, sig_at, lambda _old: ord("+")), "unreadable_line")
    add("A line may not be cut off", line[:200], "unreadable_line")
    huge = _body(key, event={"text": "x" * WIRE_BODY_BYTES_MAX, "type": "goat_counted"})
    add("A body over the wire's cap stays outside", _signed(key, encode(huge)), "too_large")
    add("A body that is no JSON has no head", _signed(key, b'{"by":'), "unreadable_head")
    add("A body that is a list has no head", _signed(key, b"[]"), "unreadable_head")
    for name, fields in _BAD_HEADS:
        changed(name, "unreadable_head", **fields)
    changed("An entry signed for another network is a replay", "wrong_network", network="other")
    add(
        "The key is the one that the device is named after",
        encode_line(other.public, other.sign(signing.ENTRY_TAG, plain), plain),
        "wrong_key",
    )
    forged = plain.replace(b"10000", b"90000")
    add(
        "Changed bytes are not signed",
        encode_line(key.public, key.sign(signing.ENTRY_TAG, plain), forged),
        "bad_signature",
    )
    approval = key.sign(signing.APPROVAL_TAG, plain)
    add("A signature under another tag is none", encode_line(key.public, approval, plain), "bad_signature")
    return {"network": NETWORK, "entries": cases}


_BAD_HEADS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("A head has a sequence", {"sequence": None}),
    ("A sequence is no text", {"sequence": "1"}),
    ("A sequence begins at 1", {"sequence": 0}),
    ("A village's code is lower case", {"village": "PP01"}),
    ("A village's code has at least two characters", {"village": "p"}),
    ("A device is 32 bytes", {"device": "AAAA"}),
    ("A device is not nothing", {"device": ""}),
    ("Spare bits of a device are zero", {"device": "A" * 42 + "B"}),
    ("A predecessor is 32 bytes", {"previous": "A" * 44}),
)


def _head_only(key: SigningKey) -> dict[str, Any]:
    body = _body(key)
    return {field: body[field] for field in ("network", "village", "device", "sequence", "previous")}


def _with(line: bytes, at: int, change: Callable[[int], int]) -> bytes:
    return line[:at] + bytes([change(line[at])]) + line[at + 1 :]


def _spare(character: int) -> int:
    """The neighbour of a base64url character: another text for the same bytes, if spare bits were ignored."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(character) ^ 1]


def chains() -> list[dict[str, Any]]:
    """Lines in the order of their arrival, each with its answer."""
    return [
        _chain("A log begins with the founding entry and goes on", lambda w: [
            (w["founding"], "merged", None, 0), (w["first"], "merged", None, 1), (w["second"], "merged", None, 2),
        ]),
        _chain("What is sent again is a duplicate, for ever, with its index", lambda w: [
            (w["founding"], "merged", None, 0), (w["first"], "merged", None, 1), (w["first"], "duplicate", None, 1),
            (w["founding"], "duplicate", None, 0), (w["first"], "duplicate", None, 1),
        ]),
        _chain("A device that is not enrolled yet is held", lambda w: [
            (w["founding"], "merged", None, 0), (w["stranger"], "held", "device_not_enrolled", None),
            (w["first"], "merged", None, 1),
        ]),
        _chain("Nothing comes before the founding entry", lambda w: [
            (w["first"], "held", "predecessor_missing", None), (w["founding"], "merged", None, 0),
            (w["first"], "merged", None, 1),
        ]),
        _chain("A gap is held until it is filled, and stops no other device", lambda w: [
            (w["founding"], "merged", None, 0), (w["second"], "held", "predecessor_missing", None),
            (w["office_second"], "merged", None, 1), (w["first"], "merged", None, 2), (w["second"], "merged", None, 3),
        ]),
        _chain("A first entry names the fingerprint", lambda w: [
            (w["founding"], "merged", None, 0), (w["first_of_nothing"], "held", "predecessor_missing", None),
        ]),
        _chain("A predecessor stands at the sequence before", lambda w: [
            (w["founding"], "merged", None, 0), (w["first"], "merged", None, 1),
            (w["skipping"], "held", "predecessor_missing", None),
        ]),
        _chain("Two entries on one predecessor are a fork, and both are kept", lambda w: [
            (w["founding"], "merged", None, 0), (w["first"], "merged", None, 1), (w["second"], "merged", None, 2),
            (w["second_forked"], "forked", None, 3), (w["second_forked"], "duplicate", None, 3),
        ]),
        _chain("A log may fork at its first entry", lambda w: [
            (w["founding"], "merged", None, 0), (w["first"], "merged", None, 1), (w["first_forked"], "forked", None, 2),
        ]),
        _chain("What continues a fork is admitted, for its predecessor is stored", lambda w: [
            (w["founding"], "merged", None, 0), (w["first"], "merged", None, 1), (w["second"], "merged", None, 2),
            (w["second_forked"], "forked", None, 3), (w["third_on_fork"], "merged", None, 4),
            (w["third"], "merged", None, 5),
        ]),
        _chain("An entry of another network is refused", lambda w: [
            (w["founding"], "merged", None, 0), (w["of_another_network"], "rejected", "wrong_network", None),
            (w["first"], "merged", None, 1),
        ]),
        _chain("Forged bytes are refused and stop nothing", lambda w: [
            (w["founding"], "merged", None, 0), (w["forged"], "rejected", "bad_signature", None),
            (w["first"], "merged", None, 1),
        ]),
    ]  # fmt: skip


Step = tuple[bytes, str, str | None, int | None]


def _chain(name: str, steps: Callable[[dict[str, bytes]], list[Step]]) -> dict[str, Any]:
    lines, fingerprint, enrolled = _lines_of_chains()
    return {
        "name": name,
        "network": NETWORK,
        "fingerprint": fingerprint,
        "enrolled": enrolled,
        "steps": [
            {"line": line.decode(), "verdict": verdict, "code": code, "index": index}
            for line, verdict, code, index in steps(lines)
        ],
    }


def _lines_of_chains() -> tuple[dict[str, bytes], str, list[str]]:
    world = World.founded(("pp01",))
    founding = world.entries[0]
    tablet, stranger = world.village("pp01").tablets
    desk = world.office.tablets[0]

    def deposit(satang: int, **more: Any) -> SignedEntry:
        event = ShareDeposited(member="pp01-m001", amount_satang=satang, box="pp01-o4")
        return world.record(tablet, event, **more)

    first, second, third = deposit(1), deposit(2), deposit(3)
    after_first, fork_place = to_base64url(first.hash), {"previous": to_base64url(first.hash), "sequence": 2}
    second_forked = deposit(22, **fork_place)
    of_another = World.founded(("pp01",), network="other")
    event = ShareDeposited(member="pp01-m001", amount_satang=1, box="pp01-o4")
    foreign = of_another.record(of_another.village("pp01").tablets[0], event)
    # The second line of the founding device, which is an approval in this world; any event would do.
    office_second = next(entry for entry in world.entries[1:] if entry.device == founding.device)
    named = {
        "founding": founding,
        "office_second": office_second,
        "first": first,
        "second": second,
        "third": third,
        "first_forked": deposit(11, previous=world.fingerprint, sequence=1),
        "second_forked": second_forked,
        "third_on_fork": deposit(33, previous=to_base64url(second_forked.hash), sequence=3),
        "first_of_nothing": deposit(9, previous=NO_PREVIOUS, sequence=1),
        "skipping": deposit(8, previous=after_first, sequence=3),
        "stranger": world.record(stranger, VillageBankEstablished(moo=1, founded=DAY)),
        "of_another_network": foreign,
    }
    lines = {name: next(iter(world.lines([entry]))) for name, entry in named.items()}
    lines["forged"] = lines["first"].replace(b'"amount_satang":1,', b'"amount_satang":9,')
    return lines, world.fingerprint, [desk.name, tablet.name]


def signatures() -> dict[str, Any]:
    """RFC 8032 section 7.1, and the edges on which libraries differ: here libsodium's answer is the rule."""
    key = SigningKey(bytes(range(32)))
    message = b"sajja"
    good = key.sign(signing.ENTRY_TAG, message)
    r, s = good[:32], int.from_bytes(good[32:], "little")
    identity, zero = b"\x01" + bytes(31), bytes(32)
    not_reduced = (2**255 - 19).to_bytes(32, "little")  # y = p, another text for y = 0
    tag = signing.ENTRY_TAG
    cases = [
        *(
            _signature(name, bytes.fromhex(public), bytes.fromhex(text), bytes.fromhex(r_hex + s_hex), b"", valid=True)
            for name, (public, text, r_hex, s_hex) in _RFC_8032.items()
        ),
        _signature("A signature under the entry's tag holds", key.public, message, good, tag, valid=True),
        _signature("It does not hold under another tag", key.public, message, good, signing.APPROVAL_TAG, valid=False),
        _signature("It does not hold without a tag", key.public, message, good, b"", valid=False),
        _signature("It does not hold for another message", key.public, b"sajjb", good, tag, valid=False),
        _signature("It does not hold for another key", key_of("x").public, message, good, tag, valid=False),
        _signature("A flipped bit of R breaks it", key.public, message, bytes([good[0] ^ 1]) + good[1:], tag,
                   valid=False),
        _signature("A flipped bit of S breaks it", key.public, message, good[:32] + bytes([good[32] ^ 1]) + good[33:],
                   tag, valid=False),
        _signature("S is below the group order: S + L is refused", key.public, message,
                   r + (s + GROUP_ORDER).to_bytes(32, "little"), tag, valid=False),
        _signature("A signature has 64 bytes, not 63", key.public, message, good[:-1], tag, valid=False),
        _signature("A signature has 64 bytes, not 65", key.public, message, good + b"\0", tag, valid=False),
        _signature("A key has 32 bytes", key.public[:-1], message, good, tag, valid=False),
        _signature("A small-order key signs nothing, though the equation holds", identity, message, identity + zero,
                   tag, valid=False),
        _signature("A small-order R is refused", key.public, message, identity + good[32:], tag, valid=False),
        _signature("A key that is no canonical point is refused", not_reduced, message, identity + zero, tag,
                   valid=False),
        _signature("An R that is no canonical point is refused", key.public, message, not_reduced + good[32:], tag,
                   valid=False),
    ]  # fmt: skip
    keys = [
        ("An ordinary key may be enrolled", key.public.hex(), True),
        ("The identity may not", identity.hex(), False),
        ("A point of order 8 may not", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", False),
        ("A point of mixed order may not", _MIXED_ORDER, False),
        ("A point that is not canonical may not", not_reduced.hex(), False),
        ("Bytes that are no point may not", (b"\x02" + bytes(31)).hex(), False),
        ("31 bytes may not", key.public[:-1].hex(), False),
    ]
    return {
        "signatures": cases,
        "keys": [{"name": name, "key": text, "acceptable": acceptable} for name, text, acceptable in keys],
        "sessions": [_session(name, url, server) for name, url, server in _SERVERS],
    }


_SERVERS: Final = [
    ("A server's name is scheme and host", "https://sajja.example", "https://sajja.example"),
    (
        "In small letters, without the usual port and what is behind",
        "https://Sajja.Example:443/",
        "https://sajja.example",
    ),
    ("Another port is part of it", "http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ("A Thai name is said in ASCII", "https://สัจจะ.ไทย", "https://xn--82ca4h0ac.xn--o3cw4h"),
]


def _session(name: str, url: str, server: str) -> dict[str, Any]:
    """A device's answer to a challenge: the parts, and the signature under the tag of sessions."""
    key, challenge, fingerprint = SigningKey(bytes(range(32))), bytes(range(100, 132)), bytes(range(200, 232))
    message = challenge + fingerprint + server.encode()
    return {
        "name": name,
        "url": url,
        "server": server,
        "challenge": challenge.hex(),
        "fingerprint": fingerprint.hex(),
        "key": key.public.hex(),
        "message": message.hex(),
        "signature": key.sign(b"sajja session v2\n", message).hex(),
    }


def _signature(name: str, key: bytes, message: bytes, signature: bytes, tag: bytes, *, valid: bool) -> dict[str, Any]:
    parts = {"key": key, "tag": tag, "message": message, "signature": signature}
    return {"name": name, **{part: data.hex() for part, data in parts.items()}, "valid": valid}


# The public key of the edge cases above, plus a point of order 8.
_MIXED_ORDER: Final = "b154bd62188ae283dd187fefe8c31f5e276edf083b4cff11c9d5cff856c74440"
_RFC_8032: Final = {
    "RFC 8032, test 1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155",
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "RFC 8032, test 2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "RFC 8032, test 3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac",
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
}
