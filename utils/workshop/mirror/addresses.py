"""The addresses at which others on the network reach this machine, found without sending a packet."""

import socket
from ipaddress import IPv4Address
from typing import NamedTuple

import psutil

ELSEWHERE = "203.0.113.1"  # an address kept for documentation: no machine has it


class Address(NamedTuple):
    """An IPv4 address of this machine, and the name of the interface that has it."""

    ip: str
    interface: str


def own_addresses() -> list[Address]:
    """Every address of an interface that is up, the likeliest first; empty where the machine is on no network."""
    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    found = [
        Address(address.address, name)
        for name, addresses in psutil.net_if_addrs().items()
        for address in addresses
        if address.family == socket.AF_INET and name in up and not IPv4Address(address.address).is_loopback
    ]
    to_the_world = _towards(ELSEWHERE)
    return sorted(found, key=lambda own: (own.ip != to_the_world, IPv4Address(own.ip).is_link_local))


def _towards(other: str) -> str | None:
    """The address from which this machine would send to `other`: for UDP, connecting only looks up the route."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((other, 9))
        except OSError:  # no route, as on a Wi-Fi that leads nowhere
            return None
        return probe.getsockname()[0]
