/* SPDX-License-Identifier: GPL-2.0-only */
/* What the readers of one packet hand on to each other. */
#ifndef SIPWARD_PACKET_H
#define SIPWARD_PACKET_H

#include <linux/bpf.h>
#include <linux/in.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "abi.h"
#include "maps.h"

/* A reader's answer: read on, leave the packet alone, or its fate is `reason`. */
enum step {
	STEP_ON,
	STEP_NOT_GUARDED,
	STEP_RULED,
};

struct packet {
	struct xdp_md *ctx;
	const __u8 *at; /* the next octet to read */
	const __u8 *end; /* of the linear part; the rest of a jumbo frame lies behind it */
	__u32 length; /* of the frame; without the rest, until somebody asks `reaches` for it */
	__u32 vlan_tags;
	__u32 reason;

	__u32 is_v6;
	__u32 source[4]; /* octets in memory order; IPv4 in the first word */
	__u32 target[4];
	__u32 fragmented; /* the first fragment of several */
	__u32 ip_payload; /* octets after the IP header and its extensions */

	__u16 source_port; /* host order, as the next */
	__u16 target_port;
	__u32 tls;
	__u32 payload; /* octets after the UDP header, of the whole datagram */
};

static __always_inline enum step rule(struct packet *packet, enum sipward_reason reason)
{
	packet->reason = reason;
	return STEP_RULED;
}

/* `octets` from the cursor on, or NULL when the linear part is shorter. Moves the cursor. */
static __always_inline const void *take(struct packet *packet, __u32 octets)
{
	const __u8 *head = packet->at;

	if (head + octets > packet->end)
		return NULL;
	packet->at = head + octets;
	return head;
}

/* Whether the frame has so many octets from the cursor on, also behind the linear part. */
static __always_inline int reaches(struct packet *packet, __u32 octets)
{
	const __u32 linear = packet->end - packet->at;

	if (octets <= linear)
		return 1;
	packet->length = bpf_xdp_get_buff_len(packet->ctx);
	return octets - linear <= packet->length - (packet->ctx->data_end - packet->ctx->data);
}

#define ANY_PORT 0

static __always_inline int is_target4(const struct packet *packet, __u32 i, __u32 port)
{
	const volatile struct sipward_listener4 *listener = &settings.listeners4[i];

	return *(const volatile __u32 *)listener->addr == packet->target[0] &&
	       (port == ANY_PORT || listener->port == port);
}

static __always_inline int is_target6(const struct packet *packet, __u32 i, __u32 port)
{
	const volatile struct sipward_listener6 *listener = &settings.listeners6[i];
	const volatile __u32 *addr = (const volatile __u32 *)listener->addr;

	return addr[3] == packet->target[3] && addr[2] == packet->target[2] &&
	       addr[1] == packet->target[1] && addr[0] == packet->target[0] &&
	       (port == ANY_PORT || listener->port == port);
}

/* Whether a guarded UDP listener has the packet's target address and this port. */
static __always_inline int is_guarded(struct packet *packet, __u32 port)
{
	const __u32 used = packet->is_v6 ? settings.listeners6_used : settings.listeners4_used;

	for (__u32 i = 0; i < SIPWARD_MAX_LISTENERS; i++) {
		if (i >= used)
			break;
		if (packet->is_v6 ? is_target6(packet, i, port) : is_target4(packet, i, port)) {
			packet->tls = packet->is_v6 ? settings.listeners6[i].tls :
						      settings.listeners4[i].tls;
			return 1;
		}
	}
	return 0;
}

#endif
