# SPDX-License-Identifier: Apache-2.0
"""The story of origin authentication, step by step, on real clients and a real kernel. Each step
tells what it does, shows the evidence, and raises when something is not as told."""
import ipaddress
import json
import time

from baresip import Baresip
from digest import Credentials, parameters
from lab import (ALICE, ALICE_HOST, BOB, BOB_HOST, CAROL, CAROL_HOST, DAVE, PCSCF4, PCSCF6,
                 STRANGER_HOST, Lab)
from node import Node
from process import wait_until
from scenario import answered, equal, no_row, row, status
from sip_client import Instance, Ue
from sipp import Sipp

ALICE_NEXT_HOST = "203.0.113.9"
_EXPIRES = 4  # seconds of the registration that is left to expire


def tell(text: str = "") -> None:
    print(text, flush=True)


def show(what: str, evidence: object) -> None:
    """One line of evidence; tables are put below their name."""
    text = json.dumps(evidence) if isinstance(evidence, dict) else str(evidence).rstrip()
    if "\n" in text:
        tell(f"      {what}:\n        " + text.replace("\n", "\n        "))
    else:
        tell(f"      {what}: {text}")


def kernel_row(node: Node, address: str) -> dict:
    """The row of bindings4 or bindings6 with the address, as bpftool shows it."""
    name = "bindings6" if ":" in address else "bindings4"
    packed = list(ipaddress.ip_address(address).packed)
    rows = [one for one in node.dump(name) if one["key"]["addr"] == packed]
    equal(len(rows), 1, f"rows of {address} in {name}")
    return rows[0]


class Story:
    """The steps in their order; later ones need earlier ones."""

    def __init__(self, lab: Lab):
        self.lab = lab
        self.node = lab.node({"scscf.min_expires": 2})
        self.messages = 0  # that bob (SIPp) has written down

    def tell_all(self) -> None:
        steps = (self.start, self.register, self.identity_reaches_bob, self.stranger,
                 self.forger, self.next_tenant, self.digest_wins, self.deregistration,
                 self.expiry)
        for number, step in enumerate(steps, 1):
            tell(f"\n{number:2}. {' '.join(step.__doc__.split())}")
            step()
        tell("\nEvery step went as told.")

    # ---- the steps ----

    def start(self) -> None:
        """The node starts: gate on the access interface, P-CSCF and S-CSCF behind it."""
        for account in (ALICE, BOB, DAVE):
            # baresip 1.0 and SIPp 3.6 know MD5 only, and refuse a choice that has more in it.
            self.node.provision(account, "--algorithm", "MD5")
        self.node.provision(CAROL)
        self.node.start()
        show("subscribers", self.node.ctl("subscriber", "list"))
        show("sipward-gate status", self.node.run_gate("status"))
        show("sipwardd listens at", f"{PCSCF4}:5060 and [{PCSCF6}]:5060, as user sipward")

    def register(self) -> None:
        """alice (baresip) and bob (SIPp) register with Digest over IPv4, carol over IPv6."""
        self.bob = Sipp(self.lab, BOB, BOB_HOST, PCSCF4)
        equal(self.bob.register(), 0, "exit status of SIPp's registration")
        self.bob.answer()
        self.alice = Baresip(self.lab, ALICE, ALICE_HOST, PCSCF4, friend=BOB.impu)
        self.alice.wait_registered()
        self.carol = self.lab.ue(CAROL, CAROL_HOST)
        self.carol_phone = Instance()
        registered = self.carol.register(instance=self.carol_phone)
        show("200 to carol, with the network's own proof", registered["Authentication-Info"])
        for key in (f"any {ALICE_HOST}", f"any {BOB_HOST}", f"udp [{CAROL_HOST}]:5060"):
            row(self.node, key)
        show("sipwardctl bindings", self.node.ctl("bindings"))
        show("bpftool map dump bindings4, alice's row", kernel_row(self.node, ALICE_HOST))
        show("bpftool map dump bindings6, carol's row", kernel_row(self.node, CAROL_HOST))

    def identity_reaches_bob(self) -> None:
        """alice's MESSAGE and INVITE reach bob with her identity, asserted by the network."""
        self.alice.send_message("hello bob")
        self._bob_sees("MESSAGE", ALICE.impu)
        self.alice.dial(BOB.impu)
        equal(self.bob.wait_for_identity("INVITE"), ALICE.impu, "asserted in the INVITE")
        self.alice.control.wait("CALL_ESTABLISHED")
        show("P-Asserted-Identity at bob, INVITE", ALICE.impu)
        show("baresip", "call established")
        self.alice.hang_up()
        self.bob.wait_for_note("BYE")

    def stranger(self) -> None:
        """A stranger's MESSAGE from an unbound address never reaches the socket."""
        stranger = self.lab.ue(ALICE, STRANGER_HOST)  # he says that he is alice
        dropped, received = self.node.verdicts()["unbound"], self.node.received()
        stranger.say(stranger.message(BOB.impu, "trust me, I am alice"))
        self.node.wait_for_verdict("unbound", dropped + 1)
        equal(self.node.received(), received, "datagrams that sipwardd has read")
        show("gate, dropped as unbound", f"{dropped} before, {dropped + 1} after")
        show("datagrams that sipwardd has read", f"{received} before and after")
        show("sipwardctl explain", self.node.ctl("explain", STRANGER_HOST))

    def forger(self) -> None:
        """carol forges P-Asserted-Identity and integrity-protected, and prefers to be alice: she is
        asserted as herself."""
        forged = self.carol.register_request(
            authorization=self.carol.empty_authorization() + ', integrity-protected="tls-yes"')
        show("REGISTER with integrity-protected=\"tls-yes\"",
             status(self.carol.ask(forged), 401).start)
        equal(self.node.events("forged-flag"), 1, "events forged-flag")
        lies = [("P-Asserted-Identity", f"<{ALICE.impu}>"),
                ("P-Preferred-Identity", f"<{ALICE.impu}>"), ("From", f"<{ALICE.impu}>;tag=x")]
        response = self.carol.ask(self.carol.message(BOB.impu, "it is alice", lies))
        show("MESSAGE with three times alice in it", status(response, 200).start)
        self._bob_sees("MESSAGE", CAROL.impu)
        show("events", "forged-flag, scrubbed, preferred-not-registered: "
             + ", ".join(str(self.node.events(one)) for one in
                         ("forged-flag", "scrubbed", "preferred-not-registered")))

    def next_tenant(self) -> None:
        """alice's phone dies; dave gets her address and registers: the row becomes his."""
        before = row(self.node, f"any {ALICE_HOST}")
        self.alice.process.kill()
        dave = self.lab.ue(DAVE, ALICE_HOST)
        dave.register()
        after = row(self.node, f"any {ALICE_HOST}")
        equal((before["impi"], after["impi"]), (ALICE.impi, DAVE.impi), "owner before and after")
        equal(after["epoch"], before["epoch"] + 1, "epoch")
        equal(self.node.events("overwritten"), 1, "events overwritten")
        show("row before", f"{before['impi']}, epoch {before['epoch']}")
        show("row after", f"{after['impi']}, epoch {after['epoch']}")
        show("bpftool map dump bindings4", kernel_row(self.node, ALICE_HOST))
        preferred = [("P-Preferred-Identity", f"<{ALICE.impu}>")]
        status(dave.ask(dave.message(BOB.impu, "alice again?", preferred)), 200)
        self._bob_sees("MESSAGE", DAVE.impu, ", although he prefers to be alice")

    def digest_wins(self) -> None:
        """A request from bob's binding with alice's valid Proxy-Authorization goes out as alice."""
        phone = self.lab.ue(ALICE, ALICE_NEXT_HOST)  # alice is back, at another address
        phone.register()
        self.bob.stop()
        bob = self.lab.ue(BOB, BOB_HOST)
        info = parameters(bob.register()["Authentication-Info"])
        plain = answered(bob, bob.message(CAROL.impu, "from bob"), self.carol)
        equal(plain.asserted, [BOB.impu], "asserted without Proxy-Authorization")
        show("without Proxy-Authorization, P-Asserted-Identity at carol", plain.asserted[0])
        challenge = {"realm": BOB.realm, "nonce": info["nextnonce"], "algorithm": "MD5"}
        proof = Credentials(ALICE, challenge).answer("MESSAGE", CAROL.impu)
        proven = answered(bob, bob.message(CAROL.impu, "alice, on bob's phone",
                                           [("Proxy-Authorization", proof)]), self.carol)
        equal(proven.asserted, [ALICE.impu], "asserted with alice's Proxy-Authorization")
        equal(self.node.events("precedence-mismatch"), 1, "events precedence-mismatch")
        event = self.node.last_event("precedence-mismatch")
        show("with alice's, P-Asserted-Identity at carol", proven.asserted[0])
        show("reported", f"{event['event']}: {event['impi']} from {event['flow']}, dropped "
             f"{event['impu']} ({event['detail']})")
        self.bob_phone = bob

    def deregistration(self) -> None:
        """carol de-registers: when the 200 reaches her the kernel has no row any more."""
        gone = self.carol.deregister(self.carol_phone)
        show("de-REGISTER", gone.start)
        no_row(self.node, f"udp [{CAROL_HOST}]:5060")
        self._is_dropped(self.carol, "unbound")

    def expiry(self) -> None:
        """bob's registration runs out while the agent is stopped: the kernel closes the door."""
        self.bob_phone.register(expires=_EXPIRES)
        value = kernel_row(self.node, BOB_HOST)["value"]
        lifetime = value["expires_s"] - value["installed_s"]
        show("bpftool: the row carries its end",
             f"expires_s {value['expires_s']}, {lifetime} s after it was installed")
        with self.node.stopped():
            show("sipwardd", "stopped (SIGSTOP)")
            def expired() -> bool:
                self.bob_phone.say(self.bob_phone.message(ALICE.impu, "still me?"))
                time.sleep(0.1)
                return self.node.verdicts()["expired"] > 0
            wait_until(expired, "the gate drops what comes from an expired row")
            show("gate, verdicts bound and expired",
                 [self.node.verdicts()[one] for one in ("bound", "expired")])
        self.node.wait_for_event("expired", 1)
        show("sipwardd, continued", "reports the expiry and removes the row")
        wait_until(lambda: f"any {BOB_HOST}" not in self.node.kernel_bindings(), "row removed")
        self._is_dropped(self.bob_phone, "unbound")

    # ---- parts ----

    def _bob_sees(self, method: str, identity: str, remark: str = "") -> None:
        self.messages += 1
        equal(self.bob.wait_for_identity(method, self.messages), identity,
              f"asserted in bob's {method}")
        show(f"P-Asserted-Identity at bob, {method}", identity + remark)

    def _is_dropped(self, ue: Ue, reason: str) -> None:
        before, received = self.node.verdicts()[reason], self.node.received()
        ue.say(ue.message(ALICE.impu, "am I still bound?"))
        self.node.wait_for_verdict(reason, before + 1)
        equal(self.node.received(), received, "datagrams that sipwardd has read")
        show(f"the next MESSAGE, dropped as {reason}", f"{before} before, {before + 1} after")
