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

#define SIPWARD_ABI_VERSION 2

#define SIPWARD_MAX_LISTENERS 16
#define SIPWARD_MAX_INTERFACES 16 /* slots: one each, also after it is made anew */

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
 * Where a packet entered, as far as the gate sees it. Of a row: where its REGISTER did. As a mask:
 * which of it must be the same. Two aligned words, so that two anchors are compared by XOR.
 */
struct sipward_anchor {
	__u8 mac[6]; /* source address of the frame */
	__u8 slot;
	__u8 hop_limit; /* TTL in IPv4; compared with a tolerance */
	__u16 vlan; /* outermost tag's VLAN; 0: none */
	__u16 inner_vlan;
	__u32 noted; /* 0: a row without anchor, which no packet can contradict */
} __attribute__((aligned(8)));

/*
 * The gate decides by `decision`, then reads the fields below it, and `decision` once more:
 * elements of a hash map are recycled under a reader, and one aligned word cannot be torn. Its
 * check covers the key and the rest of the word, so that the word of another key's element is seen
 * as a miss. The gate writes one field, last_seen_s, once a second at most; on a recycled element
 * that would only make a row that was installed this moment look alive.
 *
 *   63      48 47                      20 19        8 7       0
 *  +----------+--------------------------+-----------+---------+
 *  |  check   |  expires, s (monotonic)  |  binding  |  epoch  |
 *  +----------+--------------------------+-----------+---------+
 */
struct sipward_binding {
	__u64 decision;
	struct sipward_anchor anchor;
	__u32 last_seen_s; /* CLOCK_MONOTONIC, as all times here */
	__u32 silence_s; /* a silence longer than this makes the row suspect; 0: none does */
	__u32 suspect; /* 1: the address was reported released */
	__u32 binding; /* from here on for people and user space */
	__u32 epoch;
	__u32 reserved;
	__u64 expires_s;
	__u64 installed_s;
};

SIPWARD_ASSERT(sizeof(struct sipward_key4) == 8);
SIPWARD_ASSERT(sizeof(struct sipward_key6) == 20);
SIPWARD_ASSERT(__builtin_offsetof(struct sipward_key6, port) == 16);
SIPWARD_ASSERT(sizeof(struct sipward_anchor) == 16);
SIPWARD_ASSERT(sizeof(struct sipward_binding) == 64);
SIPWARD_ASSERT(__builtin_offsetof(struct sipward_binding, decision) == 0);
SIPWARD_ASSERT(__builtin_offsetof(struct sipward_binding, anchor) == 8);

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

/*
 * addresses4, addresses6: what rows an address has. Budgets of a NAT's address grow with its rows,
 * and later fragments, which have no port, are judged by it. Without rows there is no element.
 */
struct sipward_addr4 {
	__u8 addr[4];
};

struct sipward_addr6 {
	__u8 addr[16];
};

struct sipward_address {
	__u32 port_rows;
	__u32 wildcard; /* 1: it has a row without port */
};

/*
 * address_filter: two Bloom filters over the addresses that have rows, one behind the other, in
 * words of 64 bits. All bits of an address in a filter are in one word: a look costs one cache line.
 * The rough one is small enough for a near cache and tells most strangers; the fine one, asked after
 * it, tells nearly all the others. A clear bit says for certain what a look-up in a large map says
 * in hundreds of nanoseconds. User space sets the bits before it writes a row and clears them after.
 */
#define SIPWARD_ROUGH_BITS_PER_ROW 4
#define SIPWARD_FINE_WORDS_PER_ROUGH 2
#define SIPWARD_FILTER_PARTS (1 + SIPWARD_FINE_WORDS_PER_ROUGH)

struct sipward_filter_bits {
	__u32 word; /* in address_filter */
	__u64 mask;
};

SIPWARD_INLINE __u64 sipward_address_digest4(__u32 addr)
{
	return sipward_mix(addr);
}

SIPWARD_INLINE __u64 sipward_address_digest6(__u64 high, __u64 low)
{
	return sipward_mix(sipward_mix(high) ^ low);
}

/* `words`, of the rough filter: a power of two up to 2^24. */
SIPWARD_INLINE struct sipward_filter_bits sipward_rough_bits(__u64 digest, __u32 words)
{
	struct sipward_filter_bits bits;

	bits.word = (__u32)(digest >> 40) & (words - 1);
	bits.mask = 1ULL << (digest >> 28 & 63) | 1ULL << (digest >> 34 & 63);
	return bits;
}

SIPWARD_INLINE struct sipward_filter_bits sipward_fine_bits(__u64 digest, __u32 words)
{
	const __u64 other = digest * SIPWARD_MIX_A;
	struct sipward_filter_bits bits;

	bits.word = words + ((__u32)(other >> 40) & (SIPWARD_FINE_WORDS_PER_ROUGH * words - 1));
	bits.mask = 1ULL << (other >> 22 & 63) | 1ULL << (other >> 28 & 63) |
		    1ULL << (other >> 34 & 63);
	return bits;
}

/* ---- source_rules4, source_rules6: which sources cannot be true, by longest prefix ---- */

struct sipward_prefix4 {
	__u32 length;
	__u8 addr[4];
};

struct sipward_prefix6 {
	__u32 length;
	__u8 addr[16];
};

#define SIPWARD_MAX_SOURCE_RULES 65536 /* of each family */

/*
 * Each member is a set of interface slots: there, a packet with such a source is spoofed, and this
 * is why. User space has worked out what shorter prefixes say: the longest one says it all.
 */
struct sipward_source_rule {
	__u16 refused; /* all of the below together */
	__u16 martian;
	__u16 own_address;
	__u16 core_peer;
	__u16 denied;
	__u16 not_allowed;
	__u16 bogon;
	__u16 reverse_path;
};

/*
 * clear_blocks: one bit for each slot, family and value of an address's first 16 bits: no rule
 * refuses any source of this block here, so that none needs to be looked up.
 */
#define SIPWARD_BLOCK_BITS 16
#define SIPWARD_BLOCK_WORDS (1U << (SIPWARD_BLOCK_BITS - 6)) /* of one slot and family */

SIPWARD_INLINE __u32 sipward_block_word(__u32 slot, __u32 is_v6, __u32 block)
{
	return (slot * 2 + is_v6) * SIPWARD_BLOCK_WORDS + (block >> 6);
}

SIPWARD_ASSERT(sizeof(struct sipward_source_rule) == 16);
SIPWARD_ASSERT(SIPWARD_MAX_INTERFACES <= 16);

/* ---- the mark: verdict in the top four bits, particulars in the low twenty ---- */

enum sipward_verdict {
	SIPWARD_VERDICT_NONE = 0, /* no tag: the packet did not pass a gate */
	SIPWARD_VERDICT_BOUND = 1, /* with binding and epoch */
	SIPWARD_VERDICT_UNBOUND = 2, /* enforce would have dropped it */
	SIPWARD_VERDICT_ADMITTED = 3, /* may become a registration; with the seat in `admissions` */
	SIPWARD_VERDICT_EMERGENCY = 4, /* with the seat, as above */
	SIPWARD_VERDICT_SUSPECT = 5, /* with binding and epoch: bound, if the user proves himself */
};

#define SIPWARD_MARK_VERDICT_SHIFT 28
#define SIPWARD_MARK_TAG_BITS (SIPWARD_BINDING_BITS + SIPWARD_EPOCH_BITS)
#define SIPWARD_MARK_TAG_MASK ((1U << SIPWARD_MARK_TAG_BITS) - 1)

/* particulars: a row's decision, or the seat of an admission. */
SIPWARD_INLINE __u32 sipward_mark(__u32 verdict, __u64 particulars)
{
	return verdict << SIPWARD_MARK_VERDICT_SHIFT |
	       (__u32)(particulars & SIPWARD_MARK_TAG_MASK);
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

/*
 * admissions: where each admitted packet entered, so that the 200 OK to a REGISTER can give its row
 * the anchor of that very packet. A ring: a seat is taken again after SIPWARD_ADMISSIONS further
 * admissions, and whoever reads one compares the source. Admissions are limited, so are the writes.
 */
#define SIPWARD_ADMISSIONS 65536

struct sipward_admission {
	struct sipward_anchor anchor;
	__u8 source[16]; /* IPv4 as ::ffff:a.b.c.d, here and below */
	__u16 source_port;
	__u8 proto;
	__u8 reserved;
	__u32 at_s;
};

SIPWARD_ASSERT(sizeof(struct sipward_admission) == 40);
SIPWARD_ASSERT(SIPWARD_ADMISSIONS <= 1U << SIPWARD_MARK_TAG_BITS);

/* ---- meta: one row about the pinned maps ---- */

struct sipward_meta {
	__u32 abi_version; /* first in every version */
	__u32 reserved;
	char version[32]; /* of the sipward-gate that attached last */
};

SIPWARD_ASSERT(sizeof(struct sipward_meta) == 40);

#include "reasons.h" /* IWYU pragma: export */
#include "settings.h" /* IWYU pragma: export */

#endif
