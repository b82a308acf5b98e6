/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two packets that there are most of: that of a bound source, and the one that floods are made
 * of, from a source without rows and beginning like nothing which may pass. When nothing unusual is
 * in between they are told without a call or a struct in memory. The long way (gate.bpf.c) comes to
 * the same end, as a test shows; anything else takes it.
 */
#ifndef SIPWARD_SHORTCUT_H
#define SIPWARD_SHORTCUT_H

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include "addresses.h"
#include "bindings.h"
#include "events.h"
#include "packet.h"
#include "sources.h"

/* Where the headers are when nothing unusual is in between. */
#define AT_IP sizeof(struct ethhdr)
#define AT_UDP4 (AT_IP + sizeof(struct iphdr))
#define AT_UDP6 (AT_IP + sizeof(struct ipv6hdr))
#define AT_PAYLOAD4 (AT_UDP4 + sizeof(struct udphdr))
#define AT_PAYLOAD6 (AT_UDP6 + sizeof(struct udphdr))

#define FRAGMENT_BITS 0x3fff /* more fragments, or an offset */

/* Whether a payload that begins so may be of a kind that has a budget, or a reason of its own. */
static __always_inline int may_be_something(__u8 first)
{
	return first == 'R' || first == '\r' || first == '\n' || first == 0 /* STUN */ ||
	       first >= 0xf8 /* SigComp */ || (settings.emergency && first >= 'A' && first <= 'Z');
}

/* Ports and lengths are as they should be, and the target is guarded. */
static __always_inline int is_sound(struct packet *packet, const struct udphdr *udp, __u32 octets)
{
	packet->proto = IPPROTO_UDP;
	packet->source_port = bpf_ntohs(udp->source);
	packet->vlan = 0;
	packet->inner_vlan = 0;
	return udp->source && bpf_ntohs(udp->len) == octets && octets > sizeof(*udp) &&
	       (packet->is_v6 ? guards6(packet, bpf_ntohs(udp->dest)) :
				guards4(packet, bpf_ntohs(udp->dest)));
}

static __always_inline int is_plain4(const __u8 *head, __u32 frame, struct packet *packet)
{
	const struct iphdr *ip = (const void *)(head + AT_IP);
	const __u32 total = bpf_ntohs(ip->tot_len);

	if (head[AT_IP] != 0x45 || ip->protocol != IPPROTO_UDP ||
	    ip->frag_off & bpf_htons(FRAGMENT_BITS) || total < sizeof(*ip) ||
	    AT_IP + total > frame)
		return 0;
	packet->is_v6 = 0;
	packet->hop_limit = ip->ttl;
	packet->source[0] = ip->saddr;
	packet->target[0] = ip->daddr;
	return is_sound(packet, (const void *)(head + AT_UDP4), total - sizeof(*ip));
}

static __always_inline int is_plain6(const __u8 *head, __u32 frame, struct packet *packet)
{
	const struct ipv6hdr *ip = (const void *)(head + AT_IP);
	const __u32 length = bpf_ntohs(ip->payload_len);

	if (ip->version != 6 || ip->nexthdr != IPPROTO_UDP || AT_UDP6 + length > frame)
		return 0;
	packet->is_v6 = 1;
	packet->hop_limit = ip->hop_limit;
	__builtin_memcpy(packet->source, &ip->saddr, sizeof(packet->source));
	__builtin_memcpy(packet->target, &ip->daddr, sizeof(packet->target));
	return is_sound(packet, (const void *)(head + AT_UDP6), length);
}

struct shortcut {
	__u32 reason; /* BOUND or UNBOUND */
	__u32 octets; /* of the frame; 0: the long way */
	__u32 mark;
};

/* Also what the wildcard row says when there is no other; every other state takes the long way. */
static __always_inline struct shortcut try_bound(struct xdp_md *ctx, struct packet *packet,
						 __u32 frame)
{
	const __u64 now = bpf_ktime_get_coarse_ns();
	struct shortcut end = { .reason = SIPWARD_REASON_BOUND };
	enum row_state state = ROW_NONE;

	if (settings.exact_rows)
		state = find_row_here(ctx, packet, packet->source_port, now);
	if (state == ROW_NONE && settings.wildcard_rows && !packet->tls)
		state = find_row_here(ctx, packet, 0, now);
	if (state != ROW_LIVE || has_token(SIPWARD_REASON_BOUND))
		return end;
	end.mark = sipward_mark(SIPWARD_VERDICT_BOUND, packet->decision);
	end.octets = frame;
	return end;
}

/* Where such packets may pass, with a tag, they all go the long way. */
static __always_inline struct shortcut try_stranger(__u8 first, __u32 frame)
{
	struct shortcut end = { .reason = SIPWARD_REASON_UNBOUND };

	if (settings.enforce && settings.fail_mode != SIPWARD_FAIL_OPEN &&
	    !may_be_something(first) && !has_token(SIPWARD_REASON_UNBOUND))
		end.octets = frame;
	return end;
}

/* A v4-mapped source is martian: its block is never clear (the rules have a row for it). */
static __always_inline struct shortcut take_shortcut(struct xdp_md *ctx)
{
	const __u8 *head = (void *)(long)ctx->data;
	const __u8 *end = (void *)(long)ctx->data_end;
	const struct ethhdr *ethernet = (const void *)head;
	const __u32 frame = end - head;
	struct packet packet;
	__u8 first;

	if (head + AT_PAYLOAD4 + 1 > end)
		return (struct shortcut){};
	if (ethernet->h_proto == bpf_htons(ETH_P_IP)) {
		if (!is_plain4(head, frame, &packet))
			return (struct shortcut){};
		first = head[AT_PAYLOAD4];
	} else {
		if (ethernet->h_proto != bpf_htons(ETH_P_IPV6) || head + AT_PAYLOAD6 + 1 > end ||
		    !is_plain6(head, frame, &packet))
			return (struct shortcut){};
		first = head[AT_PAYLOAD6];
	}
	if (!is_clear(&packet))
		return (struct shortcut){};
	return may_have_rows(&packet) ? try_bound(ctx, &packet, frame) : try_stranger(first, frame);
}

#endif
