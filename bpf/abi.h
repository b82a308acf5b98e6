/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What kernel and user space share: map keys and values, settings, counters, the packed decision
 * word, the mark. Included by bpf/ and by agent/dataplane, and by nothing else. Plain C types and
 * ports in host order, so that bpftool prints every field by name and people can read it.
 *
 * A change of any layout here needs a new SIPWARD_ABI_VERSION: maps outlive the program.
 */
#ifndef SIPWARD_ABI_H
#define SIPWARD_ABI_H

#include <linux/types.h>

#define SIPWARD_ABI_VERSION 1

#define SIPWARD_MAX_LISTENERS 16
#define SIPWARD_MAX_INTERFACES 16

#define SIPWARD_INLINE static inline __attribute__((always_inline))
#ifdef __cplusplus
#define SIPWARD_ASSERT(condition) static_assert(condition, #condition)
#else
#define SIPWARD_ASSERT(condition) _Static_assert(condition, #condition)
#endif

/* ---- bindings4, bindings6: the IP address check table ---- */

/* port 0 and proto 0: a wildcard row, any port over UDP or TCP, never TLS. */
struct sipward_key4 {
	__u8 addr[4];
	__u16 port;
	__u8 proto;
	__u8 reserved;
};

struct sipward_key6 {
	__u8 addr[16];
	__u16 port;
	__u8 proto;
	__u8 reserved;
};

/*
 * The gate reads `decision` once and nothing else: elements of a hash map are recycled under a
 * reader, and one aligned word cannot be torn. Its check covers the key and the rest of the word,
 * so that the word of another key's element is seen as a miss. The other fields are for people.
 *
 *   63      48 47                      20 19        8 7       0
 *  +----------+--------------------------+-----------+---------+
 *  |  check   |  expires, s (monotonic)  |  binding  |  epoch  |
 *  +----------+--------------------------+-----------+---------+
 */
struct sipward_binding {
	__u64 decision;
	__u32 binding;
	__u32 epoch;
	__u64 expires_s; /* CLOCK_MONOTONIC, as the next */
	__u64 installed_s;
};

SIPWARD_ASSERT(sizeof(struct sipward_key4) == 8);
SIPWARD_ASSERT(sizeof(struct sipward_key6) == 20);
SIPWARD_ASSERT(__builtin_offsetof(struct sipward_key6, port) == 16);
SIPWARD_ASSERT(sizeof(struct sipward_binding) == 32);
SIPWARD_ASSERT(__builtin_offsetof(struct sipward_binding, decision) == 0);

#define SIPWARD_EPOCH_BITS 8
#define SIPWARD_BINDING_BITS 12
#define SIPWARD_EXPIRES_BITS 28
#define SIPWARD_CHECK_BITS 16

#define SIPWARD_EPOCH_MASK ((1U << SIPWARD_EPOCH_BITS) - 1)
#define SIPWARD_BINDING_MASK ((1U << SIPWARD_BINDING_BITS) - 1)
#define SIPWARD_EXPIRES_MASK ((1U << SIPWARD_EXPIRES_BITS) - 1)

#define SIPWARD_BINDING_SHIFT SIPWARD_EPOCH_BITS
#define SIPWARD_EXPIRES_SHIFT (SIPWARD_BINDING_SHIFT + SIPWARD_BINDING_BITS)
#define SIPWARD_CHECK_SHIFT (SIPWARD_EXPIRES_SHIFT + SIPWARD_EXPIRES_BITS)
#define SIPWARD_FACTS_MASK ((1ULL << SIPWARD_CHECK_SHIFT) - 1)

SIPWARD_ASSERT(SIPWARD_CHECK_SHIFT + SIPWARD_CHECK_BITS == 64);

/* Odd constants (the golden ratio's and a prime's bits): multiplication spreads, upwards only. */
#define SIPWARD_MIX_A 0x9e3779b97f4a7c15ULL
#define SIPWARD_MIX_B 0xc2b2ae3d27d4eb4fULL

SIPWARD_INLINE __u64 sipward_mix(__u64 word)
{
	word ^= word >> 32;
	word *= SIPWARD_MIX_A;
	word ^= word >> 29;
	return word * SIPWARD_MIX_B;
}

/* Octets of an address as words, in the order they have in memory. */
SIPWARD_INLINE __u64 sipward_digest4(__u32 addr, __u16 port, __u8 proto)
{
	return sipward_mix((__u64)addr << 32 | (__u64)port << 8 | proto);
}

SIPWARD_INLINE __u64 sipward_digest6(__u64 high, __u64 low, __u16 port, __u8 proto)
{
	return sipward_mix(sipward_mix(sipward_mix(high) ^ low) ^ ((__u64)port << 8 | proto));
}

SIPWARD_INLINE __u64 sipward_check(__u64 key_digest, __u64 facts)
{
	return sipward_mix(key_digest ^ facts) >> SIPWARD_CHECK_SHIFT;
}

SIPWARD_INLINE __u64 sipward_pack(__u64 key_digest, const struct sipward_binding *row)
{
	const __u64 facts = (row->expires_s & SIPWARD_EXPIRES_MASK) << SIPWARD_EXPIRES_SHIFT |
			    (__u64)(row->binding & SIPWARD_BINDING_MASK) << SIPWARD_BINDING_SHIFT |
			    (row->epoch & SIPWARD_EPOCH_MASK);

	return sipward_check(key_digest, facts) << SIPWARD_CHECK_SHIFT | facts;
}

/* Whether the word was packed for this key. */
SIPWARD_INLINE int sipward_belongs(__u64 key_digest, __u64 decision)
{
	return decision >> SIPWARD_CHECK_SHIFT ==
	       sipward_check(key_digest, decision & SIPWARD_FACTS_MASK);
}

SIPWARD_INLINE __u64 sipward_expires_s(__u64 decision)
{
	return decision >> SIPWARD_EXPIRES_SHIFT & SIPWARD_EXPIRES_MASK;
}

/* ---- the mark: verdict in the top four bits, binding and epoch in the low twenty ---- */

enum sipward_verdict {
	SIPWARD_VERDICT_NONE = 0, /* no tag: the packet did not pass a gate */
	SIPWARD_VERDICT_BOUND = 1,
	SIPWARD_VERDICT_UNBOUND = 2, /* monitor mode only: enforce would have dropped it */
	SIPWARD_VERDICT_ADMITTED = 3, /* unbound, but may become a registration */
	SIPWARD_VERDICT_EMERGENCY = 4,
};

#define SIPWARD_MARK_VERDICT_SHIFT 28
#define SIPWARD_MARK_TAG_BITS (SIPWARD_BINDING_BITS + SIPWARD_EPOCH_BITS)
#define SIPWARD_MARK_TAG_MASK ((1U << SIPWARD_MARK_TAG_BITS) - 1)

SIPWARD_INLINE __u32 sipward_mark(__u32 verdict, __u64 decision)
{
	return verdict << SIPWARD_MARK_VERDICT_SHIFT |
	       (__u32)(decision & SIPWARD_MARK_TAG_MASK);
}

/*
 * What the gate leaves in front of a packet for sipward_tag. Other programs may use the same room:
 * the magic tells ours.
 */
struct sipward_tag {
	__u32 magic;
	__u32 mark;
};

#define SIPWARD_TAG_MAGIC 0x73697077U /* "sipw" */
SIPWARD_ASSERT(sizeof(struct sipward_tag) == 8);

/* ---- counters: one for each reason, by interface slot ---- */

/*
 * Every packet to a guarded listener ends with one of these. Up to LATER_FRAGMENT it passes in
 * both modes; from UNBOUND on it is refused: dropped in enforce mode, in monitor mode passed with
 * the verdict `unbound`. id, name, meaning.
 */
#define SIPWARD_REASONS(X)                                                                        \
	X(BOUND, bound, "passed: the source has a row")                                           \
	X(REGISTER_ADMITTED, register_admitted, "passed: REGISTER of an unbound source")          \
	X(KEEPALIVE_ADMITTED, keepalive_admitted, "passed: STUN or CRLF of an unbound source")    \
	X(EMERGENCY_ADMITTED, emergency_admitted, "passed: emergency request, unbound source")    \
	X(LATER_FRAGMENT, later_fragment, "passed without tag: fragment after the first one")     \
	X(UNBOUND, unbound, "refused: no row for the source")                                     \
	X(EXPIRED, expired, "refused: the row of the source has expired")                         \
	X(SIGCOMP, sigcomp, "refused: compressed message of an unbound source")                   \
	X(REGISTER_LIMITED, register_limited, "refused: REGISTER over the source's budget")       \
	X(REGISTER_FLOOD, register_flood, "refused: REGISTER over the budget of all sources")     \
	X(KEEPALIVE_LIMITED, keepalive_limited, "refused: keep-alive over the source's budget")   \
	X(KEEPALIVE_FLOOD, keepalive_flood, "refused: keep-alive over the budget of all sources") \
	X(EMERGENCY_LIMITED, emergency_limited, "refused: emergency over the source's budget")    \
	X(EMERGENCY_FLOOD, emergency_flood, "refused: emergency over the budget of all sources")  \
	X(VLAN_DEPTH, vlan_depth, "refused: more than two VLAN tags")                             \
	X(MALFORMED_IP, malformed_ip, "refused: IP header or its length is wrong")                \
	X(HEADER_CHAIN, header_chain, "refused: too many IPv6 extension headers")                 \
	X(TINY_FRAGMENT, tiny_fragment, "refused: first fragment without a whole UDP header")     \
	X(MALFORMED_UDP, malformed_udp, "refused: UDP length disagrees with the IP length")       \
	X(BAD_SOURCE, bad_source, "refused: source port 0 or IPv4-mapped IPv6 source")            \
	X(TAG_FAILED, tag_failed, "the driver has no room for the tag: dropped in enforce mode")

enum sipward_reason {
#define SIPWARD_REASON_ID(id, name, text) SIPWARD_REASON_##id,
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
#define SIPWARD_REASON_MEMBER(id, name, text) struct sipward_count name;
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

/* ---- budgets of unbound sources ---- */

enum sipward_class {
	SIPWARD_CLASS_REGISTER,
	SIPWARD_CLASS_KEEPALIVE,
	SIPWARD_CLASS_EMERGENCY,
	SIPWARD_CLASS_COUNT
};

/*
 * sources: one bucket for each class and hash of the source, a fixed number: nothing that a
 * stranger sends allocates. totals: one for each class. A bucket is the time at which it will be
 * empty again (GCRA).
 */
struct sipward_bucket {
	__u64 empty_at_ns;
};

#define SIPWARD_SOURCES_BITS 16
#define SIPWARD_SOURCES_PER_CLASS (1U << SIPWARD_SOURCES_BITS)
#define SIPWARD_BURST_NS 1000000000ULL /* a bucket holds a second's worth */

struct sipward_budget {
	__u64 source_interval_ns; /* one packet of a source in this time; 0: none */
	__u64 total_interval_ns; /* one packet of all sources together */
};

/* ---- settings: constants of one program, that is of one interface ---- */

struct sipward_listener4 {
	__u8 addr[4] __attribute__((aligned(4)));
	__u16 port;
	__u8 proto;
	__u8 tls; /* wildcard rows do not match here */
};

struct sipward_listener6 {
	__u8 addr[16] __attribute__((aligned(4)));
	__u16 port;
	__u8 proto;
	__u8 tls;
};

struct sipward_settings {
	__u32 slot;
	__u8 enforce;
	__u8 exact_rows; /* look the source up with its port */
	__u8 wildcard_rows; /* and without */
	__u8 emergency;
	__u32 listeners4_used;
	__u32 listeners6_used;
	__u64 seed[2]; /* of the hash of sources */
	struct sipward_budget budgets[SIPWARD_CLASS_COUNT];
	struct sipward_listener4 listeners4[SIPWARD_MAX_LISTENERS];
	struct sipward_listener6 listeners6[SIPWARD_MAX_LISTENERS];
};

SIPWARD_ASSERT(sizeof(struct sipward_listener4) == 8);
SIPWARD_ASSERT(sizeof(struct sipward_listener6) == 20);
SIPWARD_ASSERT(__builtin_offsetof(struct sipward_settings, budgets) == 32);

/* ---- meta: one row about the pinned maps ---- */

struct sipward_meta {
	__u32 abi_version;
	__u32 reserved;
	char version[32]; /* of the sipward-gate that attached last */
};

SIPWARD_ASSERT(sizeof(struct sipward_meta) == 40);

#endif
