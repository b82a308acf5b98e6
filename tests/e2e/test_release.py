# SPDX-License-Identifier: Apache-2.0
"""T-2, Annex Q's last attack: the address has another tenant, and nobody has de-registered.

The hooks of scripts/hooks run as the servers that they are for would run them."""
import pathlib
import subprocess

from lab import (ALICE, ALICE_HOST, BOB, BOB_HOST, CAROL, CAROL_HOST, DAVE, PCSCF4, SIP_PORT, Lab)
from node import Node
from scenario import contains, equal, is_dropped, reaches_as, scenario, status
from sip_client import Instance, Ue

_HOOKS = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "hooks"


def hook(lab: Lab, node: Node, name: str, *arguments: str,
         environment: dict[str, str] | None = None, lines: tuple[str, ...] = ()) -> str:
    """What the hook said. Its server sees it succeed, whatever happened."""
    control = lab.workdir / "sipwardctl"
    command = f"'{node.build}/sipwardctl' --config '{node.config_file}'"
    control.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="ascii")
    control.chmod(0o755)
    done = subprocess.run([str(_HOOKS / name), *arguments], capture_output=True, text=True,
                          env={"SIPWARDCTL": str(control), **(environment or {})},
                          input="".join(f"{line}\n" for line in lines), check=False, timeout=60)
    equal(done.returncode, 0, f"exit code of {name}")
    equal(done.stdout, "", f"standard output of {name}")
    return done.stderr


def invites_as(sender: Ue, receiver: Ue, identity: str) -> None:
    """An INVITE reaches the receiver, who is busy."""
    invite = sender.request("INVITE", receiver.account.impu, [("Contact", sender.contact)])
    sender.say(invite)
    arrived = receiver.expect_request("INVITE")
    equal(arrived.asserted, [identity], "asserted with the INVITE")
    receiver.answer(arrived, 486, "Busy Here")
    busy = status(sender.expect_final(invite), 486)
    sender.say(sender.request("ACK", receiver.account.impu,
                              [(name, invite[name]) for name in ("Via", "From", "Call-ID")]
                              + [("To", busy["To"]), ("CSeq", f"{invite.cseq[0]} ACK")]))
    reaches_as(sender, receiver, identity)  # when this is answered, the ACK has been read


def is_shut(node: Node, tenant: Ue, receiver: Ue) -> None:
    """Whatever is no REGISTER ends in the kernel."""
    invite = tenant.request("INVITE", receiver.account.impu, [("Contact", tenant.contact)])
    is_dropped(node, tenant, invite, "suspect")
    is_dropped(node, tenant, tenant.message(receiver.account.impu), "suspect")


def is_suspect(node: Node, key: str, expected: bool) -> None:
    equal(node.bindings()[key]["suspect"], expected, f"{key} is suspect")


@scenario
def T02_lease_expires_at_kea(lab: Lab) -> None:
    """Whoever has the address is alice until the lease ends; then nobody is till she registers."""
    node = lab.start_node()
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    alice.register()
    bob.register()
    invites_as(alice, bob, ALICE.impu)
    key = f"any {ALICE_HOST}"
    for released, point in enumerate(("lease4_expire", "lease4_release", "lease4_decline"), 1):
        said = hook(lab, node, "kea-lease", point,
                    environment={"LEASE4_ADDRESS": ALICE_HOST, "LEASE4_HWADDR": "02:00:00:00:00:07",
                                 "LEASE4_VALID_LIFETIME": "3600", "REMOVE_LEASE": "1"})
        equal(said, "", f"what the hook said of {point}")
        equal(node.events("released"), released, "events")
        is_suspect(node, key, True)
        is_shut(node, alice, bob)
        status(alice.ask(alice.register_request()), 401)
        alice.register()
        is_suspect(node, key, False)
        invites_as(alice, bob, ALICE.impu)


@scenario
def T02_client_gets_another_lease(lab: Lab) -> None:
    """Kea commits a lease and deletes the client's old one; a renewal changes nothing."""
    node = lab.start_node()
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    alice.register()
    bob.register()
    hook(lab, node, "kea-lease", "lease4_renew", environment={"LEASE4_ADDRESS": ALICE_HOST})
    reaches_as(alice, bob, ALICE.impu)
    hook(lab, node, "kea-lease", "leases4_committed",
         environment={"LEASES4_SIZE": "1", "LEASES4_AT0_ADDRESS": BOB_HOST,
                      "DELETED_LEASES4_SIZE": "1", "DELETED_LEASES4_AT0_ADDRESS": ALICE_HOST})
    is_shut(node, alice, bob)
    reaches_as(bob, bob, BOB.impu)


@scenario
def T02_radius_session_ends(lab: Lab) -> None:
    """Accounting-Stop with both addresses of the session; Interim-Update changes nothing."""
    node = lab.start_node()
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    carol = lab.ue(CAROL, CAROL_HOST)
    for ue in (alice, bob, carol):
        ue.register()
    session = {"USER_NAME": '"alice"', "ACCT_SESSION_ID": '"4D2"', "FRAMED_IP_ADDRESS": ALICE_HOST,
               "FRAMED_IPV6_ADDRESS": CAROL_HOST}
    name = "freeradius-accounting"
    equal(hook(lab, node, name, environment=session | {"ACCT_STATUS_TYPE": "Interim-Update"}), "",
          "what the hook said")
    invites_as(alice, bob, ALICE.impu)
    invites_as(carol, bob, CAROL.impu)
    equal(hook(lab, node, name, environment=session | {"ACCT_STATUS_TYPE": "Stop"}), "",
          "what the hook said")
    for ue in (alice, carol):
        is_shut(node, ue, bob)
        ue.register()
        invites_as(ue, bob, ue.account.impu)


@scenario
def T02_nat_mapping_ends(lab: Lab) -> None:
    """A NAT gives one port back: its row is suspect and the neighbour's at the next port is not."""
    node = lab.start_node()
    bob = lab.ue(BOB, BOB_HOST)
    bob.register()
    phone = Instance()
    alice, dave = lab.ue(ALICE, ALICE_HOST, 40001), lab.ue(DAVE, ALICE_HOST, 40002)
    alice.register(instance=phone)
    dave.register(instance=Instance())
    invites_as(alice, bob, ALICE.impu)
    tuples = ("src=10.0.0.5 dst={proxy} sport=5060 dport={sip} "
              "src={proxy} dst={outside} sport={sip} dport={port}")
    told = tuples.format(proxy=PCSCF4, sip=SIP_PORT, outside=ALICE_HOST, port=40001)
    said = hook(lab, node, "conntrack-events",
                lines=(f"    [NEW] udp      17 30 {told.replace('40001', '40002')}",
                       f"[DESTROY] tcp      6 {told.replace('40001', '40002')} [ASSURED]",
                       f"[DESTROY] udp      17 {told} [ASSURED]"))
    equal(said, "", "what the hook said")
    is_suspect(node, f"udp {ALICE_HOST}:40001", True)
    is_suspect(node, f"udp {ALICE_HOST}:40002", False)
    is_shut(node, alice, bob)
    invites_as(dave, bob, DAVE.impu)
    alice.register(instance=phone)
    invites_as(alice, bob, ALICE.impu)


@scenario
def T02_release_without_a_gate(lab: Lab) -> None:
    """The table alone: what the kernel lets in ends in user space, without an answer."""
    node = lab.start_node({"gate": None})
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    alice.register()
    bob.register()
    invites_as(alice, bob, ALICE.impu)
    contains(node.ctl("release", ALICE_HOST, "--port", "9"), "0 rows", "release of another port")
    contains(node.ctl("release", ALICE_HOST), "1 rows", "release")
    ignored = alice.message(BOB.impu)
    alice.say(ignored)
    node.wait_for_event("suspect", 1)
    reaches_as(bob, bob, BOB.impu)
    alice.drain()
    equal([one.start for one in alice.inbox if one.branch == ignored.branch], [],
          "answers to a suspect")
    status(alice.ask(alice.register_request()), 401)
    alice.register()
    invites_as(alice, bob, ALICE.impu)


@scenario
def hooks_never_fail_their_server(lab: Lab) -> None:
    """Nonsense and a daemon that is gone: exit code 0, a line that says so, and nothing is run."""
    node = lab.start_node({"gate": None})
    alice = lab.ue(ALICE, ALICE_HOST)
    alice.register()
    trap = lab.workdir / "trap"
    for address in ("", "host.example", f"{ALICE_HOST}; touch {trap}", f"$(touch {trap})",
                    f"`touch {trap}`", "--help", f"{ALICE_HOST}.1", "1" * 200 + ".1", "::g"):
        for name, arguments, environment in (
                ("kea-lease", ("lease4_expire",), {"LEASE4_ADDRESS": address}),
                ("kea-lease", ("lease6_release",), {"LEASE6_ADDRESS": address}),
                ("freeradius-accounting", (), {"ACCT_STATUS_TYPE": "Stop",
                                               "FRAMED_IP_ADDRESS": address})):
            said = hook(lab, node, name, *arguments, environment=environment)
            contains(said, "release", f"what {name} said of {address!r}")
    ending = "[DESTROY] udp 17 src=10.0.0.5 dst=1.1.1.1 sport=1 dport=2 src=1.1.1.1"
    for rest in ("", f" dst={ALICE_HOST} sport=2", f" dst={ALICE_HOST} sport=2 dport=70000",
                 f" dst=$(touch${{IFS}}{trap}) sport=2 dport=5060"):
        contains(hook(lab, node, "conntrack-events", lines=(ending + rest,)), "not released",
                 f"what conntrack-events said of {rest!r}")
    equal(trap.exists(), False, "a value was executed")
    equal(node.events("released"), 0, "events")
    is_suspect(node, f"any {ALICE_HOST}", False)
    node.daemon.stop()
    contains(hook(lab, node, "kea-lease", "lease4_expire",
                  environment={"LEASE4_ADDRESS": ALICE_HOST}), f"not released: {ALICE_HOST}",
             "what the hook said when the daemon was gone")
