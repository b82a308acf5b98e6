# SPDX-License-Identifier: Apache-2.0
"""A UE over UDP whose every header the test may forge. It plays one thing at a time."""
import dataclasses
import secrets
import socket
import time
from collections.abc import Callable, Iterable

from digest import Account, Credentials, choose
from netns import Namespace
from sip_message import Message, parse

PATIENCE = 10.0  # seconds that something which must come may take
_LARGEST = 65_535
Rows = Iterable[tuple[str, str]]


class Silence(Exception):
    """What was waited for did not come."""


@dataclasses.dataclass
class Instance:
    """A UE instance of RFC 5626: its registration is bound to the flow, not to the address."""
    reg_id: int = 1
    urn: str = dataclasses.field(default_factory=lambda: "urn:uuid:" + _uuid())


def _uuid() -> str:
    digits = secrets.token_hex(16)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


class Endpoint:
    """A UDP socket in a namespace, with an inbox."""

    def __init__(self, namespace: Namespace, address: str, port: int):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.namespace = namespace
        with namespace.entered():
            self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        self.address, self.port = address, self.socket.getsockname()[1]
        self.inbox: list[Message] = []
        self._branches: set[str] = set()

    def close(self) -> None:
        self.socket.close()

    @property
    def hostport(self) -> str:
        return f"{bracketed(self.address)}:{self.port}"

    def send(self, message: Message | bytes, to: tuple[str, int]) -> None:
        self.socket.sendto(message if isinstance(message, bytes) else message.write(), to)

    def receive_datagram(self, patience: float = PATIENCE) -> bytes:
        self.socket.settimeout(patience)
        try:
            return self.socket.recv(_LARGEST)
        except TimeoutError:
            raise Silence(f"nothing came to {self.hostport}") from None

    def _pump(self, deadline: float) -> bool:
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        self.socket.settimeout(left)
        try:
            datagram, source = self.socket.recvfrom(_LARGEST)
        except TimeoutError:
            return False
        if datagram.strip(b"\r\n"):
            self.inbox.append(parse(datagram, source))
        return True

    def drain(self) -> None:
        """Takes what has arrived already."""
        self.socket.setblocking(False)
        try:
            while True:
                datagram, source = self.socket.recvfrom(_LARGEST)
                if datagram.strip(b"\r\n"):
                    self.inbox.append(parse(datagram, source))
        except BlockingIOError:
            pass

    def wait(self, wanted: Callable[[Message], bool], what: str,
             patience: float = PATIENCE) -> Message:
        """The first message that is wanted, in the inbox or to come; the others stay."""
        deadline = time.monotonic() + patience
        seen = 0
        while True:
            for message in self.inbox[seen:]:
                if wanted(message):
                    self.inbox.remove(message)
                    return message
            seen = len(self.inbox)
            if not self._pump(deadline):
                others = [message.start for message in self.inbox]
                raise Silence(f"{self.hostport}: no {what}; what came instead: {others}")

    def expect_request(self, method: str, patience: float = PATIENCE) -> Message:
        """The next request of the method that is not a retransmission."""
        def fresh(message: Message) -> bool:
            return (not message.is_response and message.method == method
                    and (message.branch, method) not in self._branches)
        request = self.wait(fresh, method, patience)
        self._branches.add((request.branch, method))
        return request

    def expect_final(self, request: Message, patience: float = PATIENCE) -> Message:
        return self.wait(lambda one: one.is_response and one.status >= 200
                         and one.branch == request.branch and one.cseq == request.cseq,
                         f"final response to {request.start!r}", patience)

    def answer(self, request: Message, status: int, reason: str, rows: Rows = (),
               body: bytes = b"") -> Message:
        """A response with the To tag that a UAS adds, back to where the request came from."""
        copied = [(name, value) for name, value in request.rows
                  if name in ("Via", "From", "Call-ID", "CSeq", "Record-Route")]
        to = request["To"]
        if ";tag=" not in to and status > 100:
            to += f";tag={secrets.token_hex(4)}"
        response = Message(f"SIP/2.0 {status} {reason}", [*copied, ("To", to), *rows], body)
        self.send(response, request.source[:2])
        return response

    def requests(self) -> list[Message]:
        """Requests that have arrived and that nobody has expected."""
        self.drain()
        return [message for message in self.inbox if not message.is_response
                and (message.branch, message.method) not in self._branches]


class Ue(Endpoint):
    """A registered user's device behind one address and port."""

    def __init__(self, namespace: Namespace, address: str, port: int, proxy: tuple[str, int],
                 account: Account):
        super().__init__(namespace, address, port)
        self.proxy = proxy
        self.account = account
        self.via: str | None = None  # sent-by, when it is to differ from where packets come from
        self.offers_keep = False  # to send keep-alives, RFC 6223
        self.algorithm: str | None = None
        self.credentials: Credentials | None = None
        self._registration = f"{secrets.token_hex(8)}@{bracketed(address)}"
        self._cseq = 0

    @property
    def contact(self) -> str:
        user = self.account.impu.removeprefix("sip:").split("@")[0]
        return f"<sip:{user}@{self.hostport}>"

    def request(self, method: str, target: str, rows: Rows = (), body: bytes = b"") -> Message:
        """A request with all that RFC 3261 8.1.1 wants; given rows replace or add."""
        self._cseq += 1
        given = {name.lower() for name, _ in rows}
        sent_by = self.via or self.hostport
        keep = ";keep" if self.offers_keep else ""
        branch = f"z9hG4bK{secrets.token_hex(8)}"
        base = [("Via", f"SIP/2.0/UDP {sent_by};branch={branch};rport{keep}"),
                ("Max-Forwards", "70"),
                ("From", f"<{self.account.impu}>;tag={secrets.token_hex(4)}"),
                ("To", f"<{target}>"),
                ("Call-ID", secrets.token_hex(10)),
                ("CSeq", f"{self._cseq} {method}")]
        rows = [row for row in base if row[0].lower() not in given] + list(rows)
        return Message(f"{method} {target} SIP/2.0", rows, body)

    def say(self, message: Message | bytes) -> None:
        self.send(message, self.proxy)

    def ask(self, request: Message) -> Message:
        self.say(request)
        return self.expect_final(request)

    def message(self, target: str, text: str = "hello", rows: Rows = ()) -> Message:
        return self.request("MESSAGE", target, [("Content-Type", "text/plain"), *rows],
                            text.encode())

    def register_request(self, expires: int = 600, instance: Instance | None = None,
                         contact: str | None = None, authorization: str | None = None) -> Message:
        params = f";expires={expires}"
        if instance:
            params = f';+sip.instance="<{instance.urn}>";reg-id={instance.reg_id}' + params
        if contact is None:
            contact = self.contact + params
        impu = self.account.impu
        rows = [("From", f"<{impu}>;tag={secrets.token_hex(4)}"), ("To", f"<{impu}>"),
                ("Call-ID", self._registration), ("Contact", contact),
                ("Supported", "path, outbound"), ("Expires", str(expires)),
                ("Authorization", authorization or self.empty_authorization())]
        return self.request("REGISTER", self.registrar, rows)

    @property
    def registrar(self) -> str:
        return f"sip:{self.account.realm}"

    def empty_authorization(self) -> str:
        """TS 24.229 5.1.1.2.2: the first REGISTER names the private user identity."""
        return (f'Digest username="{self.account.impi}", realm="{self.account.realm}", '
                f'nonce="", uri="{self.registrar}", response=""')

    def answer_to(self, challenged: Message, expires: int = 600,
                  instance: Instance | None = None) -> Message:
        """The REGISTER that answers a 401; not sent."""
        challenge = choose(challenged.all("WWW-Authenticate"), self.algorithm)
        self.credentials = Credentials(self.account, challenge)
        answer = self.credentials.answer("REGISTER", self.registrar)
        return self.register_request(expires, instance, authorization=answer)

    def try_register(self, expires: int = 600, instance: Instance | None = None) -> Message:
        """The final response to a registration, with the challenge answered."""
        response = self.ask(self.register_request(expires, instance))
        if response.status != 401:
            return response
        return self.ask(self.answer_to(response, expires, instance))

    def register(self, expires: int = 600, instance: Instance | None = None) -> Message:
        response = self.try_register(expires, instance)
        if response.status != 200:
            raise AssertionError(f"{self.account.impi} was not registered: {response.start}")
        info = response.get("Authentication-Info") or ""
        if not self.credentials.network_is_known(info, self.registrar):
            raise AssertionError(f"rspauth does not prove the network: {info!r}")
        return response

    def deregister(self, instance: Instance | None = None) -> Message:
        response = self.try_register(0, instance)
        if response.status != 200:
            raise AssertionError(f"{self.account.impi} was not de-registered: {response.start}")
        return response
