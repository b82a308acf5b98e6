# SPDX-License-Identifier: Apache-2.0
"""Raw frames from a host of the lab: any source address, any port, any nonsense."""
import dataclasses
import ipaddress
import socket
import struct

from netns import Namespace

_ETHERNET_IPV4 = 0x0800
_ETHERNET_IPV6 = 0x86DD
_ETHERNET_VLAN = 0x8100
_TCP = 6
_UDP = 17
_MORE_FRAGMENTS = 0x2000

SYN, RST, ACK = 0x02, 0x04, 0x10

End = tuple[str, int]  # an address and a port


def _checksum(data: bytes) -> int:
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _packed(source: str, to: str) -> bytes:
    return ipaddress.ip_address(source).packed + ipaddress.ip_address(to).packed


def _transport_checksum(ends: bytes, proto: int, segment: bytes) -> int:
    return _checksum(ends + struct.pack("!HH", proto, len(segment)) + segment)


@dataclasses.dataclass(frozen=True)
class Fragment:
    """Which part of an IPv4 datagram a packet is; the offset counts octets."""
    id: int = 0
    offset: int = 0
    more: bool = False

    @property
    def field(self) -> int:
        return self.offset // 8 | (_MORE_FRAGMENTS if self.more else 0)


def ip_packet(ends: bytes, proto: int, payload: bytes, hop_limit: int = 64,
              fragment: Fragment = Fragment()) -> bytes:
    """`ends`: both addresses."""
    if len(ends) == 32:
        return struct.pack("!IHBB", 6 << 28, len(payload), proto, hop_limit) + ends + payload
    start = struct.pack("!BBHHHBB", 0x45, 0, 20 + len(payload), fragment.id, fragment.field,
                        hop_limit, proto)
    return start + struct.pack("!H", _checksum(start + b"\0\0" + ends)) + ends + payload


def udp_datagram(source: End, to: End, payload: bytes) -> bytes:
    """UDP and payload, with right length and checksum."""
    ends, length = _packed(source[0], to[0]), 8 + len(payload)
    header = struct.pack("!HHHH", source[1], to[1], length, 0)
    checksum = _transport_checksum(ends, _UDP, header + payload) or 0xFFFF
    return struct.pack("!HHHH", source[1], to[1], length, checksum) + payload


def udp_packet(source: End, to: End, payload: bytes, hop_limit: int = 64) -> bytes:
    """IP, UDP and payload, with right lengths and checksums."""
    return ip_packet(_packed(source[0], to[0]), _UDP, udp_datagram(source, to, payload), hop_limit)


def udp_fragment(source: str, to: str, octets: bytes, fragment: Fragment) -> bytes:
    """These octets of a UDP datagram, header included, as a fragment over IPv4."""
    return ip_packet(_packed(source, to), _UDP, octets, fragment=fragment)


def tcp_packet(source: End, to: End, flags: int) -> bytes:
    """A segment without payload, of a connection that nobody has."""
    ends = _packed(source[0], to[0])

    def header(checksum: int) -> bytes:
        return struct.pack("!HHIIBBHHH", source[1], to[1], 1, 1, 5 << 4, flags, 8192, checksum, 0)
    return ip_packet(ends, _TCP, header(_transport_checksum(ends, _TCP, header(0))))


class Injector:
    """Puts frames on a host's cable, past its own IP stack."""

    def __init__(self, host: Namespace, interface: str, gateway: str):
        """`gateway`: the hardware address that frames are sent to."""
        with host.entered():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            self._socket.bind((interface, 0))
        self._gateway = bytes.fromhex(gateway.replace(":", ""))
        self._own = self._socket.getsockname()[4][:6]

    @property
    def mac(self) -> str:
        return self._own.hex(":")

    def close(self) -> None:
        self._socket.close()

    def send_packet(self, packet: bytes, vlan: int | None = None) -> None:
        kind = _ETHERNET_IPV6 if packet[0] >> 4 == 6 else _ETHERNET_IPV4
        tag = b"" if vlan is None else struct.pack("!HH", _ETHERNET_VLAN, vlan)
        self._socket.send(self._gateway + self._own + tag + struct.pack("!H", kind) + packet)

    def spoof(self, source: End, to: End, payload: bytes, hop_limit: int = 64) -> None:
        self.send_packet(udp_packet(source, to, payload, hop_limit))


def hardware_address(namespace: Namespace, interface: str) -> str:
    for word in namespace.ip("-o", "link", "show", interface).split("link/ether ")[1:]:
        return word.split()[0]
    raise RuntimeError(f"no hardware address of {interface}")
