"""Vectors of personal parts: commitments, lines in their one form, and a line for every way to miss it.

Commitments are made here from the words of LOG_FORMAT.md section 14 and not by the code that they hold.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any, Final

from generation.files import SCHEMAS, Files, as_json
from sajja_schemas.limits import PERSONAL_DATA_BYTES_MAX

_HASH: Final = "A" * 43
_ENTRY: Final = f'{{"device":"{_HASH}","hash":"{_HASH}","sequence":7}}'
_SALT: Final = bytes(range(16))
_PERSON: Final = '{"first_name":"สมมุติ","kind":"person","number":"0123456789016"}'.encode()


def files() -> Files:
    """One file: what is committed to what, and what a line is."""
    return {SCHEMAS / "vectors" / "personal.json": as_json({"commitments": commitments(), "lines": lines()})}


def commitments() -> list[dict[str, Any]]:
    """Salt, data and what an entry's body names for them."""
    cases = [
        ("A person who does not exist", _SALT, _PERSON),
        ("Another salt hides the same data behind another commitment", bytes(16), _PERSON),
        ("One byte is data, and nobody says that it must mean something", _SALT, b"x"),
        ("Data may be as long as they may be", _SALT, bytes(PERSONAL_DATA_BYTES_MAX)),
    ]
    return [
        {
            "name": name,
            "salt": salt.hex(),
            "data": data.hex(),
            "commitment": _base64url(sha256(b"sajja personal v1\n" + salt + data).digest()),
        }
        for name, salt, data in cases
    ]


def lines() -> list[dict[str, Any]]:
    """Lines, and whether each is one."""
    data, salt = _base64url(_PERSON), _base64url(_SALT)
    good = f'{{"data":"{data}","entry":{_ENTRY},"salt":"{salt}"}}'
    largest = _base64url(bytes(PERSONAL_DATA_BYTES_MAX))
    too_large = _base64url(bytes(PERSONAL_DATA_BYTES_MAX + 1))
    return [
        _line("A line names data, the entry and the salt", good, valid=True),
        _line("Data may be as long as they may be", good.replace(data, largest), valid=True),
        _line("One byte more is too long", good.replace(data, too_large), valid=False),
        _line("There are data", good.replace(data, ""), valid=False),
        _line("A salt has sixteen bytes, not fifteen", good.replace(salt, _base64url(_SALT[:15])), valid=False),
        _line("A salt has sixteen bytes, not seventeen", good.replace(salt, _base64url(_SALT + b"x")), valid=False),
        _line("Base64url has no padding", good.replace(salt, salt + "=="), valid=False),
        _line("The spare bits of base64url are zero", good.replace(salt, salt[:-1] + "x"), valid=False),
        _line("The other alphabet is no alphabet", good.replace(data, "+" + data[1:]), valid=False),
        _line("A single character is no base64url", good.replace(data, data + "AAA"[: (5 - len(data) % 4) % 4]),
              valid=False),
        _line("Keys are sorted", f'{{"entry":{_ENTRY},"data":"{data}","salt":"{salt}"}}', valid=False),
        _line("There is no white space", good.replace(",", ", "), valid=False),
        _line("There is no other field", good[:-1] + ',"x":1}', valid=False),
        _line("The entry is named wholly", good.replace(',"sequence":7', ""), valid=False),
        _line("Sequences begin with one", good.replace(":7", ":0"), valid=False),
        _line("A line is an object", "[]", valid=False),
        _line("An empty line is none", "", valid=False),
        _line("A line has an end", good + " " * PERSONAL_DATA_BYTES_MAX * 2, valid=False),
    ]  # fmt: skip


def _line(name: str, line: str, *, valid: bool) -> dict[str, Any]:
    return {"name": name, "line": line, "valid": valid}


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
