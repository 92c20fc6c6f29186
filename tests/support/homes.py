"""Real client folders for the people of a `World`: keys on disk, a pin, a log in SQLite."""

from datetime import date
from pathlib import Path

from sajja_client.home import Home, Pin
from sajja_client.keys import store_key
from sajja_client.log import Log
from sajja_client.mirror import FeedEntry, Mirror
from sajja_schemas.entry import OFFICE, SignedEntry
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.savings import ShareDeposited
from support.world import DAY, Tablet, World

NOWHERE = "http://127.0.0.1:1"


def home_of(path: Path, world: World, tablet: Tablet, *, server_url: str = NOWHERE) -> Home:
    """The folder of a world's tablet, with an empty log."""
    home = Home(path)
    home.create()
    store_key(home.device_key_path, tablet.key, derived=False)
    for person, key in tablet.officers.items():
        store_key(home.officer_key_path(person), key, derived=False)
    home.write_pin(
        Pin(network=world.network, fingerprint=world.fingerprint, village=tablet.unit, server_url=server_url)
    )
    return home


def pulled_home_of(path: Path, world: World, tablet: Tablet) -> Home:
    """The folder of a tablet that has written nothing and has pulled all that concerns its village."""
    home = home_of(path, world, tablet)
    with Log.open(home) as log:
        mirror = Mirror(log.connection, home.pin(), log.device)
        for village in (OFFICE, tablet.unit):
            listed = [(index, entry) for index, entry in enumerate(world.entries) if entry.village == village]
            page = [
                FeedEntry(index=index, feed_sequence=place, received_at=0, entry=entry)
                for place, (index, entry) in enumerate(listed, start=1)
            ]
            mirror.keep(mirror.cursor(village), page)
    return home


def pin_to_server(home: Home, server_url: str) -> None:
    pin = home.pin()
    home.write_pin(Pin(network=pin.network, fingerprint=pin.fingerprint, village=pin.village, server_url=server_url))


def write(log: Log, event: AnyEvent, *, day: date = DAY, by: str = "recorder") -> SignedEntry:
    return log.append(event, by=by, day=day, recorded_at=1_590_969_600_000)


def deposit(log: Log, amount_satang: int = 10_000, *, member: str = "pp01-m001") -> SignedEntry:
    return write(log, ShareDeposited(member=member, amount_satang=amount_satang, box="pp01-o4"))
