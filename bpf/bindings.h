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
					       struct packet *packet, __u64 now)
{
	__u64 word;

	if (!row)
		return ROW_NONE;
	word = *(const volatile __u64 *)&row->decision;
	if (!sipward_belongs(digest, word))
		return ROW_NONE;
	if (sipward_expires_s(word) * NS_PER_S <= now)
		return ROW_EXPIRED;
	packet->decision = word;
	return ROW_LIVE;
}

static __always_inline enum row_state find_row4(struct packet *packet, __u16 port, __u8 proto,
						__u64 now)
{
	struct sipward_key4 key = { .port = port, .proto = proto };

	__builtin_memcpy(key.addr, packet->source, sizeof(key.addr));
	return read_row(bpf_map_lookup_elem(&bindings4, &key),
			sipward_digest4(packet->source[0], port, proto), packet, now);
}

static __always_inline enum row_state find_row6(struct packet *packet, __u16 port, __u8 proto,
						__u64 now)
{
	struct sipward_key6 key = { .port = port, .proto = proto };
	__u64 halves[2];

	__builtin_memcpy(key.addr, packet->source, sizeof(key.addr));
	__builtin_memcpy(halves, packet->source, sizeof(halves));
	return read_row(bpf_map_lookup_elem(&bindings6, &key),
			sipward_digest6(halves[0], halves[1], port, proto), packet, now);
}

static __always_inline enum row_state find_row(struct packet *packet, __u16 port, __u8 proto,
					       __u64 now)
{
	return packet->is_v6 ? find_row6(packet, port, proto, now) :
			       find_row4(packet, port, proto, now);
}

/* The row of the port first, then the one of the address. A live row beats an expired one. */
GLOBAL int find_binding(struct packet *packet, __u64 now)
{
	enum row_state exact = ROW_NONE, wildcard = ROW_NONE;

	if (!packet)
		return ROW_NONE;
	if (settings.exact_rows) {
		exact = find_row(packet, packet->source_port, IPPROTO_UDP, now);
		if (exact == ROW_LIVE)
			return ROW_LIVE;
	}
	if (settings.wildcard_rows && !packet->tls)
		wildcard = find_row(packet, 0, 0, now);
	return wildcard == ROW_NONE ? exact : wildcard;
}

#endif
