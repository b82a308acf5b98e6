# SPDX-License-Identifier: Apache-2.0
"""Messages that were written to break readers, against the running daemon."""
import os
import pathlib
import random

from lab import ALICE, ALICE_HOST, BOB, BOB_HOST, STRANGER_HOST, Lab
from process import wait_until
from scenario import contains, reaches_as, row, scenario

_BESIDE = pathlib.Path(__file__).resolve().parents[3] / "shared" / "corpora" / "rfc4475"
_MUTATIONS = 2000


def corpus() -> list[bytes]:
    """RFC 4475's messages from where SIPWARD_RFC4475 says, or from beside the source tree."""
    folder = pathlib.Path(os.environ.get("SIPWARD_RFC4475") or _BESIDE)
    return [path.read_bytes() for path in sorted(folder.glob("*.dat"))]


def rfc4475_torture_messages(lab: Lab) -> None:
    """The corpus from a bound source, from a stranger, and the other way in monitor mode: the
    daemon survives, and alice is still alice and nobody else."""
    messages = corpus()
    node = lab.start_node({"gate.mode": "monitor", "gate.register_rate_per_source": 10_000})
    alice, bob, stranger = (lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST),
                            lab.ue(BOB, STRANGER_HOST))
    alice.register()
    bob.register()
    before = row(node, f"any {ALICE_HOST}")
    received = node.received()
    for sender in (alice, stranger):
        for message in messages:
            sender.say(message)
    wait_until(lambda: node.received() >= received + 2 * len(messages), "all of them are read")
    survives(node, alice, bob, before)


if corpus():  # without the corpus there is no such test, rather than one that tests nothing
    scenario(rfc4475_torture_messages)


@scenario
def damaged_messages(lab: Lab) -> None:
    """A good request with octets changed, removed and added at random, from a bound source."""
    node = lab.start_node()
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    alice.register()
    bob.register()
    before = row(node, f"any {ALICE_HOST}")
    dice = random.Random(20261124)
    received = node.received()
    for number in range(_MUTATIONS):
        alice.say(damaged(alice.message(f"sip:nobody{number}@home1.example").write(), dice))
        if number % 50 == 49:  # no faster than it reads: a dropped datagram would test nothing
            wait_until(lambda: node.received() >= received + number + 1, "all of them are read")
    survives(node, alice, bob, before)


def damaged(message: bytes, dice: random.Random) -> bytes:
    octets = bytearray(message)
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(octets))
        kind = dice.randrange(3)
        if kind == 0:
            octets[at] = dice.randrange(256)
        elif kind == 1:
            del octets[at]
        else:
            octets.insert(at, dice.choice(b'\r\n\0";,<>@: \t\xff'))
    return bytes(octets)


def survives(node, alice, bob, before: dict) -> None:
    if not node.daemon.running:
        raise AssertionError(f"the daemon ended:\n{node.daemon.said()[-4000:]}")
    after = row(node, f"any {ALICE_HOST}")
    for field in ("impi", "epoch", "identities"):
        contains([after[field]], before[field], f"{field} of alice's row")
    bob.drain()
    for request in bob.requests():  # whatever came through came as alice's
        contains(([ALICE.impu], []), request.asserted, f"asserted in {request.start}")
        bob.answer(bob.expect_request(request.method), 200, "OK")
    alice.drain()
    alice.inbox.clear()
    reaches_as(alice, bob, ALICE.impu)
