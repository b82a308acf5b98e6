// SPDX-License-Identifier: GPL-2.0-only
/*
 * sipward_gate (XDP): who may speak to a guarded listener. sipward_tag (tc ingress): hands the
 * verdict on to the socket. What is not for a guarded listener is not touched and not counted.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "abi.h"
#include "bindings.h"
#include "budget.h"
#include "maps.h"
#include "packet.h"
#include "parse.h"
#include "payload.h"

char LICENSE[] SEC("license") = "GPL";

/* Why, and what the socket shall be told. */
struct ruling {
	__u32 reason;
	__u32 mark;
};

static __always_inline struct ruling refuse(__u32 reason)
{
	return (struct ruling){ reason, sipward_mark(SIPWARD_VERDICT_UNBOUND, 0) };
}

/* The reasons of the classes stand in the order of the classes (abi.h). */
#define ADMITTED_REASON(class) (SIPWARD_REASON_REGISTER_ADMITTED + (class))
#define LIMITED_REASON(class) (SIPWARD_REASON_REGISTER_LIMITED + 2 * (class))
#define FLOOD_REASON(class) (SIPWARD_REASON_REGISTER_FLOOD + 2 * (class))
SIPWARD_ASSERT(ADMITTED_REASON(SIPWARD_CLASS_KEEPALIVE) == SIPWARD_REASON_KEEPALIVE_ADMITTED);
SIPWARD_ASSERT(ADMITTED_REASON(SIPWARD_CLASS_EMERGENCY) == SIPWARD_REASON_EMERGENCY_ADMITTED);
SIPWARD_ASSERT(LIMITED_REASON(SIPWARD_CLASS_KEEPALIVE) == SIPWARD_REASON_KEEPALIVE_LIMITED);
SIPWARD_ASSERT(LIMITED_REASON(SIPWARD_CLASS_EMERGENCY) == SIPWARD_REASON_EMERGENCY_LIMITED);
SIPWARD_ASSERT(FLOOD_REASON(SIPWARD_CLASS_KEEPALIVE) == SIPWARD_REASON_KEEPALIVE_FLOOD);
SIPWARD_ASSERT(FLOOD_REASON(SIPWARD_CLASS_EMERGENCY) == SIPWARD_REASON_EMERGENCY_FLOOD);

static __always_inline struct ruling rule_class(struct packet *packet, __u32 class, __u64 now)
{
	const __u32 verdict = class == SIPWARD_CLASS_EMERGENCY ? SIPWARD_VERDICT_EMERGENCY :
								 SIPWARD_VERDICT_ADMITTED;

	switch (admit(packet, class, now)) {
	case ADMITTED:
		return (struct ruling){ ADMITTED_REASON(class), sipward_mark(verdict, 0) };
	case OVER_SOURCE:
		return refuse(LIMITED_REASON(class));
	default:
		return refuse(FLOOD_REASON(class));
	}
}

/* TS 33.203 N.2.1: without a row, only what can become a registration or must pass. */
static __always_inline struct ruling rule_unbound(struct xdp_md *ctx, struct packet *packet,
						  __u32 row, __u64 now)
{
	switch (kind_of_payload(ctx, packet)) {
	case PAYLOAD_REGISTER:
		return rule_class(packet, SIPWARD_CLASS_REGISTER, now);
	case PAYLOAD_KEEPALIVE:
		return rule_class(packet, SIPWARD_CLASS_KEEPALIVE, now);
	case PAYLOAD_EMERGENCY:
		return rule_class(packet, SIPWARD_CLASS_EMERGENCY, now);
	case PAYLOAD_SIGCOMP:
		return refuse(SIPWARD_REASON_SIGCOMP);
	default:
		return refuse(row == ROW_EXPIRED ? SIPWARD_REASON_EXPIRED :
						   SIPWARD_REASON_UNBOUND);
	}
}

static __always_inline struct ruling rule_datagram(struct xdp_md *ctx, struct packet *packet)
{
	const __u64 now = bpf_ktime_get_coarse_ns();
	const __u32 row = find_binding(packet, now);

	if (row == ROW_LIVE)
		return (struct ruling){ SIPWARD_REASON_BOUND,
					sipward_mark(SIPWARD_VERDICT_BOUND, packet->decision) };
	return rule_unbound(ctx, packet, row, now);
}

static __always_inline void count(__u32 reason, __u64 bytes)
{
	const __u32 slot = settings.slot;
	struct sipward_count *all = bpf_map_lookup_elem(&counters, &slot);

	if (!all || reason >= SIPWARD_REASON_COUNT)
		return;
	all[reason].packets++;
	all[reason].bytes += bytes;
}

static __always_inline int write_tag(struct xdp_md *ctx, __u32 mark)
{
	struct sipward_tag *tag;

	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*tag)))
		return 0;
	tag = (void *)(long)ctx->data_meta;
	if ((void *)(tag + 1) > (void *)(long)ctx->data)
		return 0;
	tag->magic = SIPWARD_TAG_MAGIC;
	tag->mark = mark;
	return 1;
}

/*
 * A packet that should be tagged and cannot be: user space would take it for one that went around
 * the gate, so that passing it in enforce mode would only hide the fault.
 */
static __always_inline int carry_out(struct xdp_md *ctx, struct ruling ruling, __u64 bytes)
{
	const int refused = sipward_refuses(ruling.reason);
	int action = refused && settings.enforce ? XDP_DROP : XDP_PASS;

	if (action == XDP_PASS && ruling.mark && !write_tag(ctx, ruling.mark) && !refused) {
		ruling.reason = SIPWARD_REASON_TAG_FAILED;
		action = settings.enforce ? XDP_DROP : XDP_PASS;
	}
	count(ruling.reason, bytes);
	return action;
}

/* A later fragment has no tag of its own: the reassembled datagram has the first fragment's. */
static __always_inline struct ruling rule_read(__u32 reason)
{
	if (reason == SIPWARD_REASON_FRAGMENT_ADMITTED)
		return (struct ruling){ reason, 0 };
	return refuse(reason);
}

SEC("xdp.frags")
int sipward_gate(struct xdp_md *ctx)
{
	struct packet packet = {};
	struct ruling ruling;

	packet.length = (void *)(long)ctx->data_end - (void *)(long)ctx->data;
	switch (read_packet(ctx, &packet)) {
	case STEP_ON:
		ruling = rule_datagram(ctx, &packet);
		break;
	case STEP_RULED:
		ruling = rule_read(packet.reason);
		break;
	default:
		return XDP_PASS;
	}
	return carry_out(ctx, ruling, packet.length);
}

#define TAG_NEXT (-1) /* TCX_NEXT and TC_ACT_UNSPEC: whoever comes next decides */

SEC("tc")
int sipward_tag(struct __sk_buff *skb)
{
	const struct sipward_tag *tag = (void *)(long)skb->data_meta;

	if ((const void *)(tag + 1) > (void *)(long)skb->data || tag->magic != SIPWARD_TAG_MAGIC)
		return TAG_NEXT;
	skb->mark = tag->mark;
	return TAG_NEXT;
}
