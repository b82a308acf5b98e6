# SPDX-License-Identifier: Apache-2.0
"""Other people's clients: baresip, SIPp and sipsak, each with its own reading of the standards."""
import subprocess

from baresip import Baresip
from lab import (ALICE, ALICE_HOST, BOB, BOB_HOST, CAROL, CAROL_HOST, DAVE, HOME, PCSCF4, SIP_PORT,
                 STRANGER_HOST, Lab)
from process import wait_until
from scenario import equal, no_row, reaches_as, row, scenario
from sip_client import Instance
from sipp import Sipp


def start_node_for_old_clients(lab: Lab):
    """libre 1.1 gives up when a challenge it does not know is on offer, SIPp 3.6.1 likewise: both
    know MD5 only, so theirs is the only secret that the home keeps of their users."""
    node = lab.node()
    for account in (ALICE, BOB, DAVE):
        node.provision(account, "--algorithm", "MD5")
    node.provision(CAROL)
    node.start()
    return node


@scenario
def baresip_calls_sipp(lab: Lab) -> None:
    """alice (baresip) and bob (SIPp) register; her MESSAGE and INVITE reach him as hers; she ends
    and de-registers."""
    node = start_node_for_old_clients(lab)
    bob = Sipp(lab, BOB, BOB_HOST, PCSCF4)
    equal(bob.register(), 0, "exit status of SIPp's registration")
    bob.answer()
    alice = Baresip(lab, ALICE, ALICE_HOST, PCSCF4, friend=BOB.impu)
    alice.wait_registered()
    row(node, f"any {ALICE_HOST}")
    row(node, f"any {BOB_HOST}")
    alice.send_message("hello")
    equal(bob.wait_for_identity("MESSAGE"), ALICE.impu, "asserted in the MESSAGE")
    alice.dial(BOB.impu)
    equal(bob.wait_for_identity("INVITE"), ALICE.impu, "asserted in the INVITE")
    alice.control.wait("CALL_ESTABLISHED")
    bob.wait_for_note("ACK")
    alice.hang_up()
    bob.wait_for_note("BYE")
    alice.stop()
    wait_until(lambda: not node.kernel_bindings().get(f"any {ALICE_HOST}"),
               "baresip's row is gone when it has de-registered")
    no_row(node, f"any {ALICE_HOST}")


@scenario
def baresip_with_outbound_is_called(lab: Lab) -> None:
    """baresip with RFC 5626 (sipnat=outbound) is bound to its port, and answers carol over IPv6."""
    node = start_node_for_old_clients(lab)
    carol = lab.ue(CAROL, CAROL_HOST)
    carol.register(instance=Instance())
    alice = Baresip(lab, ALICE, ALICE_HOST, PCSCF4, ";sipnat=outbound")
    alice.wait_registered()
    row(node, f"udp {ALICE_HOST}:{SIP_PORT}")
    request = carol.message(ALICE.impu)
    equal(carol.ask(request).status, 200, "status of carol's MESSAGE")
    alice.stop()
    wait_until(lambda: not node.bindings().get(f"udp {ALICE_HOST}:{SIP_PORT}"), "row is gone")


def sipsak(lab: Lab, address: str, user: str, *arguments: str) -> subprocess.CompletedProcess:
    """Runs sipsak from the address for a user of the home, with the P-CSCF as its outbound proxy.

    It insists on the address of the user's domain: a hosts file of its own tells it."""
    hosts = lab.workdir / "hosts"
    hosts.write_text(f"{PCSCF4} {HOME}\n", encoding="ascii")
    private = ("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"',
               str(hosts))
    probe = ("sipsak", "-s", f"sip:{user}@{HOME}", "-p", f"{PCSCF4}:{SIP_PORT}", "-l",
             str(SIP_PORT), "-H", address, *arguments)
    return subprocess.run(lab.host(address).command(*private, *probe), capture_output=True,
                          text=True, check=False)


@scenario
def sipsak_registers_and_is_dropped(lab: Lab) -> None:
    """sipsak registers dave; the probe of a stranger finds nobody there."""
    node = start_node_for_old_clients(lab)
    carol = lab.ue(CAROL, CAROL_HOST)
    carol.register()
    registered = sipsak(lab, BOB_HOST, "dave", "-U", "-x", "600", "-C", f"sip:dave@{BOB_HOST}:5060",
                        "-u", DAVE.impi, "-a", DAVE.password)
    equal(registered.returncode, 0, f"{registered.stdout}{registered.stderr}\nexit status")
    equal(row(node, f"any {BOB_HOST}")["impi"], DAVE.impi, "owner of the row")
    reaches_as(lab.ue(DAVE, BOB_HOST), carol, DAVE.impu)

    unbound, received = node.verdicts()["unbound"], node.received()
    probe = sipsak(lab, STRANGER_HOST, "carol", "-D", "2")  # an OPTIONS
    equal(probe.returncode != 0, True, f"{probe.stdout}\nsipsak was not answered")
    if node.verdicts()["unbound"] <= unbound:
        raise AssertionError(f"the gate did not count the probe:\n{probe.stdout}{probe.stderr}")
    equal(node.received(), received, "datagrams that user space has read")
