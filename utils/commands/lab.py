"""`lab`: install what is missing, then start JupyterLab in front of the first notebook. Standard library only."""

import argparse
import errno
import os
import socket

from utils.commands import from_room, install
from utils.commands.place import COMMAND, ROOT, Problem, become, say
from utils.workshop import pristine

FIRST_PORT = 8888


def main(argv):
    parser = argparse.ArgumentParser(prog=f"{COMMAND} lab", description="Open the course in JupyterLab.")
    parser.add_argument("--no-browser", action="store_true", help="only start the server, and print its address")
    parser.add_argument("--port", type=int, help=f"the server's port (default: the first free one from {FIRST_PORT})")
    parser.add_argument(
        "--from",
        dest="source",
        metavar="FOLDER-OR-ADDRESS",
        default=os.environ.get("COURSE_FROM"),
        help="install from a folder that prefetch made, or from the address of a mirror, with no other network "
        "(default: the variable COURSE_FROM, if set)",
    )
    arguments = parser.parse_args(argv)

    source = from_room.named(arguments.source)
    port = choose_port(arguments.port)  # first, so that nobody waits for an install to hear that the port is taken
    python = install.ensure(install.LEARNER, source=source)
    pristine.keep()
    say(f"Starting JupyterLab at http://localhost:{port}/lab (Ctrl-C here stops it)")
    command = [python, "-m", "jupyterlab", f"--port={port}", "--ServerApp.port_retries=0"]
    command.append(f"--ServerApp.root_dir={ROOT}")
    if arguments.no_browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # root, as in a container; the server listens to localhost only
        command.append("--allow-root")
    become(command, lab_environment(source))


def lab_environment(source=None):
    """The environment in which JupyterLab reads the settings that the course ships in .jupyter.

    Kernels fetch published checkpoints from the room `source` too, where there is one.
    """
    path = [str(ROOT / ".jupyter"), os.environ.get("JUPYTER_CONFIG_PATH")]
    room = {"COURSE_FROM": source} if source else {}
    return {**os.environ, **room, "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, path))}


def choose_port(wanted):
    """Return the port to use: `wanted` or a `Problem`; without one the first that is free."""
    if wanted is not None:
        if not 1 <= wanted <= 65535:
            raise Problem(f"There is no port {wanted}: choose one from 1024 to 65535.")
        obstacle = why_not(wanted)
        if obstacle:
            raise Problem(f"Port {wanted} {obstacle}: run {COMMAND} lab --port {first_free()} instead, which is free.")
        return wanted
    port = first_free()
    if port != FIRST_PORT:
        say(f"Port {FIRST_PORT} is taken, perhaps by another JupyterLab: using {port}")
    return port


def first_free():
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        if not why_not(port):
            return port
    raise Problem(f"Ports {FIRST_PORT} to {FIRST_PORT + 99} are all taken: stop a program, or name one with --port.")


def why_not(port):
    """Why `port` cannot be used, or None where it can."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        return "needs an administrator's rights" if error.errno == errno.EACCES else "is taken by another program"
