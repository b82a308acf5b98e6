// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wire of the benchmark. `generate` runs on live frames of BPF_PROG_TEST_RUN: it gives each a
 * source and sends it out of one end of a veth pair. The others are what a gate is compared with.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* One generator runs at a time, on one CPU: set before a run, and nobody else writes. */
struct {
	__u32 ifindex; /* where the frames leave */
	__u32 first_source; /* host order */
	__u32 source_mask; /* sources less one, a power of two less one; 0: one source */
	__u32 header_sum; /* of the IP header's 16-bit words, without source and checksum */
	__u64 random; /* state of the sequence; never 0 */
} wire;

/* Marsaglia's xorshift64: three shifts, and each number but 0 comes once. */
static __always_inline __u64 next_random(void)
{
	__u64 x = wire.random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	wire.random = x;
	return x;
}

static __always_inline __u16 header_checksum(__be32 source)
{
	__u32 sum = wire.header_sum + (source >> 16) + (source & 0xffff);

	sum = (sum >> 16) + (sum & 0xffff);
	sum = (sum >> 16) + (sum & 0xffff);
	return ~sum;
}

SEC("xdp")
int generate(struct xdp_md *ctx)
{
	struct iphdr *ip = (void *)(long)ctx->data + sizeof(struct ethhdr);
	struct udphdr *udp = (void *)(ip + 1);
	__u32 number = 0;

	if ((void *)(udp + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	if (wire.source_mask)
		number = (next_random() >> 32) & wire.source_mask;
	ip->saddr = bpf_htonl(wire.first_source + 2 * number);
	ip->check = header_checksum(ip->saddr);
	udp->source = bpf_htons(1024 + (number & 0x7fff));
	return bpf_redirect(wire.ifindex, 0);
}

SEC("xdp")
int drop_all(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("xdp")
int pass_all(struct xdp_md *ctx)
{
	return XDP_PASS;
}
