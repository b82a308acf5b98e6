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

struct plain4 {
	struct ethhdr ethernet;
	struct iphdr ip;
	struct udphdr udp;
	__u8 first; /* octet of the payload */
} __attribute__((packed));

struct plain6 {
	struct ethhdr ethernet;
	struct ipv6hdr ip;
	struct udphdr udp;
	__u8 first;
} __attribute__((packed));

#define FRAGMENT_BITS 0x3fff /* more fragments, or an offset */

/* Whether a payload that begins so may be of a kind that has a budget, or a reason of its own. */
static __always_inline int may_be_something(__u8 first)
{
	return first == 'R' || first == '\r' || first == '\n' || first == 0 /* STUN */ ||
	       first >= 0xf8 /* SigComp */ || (settings.emergency && first >= 'A' && first <= 'Z');
}

/* Ports and lengths are as they should be, and the target is guarded. */
static __always_inline int is_sound(struct packet *packet, struct udphdr udp, __u32 octets)
{
	packet->proto = IPPROTO_UDP;
	return udp.source && bpf_ntohs(udp.len) == octets && octets > sizeof(udp) &&
	       (packet->is_v6 ? guards6(packet, bpf_ntohs(udp.dest)) :
				guards4(packet, bpf_ntohs(udp.dest)));
}

static __always_inline int is_plain4(const struct plain4 *plain, __u32 frame, struct packet *packet)
{
	const __u32 total = bpf_ntohs(plain->ip.tot_len);

	if (*(const __u8 *)&plain->ip != 0x45 || plain->ip.protocol != IPPROTO_UDP ||
	    plain->ip.frag_off & bpf_htons(FRAGMENT_BITS) || total < sizeof(plain->ip) ||
	    sizeof(plain->ethernet) + total > frame)
		return 0;
	packet->source[0] = plain->ip.saddr;
	packet->target[0] = plain->ip.daddr;
	return is_sound(packet, plain->udp, total - sizeof(plain->ip));
}

static __always_inline int is_plain6(const struct plain6 *plain, __u32 frame, struct packet *packet)
{
	const __u32 length = bpf_ntohs(plain->ip.payload_len);

	if (plain->ip.version != 6 || plain->ip.nexthdr != IPPROTO_UDP ||
	    sizeof(plain->ethernet) + sizeof(plain->ip) + length > frame)
		return 0;
	packet->is_v6 = 1;
	__builtin_memcpy(packet->source, &plain->ip.saddr, sizeof(packet->source));
	__builtin_memcpy(packet->target, &plain->ip.daddr, sizeof(packet->target));
	return is_sound(packet, plain->udp, length);
}

/* A v4-mapped source is martian: its block is never clear (the rules have a row for it). */
static __always_inline int is_nobody(const struct packet *packet)
{
	return is_clear(packet) && !may_have_rows(packet) && !has_token(SIPWARD_REASON_UNBOUND);
}

/* Octets of the frame, if it is such a packet and nobody wants to hear of it; else 0. */
static __always_inline __u32 plain_stranger(struct xdp_md *ctx)
{
	const void *head = (void *)(long)ctx->data;
	const void *end = (void *)(long)ctx->data_end;
	const struct plain4 *plain4 = head;
	const struct plain6 *plain6 = head;
	const __u32 frame = end - head;
	struct packet packet;

	packet.is_v6 = 0;
	if ((const void *)(plain4 + 1) > end)
		return 0;
	if (plain4->ethernet.h_proto == bpf_htons(ETH_P_IP)) {
		if (may_be_something(plain4->first) || !is_plain4(plain4, frame, &packet))
			return 0;
	} else {
		if (plain6->ethernet.h_proto != bpf_htons(ETH_P_IPV6) ||
		    (const void *)(plain6 + 1) > end || may_be_something(plain6->first) ||
		    !is_plain6(plain6, frame, &packet))
			return 0;
	}
	return is_nobody(&packet) ? frame : 0;
}

#endif
