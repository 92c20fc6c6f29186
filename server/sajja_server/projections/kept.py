"""The part of the books' memory that is no table of its own, in rows: a batch writes what it changed.

* What grows with the log is kept by key in a `Kept` mapping, which remembers the keys that were set or taken away. So
  its values are never changed in place: they are frozen, or set again.
* All else is bounded by how many people and devices there are. Each field of it (each device, since those change at
  every entry) is encoded at every save, and written where that is not what was written last: nothing that the fold
  learns to remember can be forgotten here, and at 500 devices that look costs a fraction of a millisecond.
"""

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any, Final, TypeVar, get_args, get_type_hints

import msgspec

from sajja_schemas.books import Books
from sajja_schemas.packing import pack, unpacker
from sajja_schemas.periods import Periods
from sajja_schemas.standing import Device, Trust
from sajja_server.store.pool import Connection

K = TypeVar("K")
V = TypeVar("V")
Row = tuple[str, str]  # part, key
DEVICES: Final = "devices"


class Kept(dict[K, V]):
    """A mapping that remembers which of its keys were set, handed out to be changed, or taken away."""

    touched: set[K]

    def __init__(self, found: Mapping[K, V] | None = None) -> None:
        super().__init__(found or {})
        self.touched = set()

    def __setitem__(self, key: K, value: V) -> None:
        self.touched.add(key)
        super().__setitem__(key, value)

    def __delitem__(self, key: K) -> None:
        self.touched.add(key)
        super().__delitem__(key)

    def setdefault(self, key: K, default: Any = None) -> Any:
        """As a dict's; whoever sets a default is about to change what it gets."""
        self.touched.add(key)
        return super().setdefault(key, default)

    def pop(self, key: K, *default: Any) -> Any:
        """As a dict's."""
        if key in self:
            self.touched.add(key)
        return super().pop(key, *default)

    def _refuse(self, *_given: Any, **_named: Any) -> Any:
        raise NotImplementedError("this would change keys that nobody remembers")

    update = clear = popitem = __ior__ = _refuse


class _Part(msgspec.Struct, frozen=True):
    """A mapping that grows with the log: the struct that it is a field of, and how a row of it is read."""

    owner: Callable[[Books], Any]
    field: str
    keys: msgspec.json.Decoder[Any]
    values: msgspec.msgpack.Decoder[Any]


def _part(owner: str, struct: type, field: str) -> _Part:
    key, value = get_args(get_type_hints(struct)[field])
    path = attrgetter(owner) if owner else _itself
    return _Part(path, field, msgspec.json.Decoder(key), unpacker(value))


def _itself(books: Books) -> Books:
    return books


_PARTS: Final = {
    one.field: one
    for one in (
        _part("trust", Trust, "awaiting"),
        _part("trust", Trust, "approvals"),
        _part("trust", Trust, "open_approvals"),
        _part("trust", Trust, "resolutions"),
        _part("trust", Trust, "stopped"),
        _part("periods", Periods, "closes"),
        _part("", Books, "reversed"),
    )
}
# Fields that are not compared: they have tables of their own, or rows by key as above.
_ELSEWHERE: Final = {
    "books": {
        *("trust", "index", "balances", "registers", "quarantined", "findings", "reversed"),
        *("touched_balances", "touched_findings", "touched_failures"),
    },
    "trust": {DEVICES, "awaiting", "approvals", "open_approvals", "resolutions", "stopped"},
}
_decoders: Final = {
    (part, field): unpacker(hint)
    for part, struct in (("books", Books), ("trust", Trust))
    for field, hint in get_type_hints(struct).items()
    if field not in _ELSEWHERE[part]
}
_devices: Final = unpacker(Device)


def track(books: Books) -> None:
    """Let the mappings that grow with the log remember what changes from now on."""
    books.quarantined = Kept(books.quarantined)  # which has a table of its own
    for one in _PARTS.values():
        owner = one.owner(books)
        setattr(owner, one.field, Kept(getattr(owner, one.field)))


async def load(connection: Connection, network: str) -> tuple[Books, dict[Row, bytes]]:
    """Books with this part of their memory, and what stands in the rows that are compared."""
    fields: dict[str, dict[str, Any]] = {part: {} for part in _ELSEWHERE}
    mappings: dict[str, dict[Any, Any]] = {field: {} for field in _PARTS}
    devices: dict[str, Device] = {}
    written: dict[Row, bytes] = {}
    for part, key, data in await connection.fetch("SELECT part, key, data FROM part WHERE network = $1", network):
        if (one := _PARTS.get(part)) is not None:
            mappings[part][one.keys.decode(key)] = one.values.decode(data)
            continue
        written[part, key] = data
        if part == DEVICES:
            devices[key] = _devices.decode(data)
        else:
            fields[part][key] = _decoders[part, key].decode(data)
    books = Books(trust=Trust(**fields["trust"], devices=devices), **fields["books"])
    for one in _PARTS.values():
        setattr(one.owner(books), one.field, mappings[one.field])
    track(books)
    return books, written


async def save(connection: Connection, books: Books, written: dict[Row, bytes]) -> dict[Row, bytes]:
    """Write what changed, in the caller's transaction; gives the compared rows that did.

    Neither `written` nor what the mappings remember is changed: the caller does that with `settle`, once it is
    committed.
    """
    compared = {row: data for row, data in _compared(books) if written.get(row) != data}
    kept, gone = dict(compared), []
    for part, one in _PARTS.items():
        mapping: Kept[Any, Any] = getattr(one.owner(books), part)
        for key in mapping.touched:
            row = (part, msgspec.json.encode(key).decode())
            if key in mapping:
                kept[row] = pack(mapping[key])
            else:
                gone.append(row)
    network = books.trust.network
    if kept:
        await connection.execute(
            """
            INSERT INTO part (network, part, key, data)
            SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bytea[])
            ON CONFLICT (network, part, key) DO UPDATE SET data = excluded.data
            """,
            network,
            [part for part, _key in kept],
            [key for _part, key in kept],
            list(kept.values()),
        )
    if gone:
        await connection.execute(
            """
            DELETE FROM part AS p USING unnest($2::text[], $3::text[]) AS gone (part, key)
            WHERE p.network = $1 AND p.part = gone.part AND p.key = gone.key
            """,
            network,
            [part for part, _key in gone],
            [key for _part, key in gone],
        )
    return compared


def settle(books: Books) -> None:
    """What was touched is committed, or of no interest."""
    mappings = [books.quarantined, *(getattr(one.owner(books), one.field) for one in _PARTS.values())]
    for mapping in mappings:
        if isinstance(mapping, Kept):
            mapping.touched.clear()


def _compared(books: Books) -> Iterator[tuple[Row, bytes]]:
    for name, device in books.trust.devices.items():
        yield (DEVICES, name), pack(device)
    for part, field in _decoders:
        owner = books.trust if part == "trust" else books
        data = getattr(owner, field)
        if isinstance(data, Periods):
            data = msgspec.structs.replace(data, closes={})
        yield (part, field), pack(data)
