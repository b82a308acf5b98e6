# SPDX-License-Identifier: Apache-2.0
"""SIP messages as the test clients need them: lenient to read, free to write what is wrong."""
import dataclasses
import re

_COMPACT = {"v": "Via", "f": "From", "t": "To", "i": "Call-ID", "m": "Contact",
            "l": "Content-Length", "c": "Content-Type", "k": "Supported"}


@dataclasses.dataclass
class Message:
    """A start line, header rows in order, a body."""
    start: str
    rows: list[tuple[str, str]]
    body: bytes = b""
    source: tuple = ()

    @property
    def is_response(self) -> bool:
        return self.start.startswith("SIP/2.0 ")

    @property
    def status(self) -> int:
        return int(self.start.split(" ", 2)[1]) if self.is_response else 0

    @property
    def method(self) -> str:
        return self.cseq[1]

    @property
    def target(self) -> str:
        return self.start.split(" ")[1]

    @property
    def cseq(self) -> tuple[int, str]:
        number, method = self["CSeq"].split()
        return int(number), method

    @property
    def branch(self) -> str:
        found = re.search(r";\s*branch=([^;,\s]+)", self["Via"])
        return found.group(1) if found else ""

    def all(self, name: str) -> list[str]:
        return [value for row, value in self.rows if row.lower() == name.lower()]

    def get(self, name: str) -> str | None:
        values = self.all(name)
        return values[0] if values else None

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(f"no {name} in {self.start!r}")
        return value

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    @property
    def asserted(self) -> list[str]:
        """The URIs of P-Asserted-Identity."""
        return [uri for value in self.all("P-Asserted-Identity") for uri in uris(value)]

    def write(self) -> bytes:
        rows = [row for row in self.rows if row[0].lower() != "content-length"]
        rows.append(("Content-Length", str(len(self.body))))
        head = "\r\n".join([self.start, *(f"{name}: {value}" for name, value in rows)])
        return head.encode() + b"\r\n\r\n" + self.body

    def text(self) -> str:
        return self.write().decode(errors="replace")


def uris(value: str) -> list[str]:
    """The URIs of a list of name-addr."""
    return re.findall(r"<([^>]*)>", value) or [value.strip()]


def parse(datagram: bytes, source: tuple = ()) -> Message:
    head, _, body = datagram.partition(b"\r\n\r\n")
    lines = re.sub(r"\r\n[ \t]+", " ", head.decode(errors="replace").lstrip("\r\n")).split("\r\n")
    rows = []
    for line in lines[1:]:
        name, _, value = line.partition(":")
        name = name.strip()
        rows.append((_COMPACT.get(name.lower(), name), value.strip()))
    return Message(lines[0], rows, body, source)
