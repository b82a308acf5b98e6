/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fragments. The first one has the ports and is judged as any packet; the others have none. The
 * reassembled datagram carries the first one's mark, so that user space refuses one whose first
 * fragment did not pass, whatever becomes of the others.
 */
#ifndef SIPWARD_FRAGMENTS_H
#define SIPWARD_FRAGMENTS_H

#include "addresses.h"
#include "budget.h"
#include "packet.h"

#define MIN_TCP_HEADER 20

static __always_inline struct sipward_fragment_key fragment_key(const struct packet *packet)
{
	struct sipward_fragment_key key = { .id = packet->fragment_id };

	key.proto = packet->is_v6 ? 0 : packet->proto; /* RFC 8200 4.5: not in the key of IPv6 */
	write_address(packet, packet->source, key.source);
	write_address(packet, packet->target, key.target);
	return key;
}

/* A first fragment has passed. */
GLOBAL int track_fragment(struct packet *packet, __u64 now)
{
	struct sipward_fragment_key key;
	struct sipward_fragment value;

	if (!packet)
		return 0;
	key = fragment_key(packet);
	value.passed_s = now / NS_PER_S;
	value.first_octets = packet->ip_payload;
	return bpf_map_update_elem(&fragments, &key, &value, BPF_ANY);
}

/* 0: it may pass, as far as its first fragment goes. */
static __always_inline __u32 check_tracked(const struct packet *packet, __u64 now)
{
	const struct sipward_fragment_key key = fragment_key(packet);
	const struct sipward_fragment *first = bpf_map_lookup_elem(&fragments, &key);

	if (!first || first->passed_s + SIPWARD_FRAGMENT_LIFE_S < now / NS_PER_S)
		return SIPWARD_REASON_FRAGMENT_UNTRACKED;
	if (packet->fragment_offset < first->first_octets)
		return SIPWARD_REASON_FRAGMENT_OVERLAP;
	return 0;
}

static __always_inline __u32 check_policy(struct packet *packet, __u64 now)
{
	const int has_rows = find_address(packet);

	/* RFC 1858 3: it would write over the flags of the first fragment's TCP header. */
	if (packet->proto == IPPROTO_TCP && packet->fragment_offset < MIN_TCP_HEADER)
		return SIPWARD_REASON_FRAGMENT_OVERLAP;
	if (settings.fragments == SIPWARD_FRAGMENTS_DROP)
		return SIPWARD_REASON_FRAGMENT_POLICY;
	if (settings.fragments == SIPWARD_FRAGMENTS_TRACK)
		return check_tracked(packet, now);
	return has_rows ? 0 : SIPWARD_REASON_FRAGMENT_UNBOUND;
}

/* The reason why a later fragment passes or not. */
GLOBAL int judge_fragment(struct packet *packet, __u64 now)
{
	__u32 refused;

	if (!packet)
		return SIPWARD_REASON_FRAGMENT_POLICY;
	refused = check_policy(packet, now);
	if (refused)
		return refused;
	switch (admit(packet, SIPWARD_CLASS_FRAGMENT, now)) {
	case ADMITTED:
		return SIPWARD_REASON_FRAGMENT_ADMITTED;
	case OVER_SOURCE:
		return SIPWARD_REASON_FRAGMENT_LIMITED;
	default:
		return SIPWARD_REASON_FRAGMENT_FLOOD;
	}
}

#endif
