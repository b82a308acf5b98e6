/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Part of abi.h: why a packet passed or not, how that is counted and told. */
#ifndef SIPWARD_REASONS_H
#define SIPWARD_REASONS_H

#include "abi.h"

/* ---- counters: one for each reason, by interface slot ---- */

/*
 * Every packet to a guarded listener ends with one of these. Up to FLOW_SEGMENT it passes in both
 * modes; from UNBOUND on it is refused: dropped in enforce mode, in monitor mode passed with the
 * verdict `unbound`. id, name, class, meaning. The class is for people: what kind of reason it is.
 */
#define SIPWARD_REASONS(X)                                                                         \
	X(BOUND, bound, bound, "passed: the source has a row")                                     \
	X(SUSPECT_TAGGED, suspect_tagged, suspect, "passed: the user must prove himself by Digest") \
	X(REGISTER_ADMITTED, register_admitted, admitted, "passed: REGISTER of an unbound source") \
	X(KEEPALIVE_ADMITTED, keepalive_admitted, admitted, "passed: STUN or CRLF, unbound source") \
	X(EMERGENCY_ADMITTED, emergency_admitted, admitted, "passed: emergency request, unbound")  \
	X(SYN_ADMITTED, syn_admitted, admitted, "passed: TCP SYN of an unbound source")            \
	X(FRAGMENT_ADMITTED, fragment_admitted, admitted, "passed without tag: later fragment")    \
	X(CHALLENGED_ADMITTED, challenged_admitted, admitted, "passed: REGISTER after a challenge") \
	X(KNOWN_ADMITTED, known_admitted, admitted, "passed: REGISTER or SYN, lately bound source") \
	X(FLOW_SEGMENT, flow_segment, admitted, "passed: TCP segment of a connection that exists") \
	X(UNBOUND, unbound, unbound, "refused: no row for the source")                             \
	X(EXPIRED, expired, expired, "refused: the row of the source has expired")                 \
	X(SUSPECT, suspect, suspect, "refused: row silent for too long, or address released")      \
	X(SIGCOMP, sigcomp, unbound, "refused: compressed message of an unbound source")           \
	X(NO_FLOW, no_flow, unbound, "refused: TCP segment of no connection")                      \
	X(AGENT_SILENT, agent_silent, limited, "refused: no admissions while sipwardd is silent")  \
	X(REGISTER_LIMITED, register_limited, limited, "refused: REGISTER over the source's budget") \
	X(REGISTER_FLOOD, register_flood, limited, "refused: REGISTER over the budget of all")     \
	X(KEEPALIVE_LIMITED, keepalive_limited, limited, "refused: keep-alive over the source's budget") \
	X(KEEPALIVE_FLOOD, keepalive_flood, limited, "refused: keep-alive over the budget of all") \
	X(EMERGENCY_LIMITED, emergency_limited, limited, "refused: emergency over the source's budget") \
	X(EMERGENCY_FLOOD, emergency_flood, limited, "refused: emergency over the budget of all")  \
	X(SYN_LIMITED, syn_limited, limited, "refused: SYN over the source's budget")              \
	X(SYN_FLOOD, syn_flood, limited, "refused: SYN over the budget of all")                    \
	X(FRAGMENT_LIMITED, fragment_limited, limited, "refused: fragment over the source's budget") \
	X(FRAGMENT_FLOOD, fragment_flood, limited, "refused: fragment over the budget of all")     \
	X(CHALLENGED_LIMITED, challenged_limited, limited, "refused: challenged, over its budget") \
	X(CHALLENGED_FLOOD, challenged_flood, limited, "refused: over the budget of challenged sources") \
	X(KNOWN_LIMITED, known_limited, limited, "refused: lately bound, over its budget")         \
	X(KNOWN_FLOOD, known_flood, limited, "refused: over the budget of lately bound sources")   \
	X(MARTIAN, martian, spoofed, "refused: no host can have this source address")              \
	X(OWN_ADDRESS, own_address, spoofed, "refused: the source is an address of this host")     \
	X(CORE_PEER, core_peer, spoofed, "refused: the source is a core peer, on an access interface") \
	X(SOURCE_DENIED, source_denied, spoofed, "refused: the source is in `deny`")               \
	X(SOURCE_NOT_ALLOWED, source_not_allowed, spoofed, "refused: the source is not in `allow`") \
	X(BOGON, bogon, spoofed, "refused: the source is of a block that is not routed")           \
	X(REVERSE_PATH, reverse_path, spoofed, "refused: the route to the source leaves elsewhere") \
	X(ANCHOR_INTERFACE, anchor_interface, spoofed, "refused: registered through another interface") \
	X(ANCHOR_VLAN, anchor_vlan, spoofed, "refused: it registered in another VLAN")             \
	X(ANCHOR_MAC, anchor_mac, spoofed, "refused: it registered from another source MAC")       \
	X(ANCHOR_HOP_LIMIT, anchor_hop_limit, spoofed, "refused: it registered from another distance") \
	X(FRAGMENT_UNBOUND, fragment_unbound, fragment, "refused: later fragment, source without row") \
	X(FRAGMENT_UNTRACKED, fragment_untracked, fragment, "refused: its first fragment did not pass") \
	X(FRAGMENT_OVERLAP, fragment_overlap, fragment, "refused: it overlaps its first fragment") \
	X(FRAGMENT_POLICY, fragment_policy, fragment, "refused: fragments = \"drop\"")             \
	X(VLAN_DEPTH, vlan_depth, malformed, "refused: more than two VLAN tags")                   \
	X(MALFORMED_IP, malformed_ip, malformed, "refused: IP header or its length is wrong")      \
	X(HEADER_CHAIN, header_chain, malformed, "refused: too many IPv6 extension headers")       \
	X(TINY_FRAGMENT, tiny_fragment, malformed, "refused: first fragment without a whole header") \
	X(MALFORMED_UDP, malformed_udp, malformed, "refused: UDP length disagrees with the IP length") \
	X(MALFORMED_TCP, malformed_tcp, malformed, "refused: TCP header or its length is wrong")   \
	X(BAD_SOURCE, bad_source, malformed, "refused: source port 0 or IPv4-mapped IPv6 source")  \
	X(TAG_FAILED, tag_failed, fault, "the driver has no room for the tag: dropped in enforce mode")

enum sipward_reason {
#define SIPWARD_REASON_ID(id, name, class, text) SIPWARD_REASON_##id,
	SIPWARD_REASONS(SIPWARD_REASON_ID)
#undef SIPWARD_REASON_ID
	SIPWARD_REASON_COUNT
};

SIPWARD_INLINE int sipward_refuses(__u32 reason)
{
	return reason >= SIPWARD_REASON_UNBOUND;
}

struct sipward_count {
	__u64 packets;
	__u64 bytes;
};

struct sipward_counters {
#define SIPWARD_REASON_MEMBER(id, name, class, text) struct sipward_count name;
	SIPWARD_REASONS(SIPWARD_REASON_MEMBER)
#undef SIPWARD_REASON_MEMBER
};

SIPWARD_ASSERT(sizeof(struct sipward_counters) ==
	       SIPWARD_REASON_COUNT * sizeof(struct sipward_count));

/* interfaces: which interface a slot of `counters` is. An empty name: the slot is free. */
struct sipward_interface {
	__u32 ifindex;
	__u8 enforce;
	__u8 made_clsact; /* the qdisc was made for us: it goes when we go */
	__u16 reserved;
	char name[16];
};

SIPWARD_ASSERT(sizeof(struct sipward_interface) == 24);

/* ---- events: what happened to a packet, for people; a ring buffer ---- */

#define SIPWARD_EVENTS_BYTES (1U << 20)
#define SIPWARD_EVENT_FRAME 160

struct sipward_packet_event {
	__u64 at_ns; /* CLOCK_MONOTONIC */
	__u32 reason; /* enum sipward_reason */
	__u32 dropped;
	struct sipward_anchor entered;
	__u8 source[16];
	__u8 target[16];
	__u16 source_port;
	__u16 target_port;
	__u8 proto;
	__u8 reserved[3];
	__u32 frame_octets;
	__u32 captured; /* octets of `frame` */
	__u8 frame[SIPWARD_EVENT_FRAME]; /* from the Ethernet header on */
};

SIPWARD_ASSERT(sizeof(struct sipward_packet_event) == 240);

/* ---- pulse: the words that the gate, its loader and the daemon share ---- */

/*
 * One row. The daemon writes beat_s and event_tokens each second; without tokens no event is made,
 * so that a flood costs a look at one word. The gate draws seats of `admissions` from `next_seat`.
 */
struct sipward_pulse {
	__u64 beat_s; /* when the daemon was last alive; 0: never */
	__u64 events_lost; /* the ring was full */
	__u32 next_seat;
	__u32 superseded; /* 1: other maps have taken the place of these: open them anew */
	__u32 event_tokens[SIPWARD_REASON_COUNT];
} __attribute__((aligned(8)));

#endif
