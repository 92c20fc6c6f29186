"""A log's tiles as plain files: `checkpoint` and `tile/...`, for this server, any web server, or a USB stick.

* They can be thrown away and are made again from the entries. A file that is there and right is left alone.
* Nothing is read before it was synced: `settle` is called before a checkpoint over the files is signed.
* A partial tile may go once the whole one is there (tlog-tiles), and does, when the next checkpoint is out.
"""

import shutil
from pathlib import Path
from typing import Final

from sajja_schemas.tiles import Tile, TileReader, TileUnreadable
from sajja_server.durable import sync_folder, write_file

_MODE: Final = 0o644
_FOLDER_MODE: Final = 0o755
CHECKPOINT: Final = "checkpoint"


class TileFiles:
    """The files of one origin's log."""

    def __init__(self, folder: Path) -> None:
        """`folder` need not exist."""
        self.folder = folder
        self._unsynced: set[Path] = set()
        self._outgrown: list[Path] = []

    def write(self, tile: Tile, data: bytes) -> None:
        """Write a tile, unless it is there already."""
        path = self.folder / tile.path
        try:
            if path.read_bytes() == data:
                return
        except FileNotFoundError:
            self._make(path.parent)
        write_file(path, data, mode=_MODE)
        self._unsynced.add(path.parent)
        if not tile.is_partial:
            self._outgrown.append(path.with_name(path.name + ".p"))

    def settle(self) -> None:
        """Make every name durable that was written since."""
        for folder in self._unsynced:
            sync_folder(folder)
        self._unsynced.clear()

    def publish(self, note: bytes) -> None:
        """Show a checkpoint over what is here, and let go of partial tiles that are whole now."""
        self._make(self.folder)
        write_file(self.folder / CHECKPOINT, note, mode=_MODE)
        sync_folder(self.folder)
        for folder in self._outgrown:
            shutil.rmtree(folder, ignore_errors=True)
        self._outgrown.clear()

    def read(self, tile: Tile) -> bytes:
        """The bytes of a tile; of a partial one that is gone, the beginning of the whole one.

        Raises:
            TileUnreadable: it is not here.
        """
        try:
            return (self.folder / tile.path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            pass
        try:
            whole = (self.folder / tile.whole.path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise TileUnreadable(f"{tile.path} is not here") from None
        return whole[: tile.width * (len(whole) // tile.whole.width)]

    def reader(self, size: int) -> TileReader:
        """The tree of a size, read from here."""
        return TileReader(size, self.read)

    def _make(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make(folder.parent)
        folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        self._unsynced.add(folder.parent)
