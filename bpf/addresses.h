/* SPDX-License-Identifier: GPL-2.0-only */
/* What an address has, port or not: the filter before all look-ups, and the rows of a NAT. */
#ifndef SIPWARD_ADDRESSES_H
#define SIPWARD_ADDRESSES_H

#include "packet.h"

static __always_inline __u64 address_digest(const struct packet *packet)
{
	__u64 halves[2];

	if (!packet->is_v6)
		return sipward_address_digest4(packet->source[0]);
	__builtin_memcpy(halves, packet->source, sizeof(halves));
	return sipward_address_digest6(halves[0], halves[1]);
}

static __always_inline int has_bits(struct sipward_filter_bits bits)
{
	const __u64 *word = bpf_map_lookup_elem(&address_filter, &bits.word);

	return word && (*word & bits.mask) == bits.mask;
}

/* False: the source has no row, for certain. */
static __always_inline int may_have_rows(const struct packet *packet)
{
	const __u64 digest = address_digest(packet);

	return has_bits(sipward_rough_bits(digest, settings.filter_words)) &&
	       has_bits(sipward_fine_bits(digest, settings.filter_words));
}

static __always_inline const struct sipward_address *look_up_address(const struct packet *packet)
{
	if (packet->is_v6) {
		struct sipward_addr6 key;

		__builtin_memcpy(key.addr, packet->source, sizeof(key.addr));
		return bpf_map_lookup_elem(&addresses6, &key);
	}
	struct sipward_addr4 key;

	__builtin_memcpy(key.addr, packet->source, sizeof(key.addr));
	return bpf_map_lookup_elem(&addresses4, &key);
}

/* Whether the source's address has rows; how many of them name a port is noted. */
GLOBAL int find_address(struct packet *packet)
{
	const struct sipward_address *address;

	if (!packet || !may_have_rows(packet))
		return 0;
	address = look_up_address(packet);
	if (!address)
		return 0;
	packet->port_rows = address->port_rows;
	packet->has_rows = 1;
	return 1;
}

#endif
