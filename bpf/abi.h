/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What kernel and user space share: map keys and values, verdicts, the packed decision word, the
 * mark. Included by bpf/ and by agent/dataplane, and by nothing else. Plain C types only, so that
 * bpftool prints every field by name.
 */
#ifndef SIPWARD_ABI_H
#define SIPWARD_ABI_H

#include <linux/types.h>

#define SIPWARD_ABI_VERSION 1

#define SIPWARD_MAX_LISTENERS 16
#define SIPWARD_MAX_INTERFACES 16

/* ---- bindings4, bindings6: the IP address check table ---- */

/* port 0 and proto 0: a wildcard row, any port over UDP or TCP. Ports are in host order. */
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
 * reader, and one aligned word cannot be torn. Its check field is derived from the key, so that a
 * word of another key's element is seen as a miss. The other fields are for people.
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
	__u64 expires_s;
	__u64 installed_s;
};

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

#endif
