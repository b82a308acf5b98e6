/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the frame to the transport header. Nothing is ruled before the target address is known to be
 * guarded, with one exception (read_ethernet). What Linux would read on a longer walk than ours
 * must not slip through: once the address is guarded, what we cannot read is refused.
 */
#ifndef SIPWARD_PARSE_H
#define SIPWARD_PARSE_H

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

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

#define VLAN_ID 0x0fff

static __always_inline void note_vlan(struct packet *packet, __u16 vlan)
{
	if (packet->vlan_tags == 0)
		packet->vlan = vlan;
	else if (packet->vlan_tags == 1)
		packet->inner_vlan = vlan;
	packet->vlan_tags++;
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
		note_vlan(packet, bpf_ntohs(tag->control) & VLAN_ID);
		*type = tag->next;
	}
	return is_vlan(*type) ? rule(packet, SIPWARD_REASON_VLAN_DEPTH) : STEP_ON;
}

#define IP_MORE_FRAGMENTS 0x2000
#define IP_FRAGMENT_OFFSET 0x1fff

/* A packet that is whole, the first fragment of a datagram, or a later one, which has no ports. */
static __always_inline enum step note_fragment(struct packet *packet, __u32 offset, __u32 more)
{
	packet->fragment_offset = offset;
	packet->fragmented |= offset || more; /* an atomic one inside does not undo it */
	return offset ? STEP_LATER_FRAGMENT : STEP_ON;
}

static __always_inline enum step read_ipv4(struct xdp_md *ctx, struct packet *packet)
{
	const struct iphdr *ip = peek(ctx, packet, sizeof(*ip));
	__u32 header, total, fragment;

	if (!ip || ip->version != 4 || !is_ours(ip->protocol))
		return STEP_NOT_GUARDED;
	packet->proto = ip->protocol;
	packet->source[0] = ip->saddr;
	packet->target[0] = ip->daddr;
	packet->hop_limit = ip->ttl;
	packet->fragment_id = ip->id;
	packet->ip_at = packet->at;
	header = ip->ihl * 4;
	total = bpf_ntohs(ip->tot_len);
	fragment = bpf_ntohs(ip->frag_off);
	if (!is_guarded4(packet, ANY_PORT))
		return STEP_NOT_GUARDED;

	if (packet->vlan_tags > MAX_VLAN_TAGS)
		return rule(packet, SIPWARD_REASON_VLAN_DEPTH);
	if (header < sizeof(*ip) || total < header || !reaches(ctx, packet, total))
		return rule(packet, SIPWARD_REASON_MALFORMED_IP);
	packet->ip_payload = total - header;
	packet->at += header;
	return note_fragment(packet, (fragment & IP_FRAGMENT_OFFSET) * 8,
			     fragment & IP_MORE_FRAGMENTS);
}

struct extension_header {
	__u8 next;
	__u8 length;
	__be16 fragment_offset; /* of a fragment header */
	__be32 fragment_id;
};

#define IP6_MORE_FRAGMENTS 0x0001
#define IP6_FRAGMENT_OFFSET 0xfff8

/* Octets of an extension header that may precede ours, by its length field; 0: none of these. */
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

static __always_inline int may_lead_to_us(__u8 type)
{
	return is_ours(type) || extension_octets(type, 0);
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
	packet->ip_payload -= octets;
	packet->at += octets;
	if (*type == IPPROTO_FRAGMENT) {
		const __u32 field = bpf_ntohs(head->fragment_offset);

		packet->fragment_id = head->fragment_id;
		packet->proto = head->next;
		*type = head->next;
		return note_fragment(packet, field & IP6_FRAGMENT_OFFSET,
				     field & IP6_MORE_FRAGMENTS);
	}
	*type = head->next;
	return STEP_ON;
}

/*
 * A later fragment names the header that follows the fragment header in the first one: with more
 * extension headers before ours, our protocol is not told, and the listeners' addresses decide.
 */
static __always_inline enum step rule_fragment6(struct packet *packet)
{
	if (is_ours(packet->proto))
		return is_guarded6(packet, ANY_PORT) ? STEP_LATER_FRAGMENT : STEP_NOT_GUARDED;
	return may_lead_to_us(packet->proto) ? STEP_LATER_FRAGMENT : STEP_NOT_GUARDED;
}

/* The end of the chain: our protocol, of a listener with this address. */
static __always_inline enum step end_chain(struct packet *packet, __u8 type)
{
	packet->proto = type;
	return is_ours(type) && is_guarded6(packet, ANY_PORT) ? STEP_ON : STEP_NOT_GUARDED;
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
			return end_chain(packet, type);
		step = read_extension(ctx, packet, &type);
		if (step == STEP_LATER_FRAGMENT)
			return rule_fragment6(packet);
		if (step != STEP_ON)
			return step;
	}
	return extension_octets(type, 0) ? rule(packet, SIPWARD_REASON_HEADER_CHAIN) :
					   end_chain(packet, type);
}

static __always_inline enum step read_ipv6(struct xdp_md *ctx, struct packet *packet)
{
	const __u32 ip_at = packet->at;
	const struct ipv6hdr *ip = take(ctx, packet, sizeof(*ip));
	__u32 next, length;

	if (!ip || ip->version != 6)
		return STEP_NOT_GUARDED;
	next = ip->nexthdr;
	if (!may_lead_to_us(next))
		return STEP_NOT_GUARDED;
	length = bpf_ntohs(ip->payload_len);
	__builtin_memcpy(packet->source, &ip->saddr, sizeof(packet->source));
	__builtin_memcpy(packet->target, &ip->daddr, sizeof(packet->target));
	packet->hop_limit = ip->hop_limit;
	packet->ip_at = ip_at;
	packet->is_v6 = 1;
	packet->proto = is_ours(next) ? next : ANY_PROTO;
	if (!is_guarded6(packet, ANY_PORT))
		return STEP_NOT_GUARDED;

	if (packet->vlan_tags > MAX_VLAN_TAGS)
		return rule(packet, SIPWARD_REASON_VLAN_DEPTH);
	if (!reaches(ctx, packet, length))
		return rule(packet, SIPWARD_REASON_MALFORMED_IP);
	packet->ip_payload = length;
	return is_ours(next) ? STEP_ON : read_extensions(ctx, packet, next);
}

/*
 * STEP_ON: a packet to an address with guarded listeners; the cursor is at its transport header.
 * STEP_LATER_FRAGMENT: one without such a header.
 */
GLOBAL int read_network(struct xdp_md *ctx, struct packet *packet)
{
	__be16 type = 0;
	enum step step;

	if (!packet)
		return STEP_NOT_GUARDED;
	step = read_ethernet(ctx, packet, &type);
	if (step != STEP_ON)
		return step;
	if (type == bpf_htons(ETH_P_IP))
		return read_ipv4(ctx, packet);
	if (type == bpf_htons(ETH_P_IPV6))
		return read_ipv6(ctx, packet);
	return STEP_NOT_GUARDED;
}

#endif
