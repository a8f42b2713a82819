"""The published checkpoints, fetched from the Hub into a room folder."""

import shutil
from pathlib import Path

from utils import checkpoints, downloads
from utils.workshop.room import Checkpoint, RoomError

HUB = "hub"  # the folder in the room


def listings() -> dict[str, downloads.Listing]:
    """What there is to fetch, by Hub id. Asks the Hub and fetches nothing. Raises RoomError."""
    found = {}
    for row in checkpoints.CATALOGUE.values():
        try:
            found[row.hub_id] = downloads.listing(row.hub_id, row.revision)
        except downloads.DownloadError as error:
            raise RoomError(f"{row.hub_id} cannot be fetched: {error}.") from None
    return found


def fetch(folder: Path, found: dict[str, downloads.Listing]) -> dict[str, Checkpoint]:
    """Put the files of the listings into the room `folder`, each checked; what is there stays. Raises RoomError."""
    held = {}
    for row in checkpoints.CATALOGUE.values():
        listing = found[row.hub_id]
        target = folder / HUB / row.hub_id / listing.commit
        target.mkdir(parents=True, exist_ok=True)
        names = tuple(file.name for file in listing.files)
        if here := downloads.cached(row.hub_id, listing.commit):  # this machine may have it already
            for name in names:
                if (here / name).exists() and not (target / name).exists():
                    shutil.copyfile(here / name, target / name)
        try:
            downloads.fetch_into(listing, target, patient=True)
        except downloads.DownloadError as error:
            raise RoomError(f"{row.hub_id} cannot be fetched: {error}.") from None
        held[row.hub_id] = Checkpoint(row.revision, listing.commit, names)
    return held
