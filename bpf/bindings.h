/* SPDX-License-Identifier: GPL-2.0-only */
/* The IP address check itself: has the source a row that is alive, and is it that row's packet? */
#ifndef SIPWARD_BINDINGS_H
#define SIPWARD_BINDINGS_H

#include "anchors.h"
#include "packet.h"

enum row_state {
	ROW_NONE,
	ROW_EXPIRED,
	ROW_CONTRADICTED, /* packet->reason says by what */
	ROW_SUSPECT,
	ROW_LIVE,
};

/* A field of a row, read when it is said and not before or after. */
#define READ_ONCE(field) (*(const volatile __typeof__(field) *)&(field))

static __always_inline int is_silent(__u32 last_seen_s, __u32 silence_s, __u32 now_s)
{
	return silence_s && now_s > last_seen_s && now_s - last_seen_s > silence_s;
}

/*
 * One read of one word decides; what is read beside it counts only if the word is the same after
 * (abi.h). A packet of a suspect row is no sign of life: only a REGISTER is.
 */
static __always_inline enum row_state read_row(struct xdp_md *ctx, struct sipward_binding *row,
					       __u64 digest, struct packet *packet, __u64 now)
{
	const __u32 now_s = now / NS_PER_S;
	union anchor_words anchor;
	__u32 last_seen_s, suspect;
	__u64 word;

	if (!row)
		return ROW_NONE;
	word = READ_ONCE(row->decision);
	if (!sipward_belongs(digest, word))
		return ROW_NONE;
	if (sipward_expires_s(word) * NS_PER_S <= now)
		return ROW_EXPIRED;
	anchor.word[0] = ((const volatile __u64 *)&row->anchor)[0];
	anchor.word[1] = ((const volatile __u64 *)&row->anchor)[1];
	last_seen_s = READ_ONCE(row->last_seen_s);
	suspect = READ_ONCE(row->suspect) ||
		  is_silent(last_seen_s, READ_ONCE(row->silence_s), now_s);
	if (READ_ONCE(row->decision) != word)
		return ROW_NONE;

	packet->reason = contradicts(ctx, packet, &anchor);
	if (packet->reason)
		return ROW_CONTRADICTED;
	packet->decision = word;
	if (suspect)
		return ROW_SUSPECT;
	if (last_seen_s != now_s)
		*(volatile __u32 *)&row->last_seen_s = now_s;
	return ROW_LIVE;
}

static __always_inline enum row_state find_row4(struct xdp_md *ctx, struct packet *packet,
						__u16 port, __u64 now)
{
	const __u8 proto = port ? packet->proto : 0;
	struct sipward_key4 key = { .port = port, .proto = proto };

	__builtin_memcpy(key.addr, packet->source, sizeof(key.addr));
	return read_row(ctx, bpf_map_lookup_elem(&bindings4, &key),
			sipward_digest4(packet->source[0], port, proto), packet, now);
}

static __always_inline enum row_state find_row6(struct xdp_md *ctx, struct packet *packet,
						__u16 port, __u64 now)
{
	const __u8 proto = port ? packet->proto : 0;
	struct sipward_key6 key = { .port = port, .proto = proto };
	__u64 halves[2];

	__builtin_memcpy(key.addr, packet->source, sizeof(key.addr));
	__builtin_memcpy(halves, packet->source, sizeof(halves));
	return read_row(ctx, bpf_map_lookup_elem(&bindings6, &key),
			sipward_digest6(halves[0], halves[1], port, proto), packet, now);
}

/* Port 0: the row of the address. */
static __always_inline enum row_state find_row_here(struct xdp_md *ctx, struct packet *packet,
						    __u16 port, __u64 now)
{
	return packet->is_v6 ? find_row6(ctx, packet, port, now) :
			       find_row4(ctx, packet, port, now);
}

GLOBAL int find_row(struct xdp_md *ctx, struct packet *packet, __u32 port, __u64 now)
{
	return packet ? find_row_here(ctx, packet, port, now) : ROW_NONE;
}

/*
 * The row of the port first, then the one of the address, which never speaks for TLS. `exact`: the
 * packet is of a flow that a row with a port can name; a SYN is of none yet.
 */
static __always_inline enum row_state find_binding(struct xdp_md *ctx, struct packet *packet,
						   int exact, __u64 now)
{
	enum row_state state = ROW_NONE, wildcard;

	if (exact && settings.exact_rows) {
		state = find_row(ctx, packet, packet->source_port, now);
		if (state > ROW_EXPIRED)
			return state;
	}
	if (!settings.wildcard_rows || packet->tls)
		return state;
	wildcard = find_row(ctx, packet, 0, now);
	return wildcard == ROW_NONE ? state : wildcard;
}

#endif
