/* SPDX-License-Identifier: GPL-2.0-only */
/* Budgets of unbound sources: the generic cell rate algorithm on one word, without locks. */
#ifndef SIPWARD_BUDGET_H
#define SIPWARD_BUDGET_H

#include "packet.h"

#define MAX_RACES 4

/*
 * Whether one more packet fits. A CPU that loses the race for the word too often refuses: under a
 * flood that is the right answer, and it is never slow.
 */
static __always_inline int spend(struct sipward_bucket *bucket, __u64 interval, __u64 now)
{
	if (!bucket || interval == 0)
		return 0;
	for (__u32 i = 0; i < MAX_RACES; i++) {
		const __u64 seen = *(volatile __u64 *)&bucket->empty_at_ns;
		const __u64 empty_at = seen > now ? seen : now;

		if (empty_at + interval > now + SIPWARD_BURST_NS)
			return 0;
		if (__sync_val_compare_and_swap(&bucket->empty_at_ns, seen,
						empty_at + interval) == seen)
			return 1;
	}
	return 0;
}

/* The source as one word: an IPv4 address, or the /64 that one IPv6 site has (RFC 6177). */
static __always_inline __u64 source_word(const struct packet *packet)
{
	if (!packet->is_v6)
		return packet->source[0];
	return (__u64)packet->source[0] << 32 | packet->source[1];
}

/* Keyed: a stranger cannot choose addresses that share a bucket with a victim's. */
static __always_inline __u32 source_bucket(const struct packet *packet, __u32 class)
{
	const __u64 salt = settings.seed[0] ^ packet->is_v6;
	const __u64 hash = sipward_mix(sipward_mix(source_word(packet) ^ salt) ^ settings.seed[1]);

	return class * SIPWARD_SOURCES_PER_CLASS + (__u32)(hash >> (64 - SIPWARD_SOURCES_BITS));
}

enum admission {
	ADMITTED,
	OVER_SOURCE,
	OVER_TOTAL,
};

/*
 * The source pays first: what one of them floods does not eat the budget of all. Behind a NAT's
 * address are as many phones as it has rows: its budget is theirs together.
 */
GLOBAL int admit(struct packet *packet, __u32 class, __u64 now)
{
	__u64 source_interval, total_interval;
	__u32 index;

	if (!packet || class >= SIPWARD_CLASS_COUNT)
		return OVER_SOURCE;
	source_interval = settings.budgets[class].source_interval_ns;
	total_interval = settings.budgets[class].total_interval_ns;
	if (packet->port_rows > 1 && source_interval > packet->port_rows)
		source_interval /= packet->port_rows;
	index = source_bucket(packet, class);
	if (!spend(bpf_map_lookup_elem(&sources, &index), source_interval, now))
		return OVER_SOURCE;
	if (!spend(bpf_map_lookup_elem(&totals, &class), total_interval, now))
		return OVER_TOTAL;
	return ADMITTED;
}

static __always_inline __u64 lane_until(void *map, const struct sipward_source *source)
{
	const struct sipward_lane *lane = bpf_map_lookup_elem(map, source);

	return lane ? lane->until_s : 0;
}

/*
 * The class whose budget a REGISTER or SYN of this source is under. Who has or had rows, or was
 * just challenged, does not stand in one line with strangers.
 */
GLOBAL int find_lane(struct packet *packet, __u32 class, __u64 now)
{
	const __u64 now_s = now / NS_PER_S;
	struct sipward_source source = {};
	__u32 words[4] = { 0, 0, bpf_htonl(0xffff), 0 };

	if (!packet)
		return class;
	words[3] = packet->source[0];
	if (packet->is_v6) {
		words[0] = packet->source[0];
		words[1] = packet->source[1];
		words[2] = words[3] = 0;
	}
	__builtin_memcpy(source.addr, words, sizeof(source.addr));
	if (settings.budgets[SIPWARD_CLASS_KNOWN].total_interval_ns &&
	    (packet->has_rows || lane_until(&known, &source) > now_s))
		return SIPWARD_CLASS_KNOWN;
	if (class == SIPWARD_CLASS_REGISTER &&
	    settings.budgets[SIPWARD_CLASS_CHALLENGED].total_interval_ns &&
	    lane_until(&challenged, &source) > now_s)
		return SIPWARD_CLASS_CHALLENGED;
	return class;
}

#endif
