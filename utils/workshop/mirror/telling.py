"""What the instructor sees: what is served, at which address, how far the room is, and the sum at the end."""

import sys
import time

from utils.workshop.mirror.addresses import Address
from utils.workshop.mirror.pages import line_to_paste
from utils.workshop.mirror.server import Counts
from utils.workshop.room import Room


class RunningLine:
    """A line that is overwritten on a terminal, and printed every `seconds` elsewhere, when it has changed."""

    def __init__(self, seconds: float = 10):
        self.terminal, self.seconds = sys.stdout.isatty(), seconds
        self.shown, self.at = "", 0.0

    def show(self, text: str, last: bool = False) -> None:
        """Show `text` where it is time for it; the `last` one in any case."""
        due = self.terminal or last or time.monotonic() - self.at >= self.seconds
        if due and text != self.shown:
            start, end = ("\r", "") if self.terminal else ("", "\n")
            print(start + text.ljust(len(self.shown) if self.terminal else 0), end=end, flush=True)
            self.shown, self.at = text, time.monotonic()
        if last and self.terminal:
            print(flush=True)


def what_is_in(room: Room) -> str:
    """A sentence: the course, its date, how many checkpoints and wheels, for which Pythons and machines."""
    course = room.course if room.course == "unknown" else room.course[:7]
    size = sum(file.bytes for file in room.files.values())
    return (
        f"The course (version {course}), made ready on {room.made}: {count(len(room.checkpoints), 'checkpoint')} and "
        f"{count(len(room.wheels()), 'wheel')} for Python {', '.join(room.pythons)} on {', '.join(room.platforms)}, "
        f"{in_bytes(size)}."
    )


def how_to_reach(addresses: list[Address], port: int) -> str:
    """What to do in the room: the line to paste, the page for who has no course yet, other addresses to try."""
    if not addresses:
        return "This machine is on no network: connect it to the room's, stop this command and run it again."
    urls = [f"http://{address.ip}:{port}" for address in addresses]
    lines = [
        f"Serving at {urls[0]}, to everyone on this network. Ctrl-C ends it.",
        "",
        "Learners open that address in a browser to get the course, or paste a line in the course's folder:",
        f"  Linux, macOS    {line_to_paste(urls[0])}",
        f"  PowerShell      {line_to_paste(urls[0], windows=True)}",
        "",
    ]
    if len(urls) > 1:
        others = ", ".join(f"{url} ({address.interface})" for url, address in zip(urls[1:], addresses[1:], strict=True))
        lines.append(f"That is the address of {addresses[0].interface}. If the room is not on it: {others}.")
    lines.append(
        "If nobody can reach it: let Python through this machine's firewall, and ask whether this Wi-Fi keeps "
        "computers apart. Do not let this machine sleep."
    )
    return "\n".join(lines)


def progress(counts: Counts) -> str:
    return f"{served(counts)}; {count(counts.connections, 'connection')} now"


def summary(counts: Counts, seconds: float) -> str:
    """The sum at the end."""
    return (
        f"Served {served(counts)} in {seconds / 60:.0f} min; {count(counts.connections + counts.broken_off, 'answer')} "
        f"broken off, {count(counts.refused, 'request')} refused."
    )


def served(counts: Counts) -> str:
    files = count(counts.files, "file")
    return f"{count(len(counts.addresses), 'computer')}, {files}, {in_bytes(counts.bytes)}"


def count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def in_bytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
