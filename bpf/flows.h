/* SPDX-License-Identifier: GPL-2.0-only */
/* TCP segments of sources without a row: they pass for a connection that the kernel has. */
#ifndef SIPWARD_FLOWS_H
#define SIPWARD_FLOWS_H

#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>

#include "packet.h"

/* How many octets of it count. */
static __always_inline __u32 write_tuple(const struct packet *packet, struct bpf_sock_tuple *tuple)
{
	if (packet->is_v6) {
		__builtin_memcpy(tuple->ipv6.saddr, packet->source, sizeof(packet->source));
		__builtin_memcpy(tuple->ipv6.daddr, packet->target, sizeof(packet->target));
		tuple->ipv6.sport = bpf_htons(packet->source_port);
		tuple->ipv6.dport = bpf_htons(packet->target_port);
		return sizeof(tuple->ipv6);
	}
	tuple->ipv4.saddr = packet->source[0];
	tuple->ipv4.daddr = packet->target[0];
	tuple->ipv4.sport = bpf_htons(packet->source_port);
	tuple->ipv4.dport = bpf_htons(packet->target_port);
	return sizeof(tuple->ipv4);
}

/*
 * The listener sent the source our SYN cookie, and this is its answer: no state was kept, so that
 * nothing but the cookie tells (RFC 4987 3.6). The helper reads addresses and a TCP header alone.
 */
static __always_inline int returns_cookie(struct xdp_md *ctx, const struct packet *packet,
					  struct bpf_sock *listener)
{
	struct tcphdr tcp;
	struct iphdr ip;
	struct ipv6hdr ip6;

	if (bpf_xdp_load_bytes(ctx, packet->at, &tcp, sizeof(tcp)))
		return 0;
	if (packet->is_v6)
		return !bpf_xdp_load_bytes(ctx, packet->ip_at, &ip6, sizeof(ip6)) &&
		       !bpf_tcp_check_syncookie(listener, &ip6, sizeof(ip6), &tcp, sizeof(tcp));
	return !bpf_xdp_load_bytes(ctx, packet->ip_at, &ip, sizeof(ip)) &&
	       !bpf_tcp_check_syncookie(listener, &ip, sizeof(ip), &tcp, sizeof(tcp));
}

/* Whether there is a connection of this packet's addresses and ports, or a handshake for one. */
GLOBAL int has_flow(struct xdp_md *ctx, struct packet *packet)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *found;
	int result;

	if (!packet)
		return 0;
	found = bpf_skc_lookup_tcp(ctx, &tuple, write_tuple(packet, &tuple), BPF_F_CURRENT_NETNS,
				   0);
	if (!found)
		return 0;
	result = found->state != BPF_TCP_LISTEN || returns_cookie(ctx, packet, found);
	bpf_sk_release(found);
	return result;
}

#endif
