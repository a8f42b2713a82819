"""The command `mirror`: one laptop serves a room folder, which `prefetch` made, to the others on its network.

Read only, and only what the folder's manifest lists: the course, the wheels, the published checkpoints. Each file is
checked before the first answer, and is not served any more when it changes after that. It is plain HTTP without a
password, for a network whose people you trust: the files are no secret, but who rules the network could send others.
"""

import argparse
import errno
import sys
import threading
import time
from ipaddress import IPv4Address

from utils.workshop import room
from utils.workshop.mirror.addresses import Address, own_addresses
from utils.workshop.mirror.files import check
from utils.workshop.mirror.routes import Routes
from utils.workshop.mirror.server import Mirror
from utils.workshop.mirror.telling import RunningLine, how_to_reach, in_bytes, progress, summary, what_is_in

COMMAND = "python3 -m utils mirror"
PORT = 8765


class MirrorError(Exception):
    """Why the mirror cannot listen, and what to do, in one sentence."""


def main(argv: list[str]) -> int:
    """The command `mirror`: serve until Ctrl-C; 1 with a sentence where that cannot begin."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Serve a folder made by prefetch to the network.")
    parser.add_argument("folder", help="the folder that prefetch has made")
    parser.add_argument("--port", type=_port, default=PORT, help=f"the port to listen at (default {PORT})")
    parser.add_argument("--address", type=IPv4Address, help="listen at this address of yours only (default: at all)")
    options = parser.parse_args(argv)
    try:
        with prepare(options.folder, options.port, str(options.address or "")) as mirror:
            listening = mirror.server_address[0]
            own = own_addresses() if listening == "0.0.0.0" else [Address(listening, "")]
            print(f"{mirror.what}\n{how_to_reach(own, mirror.port)}", flush=True)
            serve(mirror)
    except (room.RoomError, MirrorError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def prepare(folder: str, port: int = PORT, address: str = "") -> Mirror:
    """A mirror of `folder`, each file checked, that serves as soon as its `serve_forever` is called.

    It listens from the beginning, so that a port that is taken is told at once. Raises RoomError and MirrorError.
    """
    found = room.read(folder)
    try:
        mirror = Mirror((address, port))
    except OSError as error:
        raise MirrorError(_why_not(error, address, port)) from None
    total, line = sum(file.bytes for file in found.files.values()), RunningLine()

    def tell(count: int, done: int) -> None:
        text = f"Checked {count} of {len(found.files)} files, {in_bytes(done)} of {in_bytes(total)}"
        line.show(text, last=count == len(found.files))

    try:
        mirror.offer(Routes(found, check(found, tell)), what_is_in(found))
    except BaseException:
        mirror.server_close()
        raise
    return mirror


def serve(mirror: Mirror) -> None:
    """Serve until Ctrl-C, tell all the while how far the room is, and at the end the sum."""
    start, line, told = time.monotonic(), RunningLine(), set()
    threading.Thread(target=mirror.serve_forever, daemon=True).start()
    try:
        while True:
            time.sleep(1)
            line.show(progress(mirror.counts))
            for file in mirror.counts.changed - told:
                told.add(file)
                print(
                    f"\n{file} has changed and is not served any more: {room.AGAIN}, then run this again.", flush=True
                )
    except KeyboardInterrupt:
        print("\n" + summary(mirror.counts, time.monotonic() - start))


def _why_not(error: OSError, address: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program, perhaps by another mirror: add --port {port + 1}."
    if error.errno == errno.EACCES:
        return f"Port {port} needs an administrator's rights: add --port {PORT}."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"This machine has no address {address}: leave out --address, or name one of its own."
    return f"The mirror cannot listen at port {port} ({error.strerror})."


def _port(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"there is no port {text}: choose one from 1024 to 65535")
    return int(text)
