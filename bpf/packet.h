/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the readers of one packet hand on to each other.
 *
 * The larger steps are global functions: the verifier looks at each of them once, with arguments it
 * knows nothing about, and not once for each path that leads there. Their pointers may be NULL as
 * far as it knows, hence the checks.
 */
#ifndef SIPWARD_PACKET_H
#define SIPWARD_PACKET_H

#include <linux/bpf.h>
#include <linux/in.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "abi.h"
#include "maps.h"

#define GLOBAL __attribute__((noinline))

/* A reader's answer: read on, leave the packet alone, its fate is `reason`, or it has no ports. */
enum step {
	STEP_ON,
	STEP_NOT_GUARDED,
	STEP_RULED,
	STEP_LATER_FRAGMENT,
};

struct packet {
	__u32 at; /* offset of the next octet to read */
	__u32 length; /* of the linear part; of the frame, once `reaches` had to ask for it */
	__u32 reason;
	__u32 vlan_tags;

	__u32 is_v6;
	__u32 proto;
	__u32 tls; /* the listener's */
	__u32 source[4]; /* octets in memory order; IPv4 in the first word */
	__u32 target[4];
	__u16 source_port; /* host order, as the next */
	__u16 target_port;
	__u16 vlan;
	__u16 inner_vlan;
	__u32 hop_limit;

	__u32 fragmented; /* it is the first of several, or (STEP_LATER_FRAGMENT) another of them */
	__u32 fragment_id; /* as it stands in the header */
	__u32 fragment_offset; /* octets */
	__u32 ip_at; /* offset of the IP header; 0: source and target are not known */
	__u32 ip_payload; /* octets after the IP header and its extensions */
	__u32 payload; /* octets after the UDP or TCP header, of the whole datagram */
	__u32 tcp_flags; /* TCP_SYN and others */

	__u32 has_rows; /* the source's address does, once `find_address` has looked */
	__u32 port_rows; /* those with a port */
	__u64 decision; /* of the source's row, when it is live or suspect */
};

static __always_inline enum step rule(struct packet *packet, enum sipward_reason reason)
{
	packet->reason = reason;
	return STEP_RULED;
}

#define MAX_AT 0x7fff /* the verifier wants a bound; what lies behind is not read */

/* `octets` at the cursor, or NULL when the linear part ends before. */
static __always_inline const void *peek(struct xdp_md *ctx, const struct packet *packet,
					__u32 octets)
{
	const __u8 *head = (void *)(long)ctx->data;
	const __u64 at = packet->at;

	if (at > MAX_AT)
		return NULL;
	head += at;
	barrier_var(head); /* a sum made twice is a pointer that was checked once */
	return head + octets > (const __u8 *)(long)ctx->data_end ? NULL : head;
}

/* The same, and moves the cursor behind them. */
static __always_inline const void *take(struct xdp_md *ctx, struct packet *packet, __u32 octets)
{
	const void *head = peek(ctx, packet, octets);

	packet->at += octets;
	return head;
}

/* Whether the frame has so many octets from the cursor on, also behind the linear part. */
static __always_inline int reaches(struct xdp_md *ctx, struct packet *packet, __u32 octets)
{
	if (packet->at + octets <= packet->length)
		return 1;
	packet->length = bpf_xdp_get_buff_len(ctx);
	return packet->at + octets <= packet->length;
}

#define ANY_PORT 0
#define ANY_PROTO 0 /* packet->proto before it is known: behind IPv6 extension headers */

static __always_inline int is_protocol(const struct packet *packet, __u8 proto)
{
	return packet->proto == ANY_PROTO || packet->proto == proto;
}

static __always_inline int is_listener4(const struct packet *packet, __u32 i, __u32 port)
{
	const volatile struct sipward_listener4 *listener = &settings.listeners4[i];

	return *(const volatile __u32 *)listener->addr == packet->target[0] &&
	       is_protocol(packet, listener->proto) && (port == ANY_PORT || listener->port == port);
}

static __always_inline int is_listener6(const struct packet *packet, __u32 i, __u32 port)
{
	const volatile struct sipward_listener6 *listener = &settings.listeners6[i];
	const volatile __u32 *addr = (const volatile __u32 *)listener->addr;

	return addr[3] == packet->target[3] && addr[2] == packet->target[2] &&
	       addr[1] == packet->target[1] && addr[0] == packet->target[0] &&
	       is_protocol(packet, listener->proto) && (port == ANY_PORT || listener->port == port);
}

/* Whether a guarded listener has the packet's target address, protocol and this port. */
static __always_inline int guards4(struct packet *packet, __u32 port)
{
	for (__u32 i = 0; i < SIPWARD_MAX_LISTENERS && i < settings.listeners4_used; i++) {
		if (!is_listener4(packet, i, port))
			continue;
		packet->tls = settings.listeners4[i].tls;
		return 1;
	}
	return 0;
}

static __always_inline int guards6(struct packet *packet, __u32 port)
{
	for (__u32 i = 0; i < SIPWARD_MAX_LISTENERS && i < settings.listeners6_used; i++) {
		if (!is_listener6(packet, i, port))
			continue;
		packet->tls = settings.listeners6[i].tls;
		return 1;
	}
	return 0;
}

GLOBAL int is_guarded4(struct packet *packet, __u32 port)
{
	return packet ? guards4(packet, port) : 0;
}

GLOBAL int is_guarded6(struct packet *packet, __u32 port)
{
	return packet ? guards6(packet, port) : 0;
}

static __always_inline int is_guarded(struct packet *packet, __u32 port)
{
	return packet->is_v6 ? is_guarded6(packet, port) : is_guarded4(packet, port);
}

/* Protocols that a guarded listener can have here. */
static __always_inline int is_ours(__u32 proto)
{
	return proto == IPPROTO_UDP || (settings.tcp && proto == IPPROTO_TCP);
}

/* IPv4 as ::ffff:a.b.c.d. */
static __always_inline void write_address(const struct packet *packet, const __u32 *from, __u8 *to)
{
	__u32 words[4] = { 0, 0, bpf_htonl(0xffff), from[0] };

	if (packet->is_v6)
		__builtin_memcpy(words, from, sizeof(words));
	__builtin_memcpy(to, words, sizeof(words));
}

#define NS_PER_S 1000000000ULL

#endif
