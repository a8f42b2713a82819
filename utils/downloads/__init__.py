"""Published checkpoints: what to fetch, how many bytes that is, fetching it, and whether what is here is whole.

    downloads.listing("FacebookAI/roberta-base", "main").bytes     # asks; fetches nothing
    downloads.fetch("FacebookAI/roberta-base", "main")             # a folder, every file checked
    downloads.cached("FacebookAI/roberta-base", "main")            # that folder, or None; looks on disk only

They come from the Hugging Face Hub, or from where `HF_ENDPOINT` or `COURSE_FROM` says (a room's folder or mirror).
They are kept as huggingface_hub keeps them, so that other programs find them. Lesson 00.
"""

from utils.downloads.cache import cached, damaged
from utils.downloads.faults import DownloadError
from utils.downloads.fetching import fetch, fetch_into
from utils.downloads.files import SMALL_FILES, File, Listing
from utils.downloads.listing import listing, total_bytes
from utils.downloads.source import may_ask, mirror, turn_off

__all__ = [
    "SMALL_FILES",
    "DownloadError",
    "File",
    "Listing",
    "cached",
    "damaged",
    "fetch",
    "fetch_into",
    "listing",
    "may_ask",
    "mirror",
    "total_bytes",
    "turn_off",
]
