/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a packet entered, and whether that is where its row's REGISTER did. */
#ifndef SIPWARD_ANCHORS_H
#define SIPWARD_ANCHORS_H

#include <linux/if_ether.h>

#include "packet.h"

/* The two words of an anchor. */
union anchor_words {
	struct sipward_anchor anchor;
	__u64 word[2];
};

static __always_inline union anchor_words note_anchor(struct xdp_md *ctx,
						      const struct packet *packet)
{
	const struct ethhdr *ethernet = (void *)(long)ctx->data;
	union anchor_words here = { .anchor = { .slot = settings.slot,
						.hop_limit = packet->hop_limit,
						.vlan = packet->vlan,
						.inner_vlan = packet->inner_vlan,
						.noted = 1 } };

	if ((const void *)(ethernet + 1) <= (void *)(long)ctx->data_end)
		__builtin_memcpy(here.anchor.mac, ethernet->h_source, sizeof(here.anchor.mac));
	return here;
}

static __always_inline int is_far(__u8 a, __u8 b)
{
	return (a > b ? a - b : b - a) > settings.hop_limit_tolerance;
}

static __always_inline __u32 which_differs(const union anchor_words *row,
					   const union anchor_words *here,
					   const union anchor_words *mask)
{
	if ((row->anchor.slot ^ here->anchor.slot) & mask->anchor.slot)
		return SIPWARD_REASON_ANCHOR_INTERFACE;
	if ((row->word[1] ^ here->word[1]) & mask->word[1])
		return SIPWARD_REASON_ANCHOR_VLAN;
	return SIPWARD_REASON_ANCHOR_MAC;
}

/* 0, or the reason why a packet from here cannot be that row's. */
static __always_inline __u32 contradicts(struct xdp_md *ctx, const struct packet *packet,
					 const union anchor_words *row)
{
	union anchor_words here, mask;

	if (!settings.check_anchor || !row->anchor.noted)
		return 0;
	here = note_anchor(ctx, packet);
	mask.word[0] = ((const volatile __u64 *)&settings.anchor_mask)[0];
	mask.word[1] = ((const volatile __u64 *)&settings.anchor_mask)[1];
	if (((row->word[0] ^ here.word[0]) & mask.word[0]) |
	    ((row->word[1] ^ here.word[1]) & mask.word[1]))
		return which_differs(row, &here, &mask);
	if (settings.check_hop_limit && is_far(row->anchor.hop_limit, here.anchor.hop_limit))
		return SIPWARD_REASON_ANCHOR_HOP_LIMIT;
	return 0;
}

#endif
