/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Part of abi.h: the constants of one program, and the budgets of strangers. */
#ifndef SIPWARD_SETTINGS_H
#define SIPWARD_SETTINGS_H

#include "abi.h"

/* ---- budgets of unbound sources ---- */

enum sipward_class {
	SIPWARD_CLASS_REGISTER,
	SIPWARD_CLASS_KEEPALIVE,
	SIPWARD_CLASS_EMERGENCY,
	SIPWARD_CLASS_SYN,
	SIPWARD_CLASS_FRAGMENT,
	SIPWARD_CLASS_CHALLENGED, /* REGISTER of a source that was sent a 401 lately */
	SIPWARD_CLASS_KNOWN, /* REGISTER or SYN of a source that has or had rows */
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

/*
 * challenged, known: sources with a lane of their own, until a time. LRU maps that the daemon alone
 * writes, after its own 401 and at the end of a row. A source is an IPv4 address or an IPv6 /64.
 */
#define SIPWARD_LANE_SOURCES 65536

struct sipward_source {
	__u8 addr[16]; /* the lower half of an IPv6 address is zero */
};

struct sipward_lane {
	__u64 until_s;
};

/* fragments: datagrams whose first fragment passed (fragments = "track"). An LRU map. */
#define SIPWARD_FRAGMENTS 8192
#define SIPWARD_FRAGMENT_LIFE_S 30 /* of the kernel's own reassembly, ipfrag_time */

struct sipward_fragment_key {
	__u8 source[16];
	__u8 target[16];
	__u32 id;
	__u32 proto;
};

struct sipward_fragment {
	__u32 passed_s;
	__u32 first_octets; /* IP payload of the first fragment: a later one must not reach into it */
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

enum sipward_fragment_policy {
	SIPWARD_FRAGMENTS_SOURCE, /* later ones pass when their source has a row */
	SIPWARD_FRAGMENTS_TRACK, /* when their first one passed */
	SIPWARD_FRAGMENTS_DROP,
};

enum sipward_fail_mode {
	SIPWARD_FAIL_CLOSED, /* a silent daemon: bound packets pass, nobody is admitted */
	SIPWARD_FAIL_HOLD, /* all as it is */
	SIPWARD_FAIL_OPEN, /* tag only */
};

struct sipward_settings {
	__u32 slot;
	__u8 enforce;
	__u8 exact_rows; /* look the source up with its port */
	__u8 wildcard_rows; /* and without */
	__u8 emergency;
	__u8 fragments; /* enum sipward_fragment_policy */
	__u8 fail_mode; /* enum sipward_fail_mode */
	__u8 tag_suspects; /* suspect rows pass with a tag; else only REGISTER does */
	__u8 check_anchor;
	__u8 hop_limit_tolerance; /* only with check_hop_limit */
	__u8 check_hop_limit;
	__u8 tcp; /* there is a TCP listener */
	__u8 shortcut; /* a flood's packets may be told from their first octets (shortcut.h) */
	__u32 heartbeat_timeout_s;
	__u32 filter_words; /* of the rough part of address_filter: a power of two */
	__u32 listeners4_used;
	__u32 listeners6_used;
	__u64 seed[2]; /* of the hash of sources */
	struct sipward_anchor anchor_mask; /* all but the hop limit */
	struct sipward_budget budgets[SIPWARD_CLASS_COUNT];
	struct sipward_listener4 listeners4[SIPWARD_MAX_LISTENERS];
	struct sipward_listener6 listeners6[SIPWARD_MAX_LISTENERS];
};

SIPWARD_ASSERT(sizeof(struct sipward_listener4) == 8);
SIPWARD_ASSERT(sizeof(struct sipward_listener6) == 20);
SIPWARD_ASSERT(__builtin_offsetof(struct sipward_settings, seed) == 32);
SIPWARD_ASSERT(__builtin_offsetof(struct sipward_settings, budgets) == 64);

#endif
