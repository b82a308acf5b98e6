/* SPDX-License-Identifier: GPL-2.0-only */
/* UDP and TCP headers of packets to guarded listeners. */
#ifndef SIPWARD_TRANSPORT_H
#define SIPWARD_TRANSPORT_H

#include <linux/tcp.h>
#include <linux/udp.h>

#include "packet.h"

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

/* ::ffff:0:0/96 has no place on the wire: it is another spelling of an IPv4 source. */
static __always_inline int is_mapped(const __u32 *addr)
{
	return addr[0] == 0 && addr[1] == 0 && addr[2] == bpf_htonl(0xffff);
}

static __always_inline int is_bad_source(const struct packet *packet)
{
	return packet->source_port == 0 || (packet->is_v6 && is_mapped(packet->source));
}

/* What a packet that ends inside its transport header is called. */
static __always_inline enum step rule_short(struct packet *packet, enum sipward_reason whole)
{
	return rule(packet, packet->fragmented ? SIPWARD_REASON_TINY_FRAGMENT : whole);
}

static __always_inline enum step read_udp(struct xdp_md *ctx, struct packet *packet)
{
	const struct udphdr *udp;
	__u32 length;

	if (packet->ip_payload < sizeof(*udp))
		return rule_short(packet, SIPWARD_REASON_MALFORMED_UDP);
	udp = take(ctx, packet, sizeof(*udp));
	if (!udp)
		return rule(packet, SIPWARD_REASON_MALFORMED_UDP);
	packet->source_port = bpf_ntohs(udp->source);
	packet->target_port = bpf_ntohs(udp->dest);
	length = bpf_ntohs(udp->len);
	if (packet->target_port == 0 || !is_guarded(packet, packet->target_port))
		return STEP_NOT_GUARDED;

	if (packet->fragmented ? length <= packet->ip_payload : length != packet->ip_payload)
		return rule(packet, SIPWARD_REASON_MALFORMED_UDP);
	packet->payload = length - sizeof(*udp);
	return STEP_ON;
}

static __always_inline enum step read_tcp(struct xdp_md *ctx, struct packet *packet)
{
	const struct tcphdr *tcp;
	__u32 header;

	if (packet->ip_payload < sizeof(*tcp))
		return rule_short(packet, SIPWARD_REASON_MALFORMED_TCP);
	tcp = peek(ctx, packet, sizeof(*tcp));
	if (!tcp)
		return rule(packet, SIPWARD_REASON_MALFORMED_TCP);
	packet->source_port = bpf_ntohs(tcp->source);
	packet->target_port = bpf_ntohs(tcp->dest);
	packet->tcp_flags = ((const __u8 *)tcp)[13];
	header = tcp->doff * 4;
	if (packet->target_port == 0 || !is_guarded(packet, packet->target_port))
		return STEP_NOT_GUARDED;

	if (header < sizeof(*tcp))
		return rule(packet, SIPWARD_REASON_MALFORMED_TCP);
	if (header > packet->ip_payload)
		return rule_short(packet, SIPWARD_REASON_MALFORMED_TCP);
	packet->payload = packet->ip_payload - header;
	return STEP_ON;
}

/* STEP_ON: a packet, or the first fragment of one, to a guarded listener. */
GLOBAL int read_transport(struct xdp_md *ctx, struct packet *packet)
{
	enum step step;

	if (!packet)
		return STEP_NOT_GUARDED;
	step = packet->proto == IPPROTO_TCP ? read_tcp(ctx, packet) : read_udp(ctx, packet);
	if (step == STEP_ON && is_bad_source(packet))
		return rule(packet, SIPWARD_REASON_BAD_SOURCE);
	return step;
}

#endif
