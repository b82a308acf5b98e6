# SPDX-License-Identifier: Apache-2.0
"""Raw frames from a host of the lab: any source address, any port, any nonsense."""
import ipaddress
import socket
import struct

from netns import Namespace

_ETHERNET_IPV4 = 0x0800
_ETHERNET_IPV6 = 0x86DD
_UDP = 17


def _checksum(data: bytes) -> int:
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def udp_packet(source: tuple[str, int], to: tuple[str, int], payload: bytes) -> bytes:
    """IP, UDP and payload, with right lengths and checksums."""
    one, other = ipaddress.ip_address(source[0]), ipaddress.ip_address(to[0])
    length = 8 + len(payload)
    pseudo = one.packed + other.packed + struct.pack("!HH", _UDP, length)
    header = struct.pack("!HHHH", source[1], to[1], length, 0)
    checksum = _checksum(pseudo + header + payload) or 0xFFFF
    datagram = struct.pack("!HHHH", source[1], to[1], length, checksum) + payload
    if one.version == 6:
        return (struct.pack("!IHBB", 6 << 28, length, _UDP, 64) + one.packed + other.packed
                + datagram)
    start = struct.pack("!BBHHHBB", 0x45, 0, 20 + length, 0, 0, 64, _UDP)
    ends = one.packed + other.packed
    head = start + struct.pack("!H", _checksum(start + b"\0\0" + ends)) + ends
    return head + datagram


class Injector:
    """Puts frames on a host's cable, past its own IP stack."""

    def __init__(self, host: Namespace, interface: str, gateway: str):
        """`gateway`: the hardware address that frames are sent to."""
        with host.entered():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            self._socket.bind((interface, 0))
        self._gateway = bytes.fromhex(gateway.replace(":", ""))
        self._own = self._socket.getsockname()[4][:6]

    def close(self) -> None:
        self._socket.close()

    def send_packet(self, packet: bytes) -> None:
        kind = _ETHERNET_IPV6 if packet[0] >> 4 == 6 else _ETHERNET_IPV4
        self._socket.send(self._gateway + self._own + struct.pack("!H", kind) + packet)

    def spoof(self, source: tuple[str, int], to: tuple[str, int], payload: bytes) -> None:
        self.send_packet(udp_packet(source, to, payload))


def hardware_address(namespace: Namespace, interface: str) -> str:
    for word in namespace.ip("-o", "link", "show", interface).split("link/ether ")[1:]:
        return word.split()[0]
    raise RuntimeError(f"no hardware address of {interface}")
