"""The command: what it says, how it ends, and the sentence for each reason not to begin."""

import os
import signal
import socket
import subprocess
import sys
from collections import namedtuple

import psutil
import pytest
from workshop import tiny_room

from mirror.running import ROOT, get
from utils import commands
from utils.workshop.mirror import addresses, main, telling
from utils.workshop.mirror.addresses import Address, own_addresses
from utils.workshop.mirror.server import Counts

WHEEL = "wheels/tiny_first-1.0-py3-none-any.whl"
Card = namedtuple("Card", "family address")
State = namedtuple("State", "isup")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.mark.skipif(os.name == "nt", reason="sends the signal of Ctrl-C")
def test_it_says_what_to_paste_serves_and_ends_with_a_sum(tmp_path):
    tiny_room.make(tmp_path)
    port = free_port()
    command = [sys.executable, "-m", "utils", "mirror", str(tmp_path), "--port", str(port), "--address", "127.0.0.1"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        said = ""
        while "PowerShell" not in said:
            said += process.stdout.readline()
        assert get(port, f"/{WHEEL}")[0] == 200
        (tmp_path / "course.zip").unlink()
        assert get(port, "/course.zip")[0] == 410
        while "not served any more" not in said:
            said += process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert "Checked 5 of 5 files" in said
    assert "1 checkpoint and 2 wheels for Python 3.11, 3.12, 3.13, 3.14 on linux-x86_64" in said
    assert f"  Linux, macOS    COURSE_FROM=http://127.0.0.1:{port} python3 -m utils lab\n" in said
    assert f'  PowerShell      $env:COURSE_FROM="http://127.0.0.1:{port}"; python -m utils lab\n' in said
    assert "course.zip has changed and is not served any more" in said
    assert "Served 1 computer, 1 file, 0.0 MB in 0 min; 0 answers broken off, 1 request refused." in rest


def refused(capsys, *argv: str) -> str:
    """What the command says when it does not begin: one line."""
    assert main([*argv, "--address", "127.0.0.1"]) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    return lines[0]


def test_a_port_that_is_taken(tmp_path, capsys):
    tiny_room.make(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refused(capsys, str(tmp_path), "--port", str(port))
    assert said == f"Port {port} is taken by another program, perhaps by another mirror: add --port {port + 1}."


def test_a_port_that_is_none(tmp_path, capsys):
    for port in ("0", "65536", "-1", "http"):
        with pytest.raises(SystemExit):
            main([str(tmp_path), f"--port={port}"])
        assert f"there is no port {port}: choose one from 1024 to 65535" in capsys.readouterr().err


def test_an_address_of_another_machine(tmp_path, capsys):
    tiny_room.make(tmp_path)
    assert main([str(tmp_path), "--address", "203.0.113.7"]) == 1
    assert "This machine has no address 203.0.113.7" in capsys.readouterr().err


def test_a_folder_that_is_not_finished_or_not_there(tmp_path, capsys):
    assert "has no manifest.json" in refused(capsys, str(tmp_path))
    assert "is not a folder" in refused(capsys, str(tmp_path / "nowhere"))


def test_a_damaged_file_is_named_and_nothing_is_served(tmp_path, capsys):
    tiny_room.make(tmp_path)
    content = (tmp_path / WHEEL).read_bytes()
    (tmp_path / WHEEL).write_bytes(content[:-1] + b"?")
    assert f"{WHEEL} in {tmp_path} is damaged" in refused(capsys, str(tmp_path), "--port", str(free_port()))
    (tmp_path / WHEEL).unlink()
    assert WHEEL in refused(capsys, str(tmp_path), "--port", str(free_port()))


def test_a_link_is_refused_also_where_it_stays_in_the_folder(tmp_path, capsys):
    tiny_room.make(tmp_path)
    (tmp_path / WHEEL).rename(tmp_path / "moved.whl")
    (tmp_path / WHEEL).symlink_to(tmp_path / "moved.whl")
    assert f"{WHEEL} in {tmp_path} is a link" in refused(capsys, str(tmp_path), "--port", str(free_port()))


@pytest.fixture
def network(monkeypatch):
    """Let this machine have these addresses by interface, and send to the world from one of them."""

    def have(cards: dict[str, list[str]], down=(), towards=None):
        found = {name: [Card(socket.AF_INET, ip) for ip in ips] for name, ips in cards.items()}
        found = {name: [*ips, Card(socket.AF_INET6, "fe80::1")] for name, ips in found.items()}
        monkeypatch.setattr(psutil, "net_if_addrs", lambda: found)
        monkeypatch.setattr(psutil, "net_if_stats", lambda: {name: State(name not in down) for name in cards})
        monkeypatch.setattr(addresses, "_towards", lambda _: towards)

    return have


def test_the_address_towards_the_world_comes_first_and_a_made_up_one_last(network):
    cards = {"lo": ["127.0.0.1"], "usb0": ["169.254.3.4"], "docker0": ["172.17.0.1"], "wlan0": ["192.168.1.20"]}
    network(cards | {"eth0": ["10.0.0.9"]}, down=["eth0"], towards="192.168.1.20")
    assert own_addresses() == [
        Address("192.168.1.20", "wlan0"),
        Address("172.17.0.1", "docker0"),
        Address("169.254.3.4", "usb0"),
    ]


def test_all_addresses_are_told(network):
    network({"lo": ["127.0.0.1"], "wlan0": ["192.168.1.20"], "docker0": ["172.17.0.1"]}, towards="192.168.1.20")
    said = telling.how_to_reach(own_addresses(), 8765)
    assert "COURSE_FROM=http://192.168.1.20:8765 python3 -m utils lab" in said
    assert "address of wlan0. If the room is not on it: http://172.17.0.1:8765 (docker0)." in said


def test_a_machine_on_no_network_is_told(network):
    network({"lo": ["127.0.0.1"]})
    assert telling.how_to_reach(own_addresses(), 8765).startswith("This machine is on no network: connect it")


def test_finding_the_own_addresses_sends_nothing(monkeypatch):
    """A datagram socket that is connected has looked up a route; only sending would reach the network."""
    used = []

    class Probe(socket.socket):
        def __init__(self, family, kind):
            used.append(kind)
            super().__init__(family, kind)

        def __getattribute__(self, name):
            used.append(name)
            return super().__getattribute__(name)

    monkeypatch.setattr(addresses.socket, "socket", Probe)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("a name was looked up"))
    assert all(own.ip and own.interface for own in own_addresses())
    assert used[:2] == [socket.SOCK_DGRAM, "connect"] and not {name for name in used[2:] if "send" in str(name)}


def test_the_sum_counts_in_words():
    counts = Counts()
    counts.addresses |= {f"192.168.1.{last}" for last in range(30)}
    counts.add(files=2310, bytes=7_200_000_000, broken_off=1, connections=1)
    told = "Served 30 computers, 2,310 files, 7.2 GB in 42 min; 2 answers broken off, 0 requests refused."
    assert telling.summary(counts, 42 * 60) == told


def test_the_command_is_in_the_list():
    assert commands.ROOMS["mirror"] == "utils.workshop.mirror" and "\n  mirror " in commands.HELP
