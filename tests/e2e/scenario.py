# SPDX-License-Identifier: Apache-2.0
"""What scenarios share: their list, and the steps that most of them take."""
from collections.abc import Callable

from lab import Lab
from node import Node
from sip_client import Rows, Ue
from sip_message import Message

SCENARIOS: dict[str, Callable[[Lab], None]] = {}


def scenario(test: Callable[[Lab], None]) -> Callable[[Lab], None]:
    """Makes a function of a lab a test of its own, under the function's name."""
    if test.__name__ in SCENARIOS:
        raise ValueError(f"two scenarios are called {test.__name__}")
    SCENARIOS[test.__name__] = test
    return test


def equal(found, expected, what: str) -> None:
    if found != expected:
        raise AssertionError(f"{what}: expected {expected!r}, found {found!r}")


def contains(found, expected, what: str) -> None:
    if expected not in found:
        raise AssertionError(f"{what}: expected {expected!r} in {found!r}")


def status(response: Message, expected: int) -> Message:
    if response.status != expected:
        raise AssertionError(f"expected {expected}, found:\n{response.text()}")
    return response


def answered(sender: Ue, request: Message, receiver: Ue) -> Message:
    """The request as it reached the receiver, who answers 200, which reaches the sender."""
    sender.say(request)
    arrived = receiver.expect_request(request.method)
    receiver.answer(arrived, 200, "OK")
    status(sender.expect_final(request), 200)
    return arrived


def deliver(sender: Ue, receiver: Ue, rows: Rows = ()) -> Message:
    """A MESSAGE as it reached the receiver."""
    return answered(sender, sender.message(receiver.account.impu, rows=rows), receiver)


def reaches_as(sender: Ue, receiver: Ue, identity: str | list[str], rows: Rows = ()) -> None:
    expected = [identity] if isinstance(identity, str) else identity
    equal(deliver(sender, receiver, rows).asserted, expected, "asserted to the far side")


def prefers(*identities: str) -> list[tuple[str, str]]:
    return [("P-Preferred-Identity", ", ".join(identities))]


def is_dropped(node: Node, sender: Ue, request: Message | bytes, reason: str = "unbound") -> None:
    """The gate counts the request under the reason and user space never sees it."""
    packets, received = node.verdicts()[reason], node.received()
    sender.say(request)
    node.wait_for_verdict(reason, packets + 1)
    equal(node.received(), received, "datagrams that user space has read")


def nothing_came(receiver: Ue, fence: Ue) -> None:
    """No request has come to the receiver: what the fence sends afterwards comes first."""
    deliver(fence, receiver)
    equal([one.start for one in receiver.requests()], [], "requests that nobody was to get")


def row(node: Node, key: str) -> dict:
    """The row, which is the same in user space and in the kernel."""
    here, there = node.bindings(), node.kernel_bindings()
    contains(here, key, "rows of user space")
    contains(there, key, "rows of the kernel")
    for field in ("binding", "epoch"):
        equal(there[key][field], here[key][field], f"{field} in the kernel")
    return here[key]


def no_row(node: Node, key: str) -> None:
    if key in node.bindings() or key in node.kernel_bindings():
        raise AssertionError(f"{key} is still bound: {node.ctl('bindings')}"
                             f"{node.ctl('bindings', '--from-kernel')}")
