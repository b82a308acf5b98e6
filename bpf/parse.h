/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the frame to the UDP payload. Nothing is ruled before the target address is known to be
 * guarded, with one exception (read_ethernet). What Linux would read on a longer walk than ours
 * must not slip through: once the address is guarded, what we cannot read is refused.
 */
#ifndef SIPWARD_PARSE_H
#define SIPWARD_PARSE_H

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include "packet.h"

#define MAX_VLAN_TAGS 2 /* IEEE 802.1ad */
#define MAX_VLAN_WALK 8
#define MAX_EXTENSION_HEADERS 8

struct vlan_tag {
	__be16 control;
	__be16 next;
};

static __always_inline int is_vlan(__be16 type)
{
	return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

/*
 * Linux strips any number of priority tags (VLAN 0), so that a frame with more than two still
 * reaches a socket: we count them to the end. Beyond MAX_VLAN_WALK the target is not known; no
 * network needs such a frame, and it is refused whomever it is for.
 */
static __always_inline enum step read_ethernet(struct xdp_md *ctx, struct packet *packet,
					       __be16 *type)
{
	const struct ethhdr *ethernet = take(ctx, packet, sizeof(*ethernet));

	if (!ethernet)
		return STEP_NOT_GUARDED;
	*type = ethernet->h_proto;
	for (__u32 i = 0; i < MAX_VLAN_WALK; i++) {
		const struct vlan_tag *tag;

		if (!is_vlan(*type))
			return STEP_ON;
		tag = take(ctx, packet, sizeof(*tag));
		if (!tag)
			return STEP_NOT_GUARDED;
		packet->vlan_tags++;
		*type = tag->next;
	}
	return is_vlan(*type) ? rule(packet, SIPWARD_REASON_VLAN_DEPTH) : STEP_ON;
}

#define IP_MORE_FRAGMENTS 0x2000
#define IP_FRAGMENT_OFFSET 0x1fff

static __always_inline enum step read_ipv4(struct xdp_md *ctx, struct packet *packet)
{
	const struct iphdr *ip = peek(ctx, packet, sizeof(*ip));
	__u32 header, total, fragment;

	if (!ip || ip->version != 4 || ip->protocol != IPPROTO_UDP)
		return STEP_NOT_GUARDED;
	packet->source[0] = ip->saddr;
	packet->target[0] = ip->daddr;
	header = ip->ihl * 4;
	total = bpf_ntohs(ip->tot_len);
	fragment = bpf_ntohs(ip->frag_off);
	if (!is_guarded4(packet, ANY_PORT))
		return STEP_NOT_GUARDED;

	if (packet->vlan_tags > MAX_VLAN_TAGS)
		return rule(packet, SIPWARD_REASON_VLAN_DEPTH);
	if (header < sizeof(*ip) || total < header || !reaches(ctx, packet, total))
		return rule(packet, SIPWARD_REASON_MALFORMED_IP);
	if (fragment & IP_FRAGMENT_OFFSET)
		return rule(packet, SIPWARD_REASON_FRAGMENT_ADMITTED);
	packet->fragmented = fragment & IP_MORE_FRAGMENTS;
	packet->ip_payload = total - header;
	packet->at += header;
	return STEP_ON;
}

struct extension_header {
	__u8 next;
	__u8 length;
	__be16 fragment_offset; /* of a fragment header */
	__be32 fragment_id;
};

#define IP6_MORE_FRAGMENTS 0x0001
#define IP6_FRAGMENT_OFFSET 0xfff8

/* Octets of an extension header that may precede UDP, by its length field; 0: none of these. */
static __always_inline __u32 extension_octets(__u8 type, __u8 length)
{
	switch (type) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_MH:
	case 139: /* HIP, RFC 7401 */
	case 140: /* Shim6, RFC 5533 */
		return (length + 1) * 8;
	case IPPROTO_AH:
		return (length + 2) * 4;
	case IPPROTO_FRAGMENT:
		return 8;
	}
	return 0;
}

static __always_inline int may_lead_to_udp(__u8 type)
{
	return type == IPPROTO_UDP || extension_octets(type, 0);
}

/*
 * One extension header. Cut short inside a first fragment it hides the ports (RFC 7112); cut short
 * elsewhere it is a wrong length.
 */
static __always_inline enum step read_extension(struct xdp_md *ctx, struct packet *packet,
						__u8 *type)
{
	const struct extension_header *head = peek(ctx, packet, sizeof(*head));
	const enum sipward_reason fault = packet->fragmented ? SIPWARD_REASON_TINY_FRAGMENT :
							       SIPWARD_REASON_MALFORMED_IP;
	__u32 octets;

	if (!head)
		return rule(packet, fault);
	octets = extension_octets(*type, head->length);
	if (octets > packet->ip_payload)
		return rule(packet, fault);
	if (*type == IPPROTO_FRAGMENT) {
		const __u32 offset = bpf_ntohs(head->fragment_offset);

		if (offset & IP6_FRAGMENT_OFFSET)
			return may_lead_to_udp(head->next) ?
				       rule(packet, SIPWARD_REASON_FRAGMENT_ADMITTED) :
				       STEP_NOT_GUARDED;
		packet->fragmented |= offset & IP6_MORE_FRAGMENTS;
	}
	*type = head->next;
	packet->ip_payload -= octets;
	packet->at += octets;
	return STEP_ON;
}

/* The chain from a header of this type on. */
GLOBAL int read_extensions(struct xdp_md *ctx, struct packet *packet, __u32 first)
{
	__u8 type = first;

	if (!packet)
		return STEP_NOT_GUARDED;
	for (__u32 i = 0; i < MAX_EXTENSION_HEADERS; i++) {
		enum step step;

		if (!extension_octets(type, 0))
			return type == IPPROTO_UDP ? STEP_ON : STEP_NOT_GUARDED;
		step = read_extension(ctx, packet, &type);
		if (step != STEP_ON)
			return step;
	}
	return type == IPPROTO_UDP ? STEP_ON : rule(packet, SIPWARD_REASON_HEADER_CHAIN);
}

static __always_inline enum step read_ipv6(struct xdp_md *ctx, struct packet *packet)
{
	const struct ipv6hdr *ip = take(ctx, packet, sizeof(*ip));
	__u32 next, length;

	if (!ip || ip->version != 6)
		return STEP_NOT_GUARDED;
	next = ip->nexthdr;
	if (!may_lead_to_udp(next))
		return STEP_NOT_GUARDED;
	length = bpf_ntohs(ip->payload_len);
	__builtin_memcpy(packet->source, &ip->saddr, sizeof(packet->source));
	__builtin_memcpy(packet->target, &ip->daddr, sizeof(packet->target));
	packet->is_v6 = 1;
	if (!is_guarded6(packet, ANY_PORT))
		return STEP_NOT_GUARDED;

	if (packet->vlan_tags > MAX_VLAN_TAGS)
		return rule(packet, SIPWARD_REASON_VLAN_DEPTH);
	if (!reaches(ctx, packet, length))
		return rule(packet, SIPWARD_REASON_MALFORMED_IP);
	packet->ip_payload = length;
	return next == IPPROTO_UDP ? STEP_ON : read_extensions(ctx, packet, next);
}

/* ::ffff:0:0/96 has no place on the wire: it is another spelling of an IPv4 source. */
static __always_inline int is_mapped(const __u32 *addr)
{
	return addr[0] == 0 && addr[1] == 0 && addr[2] == bpf_htonl(0xffff);
}

GLOBAL int read_udp(struct xdp_md *ctx, struct packet *packet)
{
	const struct udphdr *udp;
	__u32 length;

	if (!packet)
		return STEP_NOT_GUARDED;
	if (packet->ip_payload < sizeof(*udp))
		return rule(packet, packet->fragmented ? SIPWARD_REASON_TINY_FRAGMENT :
							 SIPWARD_REASON_MALFORMED_UDP);
	udp = take(ctx, packet, sizeof(*udp));
	if (!udp)
		return rule(packet, SIPWARD_REASON_MALFORMED_UDP);
	packet->source_port = bpf_ntohs(udp->source);
	packet->target_port = bpf_ntohs(udp->dest);
	length = bpf_ntohs(udp->len);
	if (packet->target_port == 0 ||
	    !(packet->is_v6 ? is_guarded6(packet, packet->target_port) :
			      is_guarded4(packet, packet->target_port)))
		return STEP_NOT_GUARDED;

	if (packet->fragmented ? length <= packet->ip_payload : length != packet->ip_payload)
		return rule(packet, SIPWARD_REASON_MALFORMED_UDP);
	packet->payload = length - sizeof(*udp);
	if (packet->source_port == 0 || (packet->is_v6 && is_mapped(packet->source)))
		return rule(packet, SIPWARD_REASON_BAD_SOURCE);
	return STEP_ON;
}

/* STEP_ON: a datagram, or the first fragment of one, to a guarded listener; `at` is its payload. */
GLOBAL int read_packet(struct xdp_md *ctx, struct packet *packet)
{
	__be16 type = 0;
	enum step step;

	if (!packet)
		return STEP_NOT_GUARDED;
	step = read_ethernet(ctx, packet, &type);
	if (step != STEP_ON)
		return step;
	if (type == bpf_htons(ETH_P_IP))
		step = read_ipv4(ctx, packet);
	else if (type == bpf_htons(ETH_P_IPV6))
		step = read_ipv6(ctx, packet);
	else
		return STEP_NOT_GUARDED;
	return step == STEP_ON ? read_udp(ctx, packet) : step;
}

#endif
