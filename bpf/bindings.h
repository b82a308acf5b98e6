/* SPDX-License-Identifier: GPL-2.0-only */
/* The IP address check itself: has the source a row that is alive? */
#ifndef SIPWARD_BINDINGS_H
#define SIPWARD_BINDINGS_H

#include "packet.h"

#define NS_PER_S 1000000000ULL

enum row_state {
	ROW_NONE,
	ROW_EXPIRED,
	ROW_LIVE,
};

/*
 * One read of one word decides (abi.h). The element may have been recycled for another key between
 * the look-up and the read: then the word does not belong to our key, which is the same as no row.
 */
static __always_inline enum row_state read_row(const struct sipward_binding *row, __u64 digest,
					       __u64 now, __u64 *decision)
{
	__u64 word;

	if (!row)
		return ROW_NONE;
	word = *(const volatile __u64 *)&row->decision;
	if (!sipward_belongs(digest, word))
		return ROW_NONE;
	if (sipward_expires_s(word) * NS_PER_S <= now)
		return ROW_EXPIRED;
	*decision = word;
	return ROW_LIVE;
}

static __always_inline enum row_state find_row4(const struct packet *packet, __u16 port,
						__u8 proto, __u64 now, __u64 *decision)
{
	struct sipward_key4 key = { .port = port, .proto = proto };

	__builtin_memcpy(key.addr, packet->source, sizeof(key.addr));
	return read_row(bpf_map_lookup_elem(&bindings4, &key),
			sipward_digest4(packet->source[0], port, proto), now, decision);
}

static __always_inline enum row_state find_row6(const struct packet *packet, __u16 port,
						__u8 proto, __u64 now, __u64 *decision)
{
	struct sipward_key6 key = { .port = port, .proto = proto };
	__u64 halves[2];

	__builtin_memcpy(key.addr, packet->source, sizeof(key.addr));
	__builtin_memcpy(halves, packet->source, sizeof(halves));
	return read_row(bpf_map_lookup_elem(&bindings6, &key),
			sipward_digest6(halves[0], halves[1], port, proto), now, decision);
}

static __always_inline enum row_state find_row(const struct packet *packet, __u16 port, __u8 proto,
					       __u64 now, __u64 *decision)
{
	return packet->is_v6 ? find_row6(packet, port, proto, now, decision) :
			       find_row4(packet, port, proto, now, decision);
}

/* The row of the port first, then the one of the address. A live row beats an expired one. */
static __always_inline enum row_state find_binding(const struct packet *packet, __u64 now,
						   __u64 *decision)
{
	enum row_state exact = ROW_NONE, wildcard = ROW_NONE;

	if (settings.exact_rows) {
		exact = find_row(packet, packet->source_port, IPPROTO_UDP, now, decision);
		if (exact == ROW_LIVE)
			return ROW_LIVE;
	}
	if (settings.wildcard_rows && !packet->tls)
		wildcard = find_row(packet, 0, 0, now, decision);
	return wildcard == ROW_NONE ? exact : wildcard;
}

#endif
