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

/* The reasons of one class, in the order of enum admission. */
struct class_reasons {
	__u32 admitted;
	__u32 over_source;
	__u32 over_total;
};

static __always_inline struct ruling rule_class(const struct packet *packet, __u32 class,
						struct class_reasons reasons, __u64 now)
{
	const __u32 verdict = class == SIPWARD_CLASS_EMERGENCY ? SIPWARD_VERDICT_EMERGENCY :
								 SIPWARD_VERDICT_ADMITTED;

	switch (admit(packet, class, now)) {
	case ADMITTED:
		return (struct ruling){ reasons.admitted, sipward_mark(verdict, 0) };
	case OVER_SOURCE:
		return refuse(reasons.over_source);
	default:
		return refuse(reasons.over_total);
	}
}

#define CLASS_REASONS(class)                                                           \
	((struct class_reasons){ SIPWARD_REASON_##class##_ADMITTED,                    \
				 SIPWARD_REASON_##class##_LIMITED, SIPWARD_REASON_##class##_FLOOD })

/* TS 33.203 Q.3: without a row, only what can become a registration or must pass. */
static __always_inline struct ruling rule_unbound(struct packet *packet, enum row_state row,
						  __u64 now)
{
	switch (kind_of_payload(packet)) {
	case PAYLOAD_REGISTER:
		return rule_class(packet, SIPWARD_CLASS_REGISTER, CLASS_REASONS(REGISTER), now);
	case PAYLOAD_KEEPALIVE:
		return rule_class(packet, SIPWARD_CLASS_KEEPALIVE, CLASS_REASONS(KEEPALIVE), now);
	case PAYLOAD_EMERGENCY:
		return rule_class(packet, SIPWARD_CLASS_EMERGENCY, CLASS_REASONS(EMERGENCY), now);
	case PAYLOAD_SIGCOMP:
		return refuse(SIPWARD_REASON_SIGCOMP);
	default:
		return refuse(row == ROW_EXPIRED ? SIPWARD_REASON_EXPIRED :
						   SIPWARD_REASON_UNBOUND);
	}
}

static __always_inline struct ruling rule_datagram(struct packet *packet)
{
	const __u64 now = bpf_ktime_get_coarse_ns();
	__u64 decision = 0;
	const enum row_state row = find_binding(packet, now, &decision);

	if (row == ROW_LIVE)
		return (struct ruling){ SIPWARD_REASON_BOUND,
					sipward_mark(SIPWARD_VERDICT_BOUND, decision) };
	return rule_unbound(packet, row, now);
}

static __always_inline void count(__u32 reason, __u32 bytes)
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
static __always_inline int carry_out(struct xdp_md *ctx, struct ruling ruling, __u32 bytes)
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
	if (reason == SIPWARD_REASON_LATER_FRAGMENT)
		return (struct ruling){ reason, 0 };
	return refuse(reason);
}

SEC("xdp.frags")
int sipward_gate(struct xdp_md *ctx)
{
	struct packet packet = {
		.ctx = ctx,
		.at = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
		.length = ctx->data_end - ctx->data,
	};

	switch (read_packet(&packet)) {
	case STEP_ON:
		return carry_out(ctx, rule_datagram(&packet), packet.length);
	case STEP_RULED:
		return carry_out(ctx, rule_read(packet.reason), packet.length);
	default:
		return XDP_PASS;
	}
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
