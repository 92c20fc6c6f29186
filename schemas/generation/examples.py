"""The hex examples of LOG_FORMAT.md, put between its markers: `<!-- example NAME -->` and `<!-- end -->`.

Everything follows from two seeds that are published here, so another implementation can make the same bytes.
"""

import re
from textwrap import wrap
from typing import Final

from generation.files import SCHEMAS, Files
from sajja_schemas import signing
from sajja_schemas.canonical import encode
from sajja_schemas.enrolment import enrolment_message
from sajja_schemas.entry import DEVICE_TAG, NO_PREVIOUS, device_name, encode_line, entry_hash, to_base64url
from sajja_schemas.signing import SigningKey
from sajja_schemas.wire import encode_feed_line

PAGE: Final = SCHEMAS / "LOG_FORMAT.md"
DEVICE_SEED: Final = bytes(range(32))
OFFICER_SEED: Final = bytes(range(32, 64))
_MARKED: Final = re.compile(r"(<!-- example ([a-z_]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def files() -> Files:
    """LOG_FORMAT.md with its examples fresh."""
    made = examples()

    def fresh(match: re.Match[str]) -> str:
        return f"{match[1]}\n```\n{made[match[2]]}\n```\n\n{match[3]}"

    return {PAGE: _MARKED.sub(fresh, PAGE.read_text(encoding="utf-8"))}


def examples() -> dict[str, str]:
    """Every example by its name."""
    device, officer = SigningKey(DEVICE_SEED), SigningKey(OFFICER_SEED)
    body = encode(
        {
            "by": "pp01-o4",
            "date": "2020-08-05",
            "device": device_name(device.public),
            "event": {"amount_satang": 10000, "box": "pp01-o4", "member": "pp01-m017", "type": "share_deposited"},
            "network": "pakphun",
            "previous": NO_PREVIOUS,
            "recorded_at": 1596601234567,
            "sequence": 1,
            "v": 1,
            "village": "pp01",
        }
    )
    signature = device.sign(signing.ENTRY_TAG, body)
    name = entry_hash(body)
    line = encode_line(device.public, signature, body)
    other = entry_hash(b"{}")
    approved = signing.approval_message([name, other])
    request = enrolment_message(
        network="pakphun",
        fingerprint=to_base64url(name),
        village="pp01",
        key=to_base64url(device.public),
        holder="device",
        person="",
        derived=False,
    )
    return {
        "device": _rows(
            ("seed", DEVICE_SEED),
            ("public key", device.public),
            ("input of the name", DEVICE_TAG + device.public),
            ("name", device_name(device.public)),
        ),
        "entry": _rows(
            ("body", body.decode()),
            ("input of hash and signature", signing.ENTRY_TAG + body),
            ("hash", name),
            ("hash as bodies spell it", to_base64url(name)),
            ("signature", signature),
        ),
        "line": _rows(("line", line.decode())),
        "feed": _rows(("line", encode_feed_line(7, 3, 1596601300000, line).decode())),
        "approval": _rows(
            ("officer's seed", OFFICER_SEED),
            ("officer's public key", officer.public),
            ("first hash", name),
            ("second hash", other),
            ("input of the signature", signing.APPROVAL_TAG + approved),
            ("signature", officer.sign(signing.APPROVAL_TAG, approved)),
        ),
        "enrolment": _rows(
            ("message", request.decode()),
            ("input of the signature", signing.ENROLMENT_TAG + request),
            ("proof", device.sign(signing.ENROLMENT_TAG, request)),
        ),
    }


def _rows(*rows: tuple[str, bytes | str]) -> str:
    parts = []
    for name, value in rows:
        text = value.hex() if isinstance(value, bytes) else value
        parts.append(f"{name}{' (hex)' if isinstance(value, bytes) else ''}:")
        parts += [f"  {part}" for part in wrap(text, 96, break_on_hyphens=False, drop_whitespace=False)]
    return "\n".join(parts)
