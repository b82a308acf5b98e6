/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The packet that floods are made of: plain UDP to a guarded listener, from a source without rows,
 * that begins like nothing which may pass. It is told from the first octets alone. The long way
 * (gate.bpf.c) comes to the same end, as a test shows; this one is there because a flood is when
 * nanoseconds count.
 */
#ifndef SIPWARD_SHORTCUT_H
#define SIPWARD_SHORTCUT_H

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include "addresses.h"
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
	    AT_IP + total > frame || may_be_something(head[AT_PAYLOAD4]))
		return 0;
	packet->is_v6 = 0;
	packet->source[0] = ip->saddr;
	packet->target[0] = ip->daddr;
	return is_sound(packet, (const void *)(head + AT_UDP4), total - sizeof(*ip));
}

static __always_inline int is_plain6(const __u8 *head, __u32 frame, struct packet *packet)
{
	const struct ipv6hdr *ip = (const void *)(head + AT_IP);
	const __u32 length = bpf_ntohs(ip->payload_len);

	if (ip->version != 6 || ip->nexthdr != IPPROTO_UDP || AT_UDP6 + length > frame ||
	    may_be_something(head[AT_PAYLOAD6]))
		return 0;
	packet->is_v6 = 1;
	__builtin_memcpy(packet->source, &ip->saddr, sizeof(packet->source));
	__builtin_memcpy(packet->target, &ip->daddr, sizeof(packet->target));
	return is_sound(packet, (const void *)(head + AT_UDP6), length);
}

/* A v4-mapped source is martian: its block is never clear (the rules have a row for it). */
static __always_inline int is_nobody(const struct packet *packet)
{
	return is_clear(packet) && !may_have_rows(packet) && !has_token(SIPWARD_REASON_UNBOUND);
}

/* Octets of the frame, if it is such a packet and nobody wants to hear of it; else 0. */
static __always_inline __u32 plain_stranger(struct xdp_md *ctx)
{
	const __u8 *head = (void *)(long)ctx->data;
	const __u8 *end = (void *)(long)ctx->data_end;
	const struct ethhdr *ethernet = (const void *)head;
	const __u32 frame = end - head;
	struct packet packet;
	int plain;

	if (head + AT_PAYLOAD4 + 1 > end)
		return 0;
	if (ethernet->h_proto == bpf_htons(ETH_P_IP))
		plain = is_plain4(head, frame, &packet);
	else
		plain = ethernet->h_proto == bpf_htons(ETH_P_IPV6) &&
			head + AT_PAYLOAD6 + 1 <= end && is_plain6(head, frame, &packet);
	return plain && is_nobody(&packet) ? frame : 0;
}

#endif
