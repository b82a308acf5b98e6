// SPDX-License-Identifier: GPL-2.0-only
/*
 * sipward_gate (XDP): who may speak to a guarded listener. sipward_tag (tc ingress): hands the
 * verdict on to the socket. What is not for a guarded listener is not touched and not counted.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "abi.h"
#include "events.h"
#include "fragments.h"
#include "maps.h"
#include "packet.h"
#include "parse.h"
#include "rulings.h"
#include "shortcut.h"
#include "sources.h"
#include "transport.h"

char LICENSE[] SEC("license") = "GPL";

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

static __always_inline int drops(void)
{
	if (!settings.enforce)
		return 0;
	return settings.fail_mode != SIPWARD_FAIL_OPEN ||
	       !is_agent_silent(bpf_ktime_get_coarse_ns());
}

/*
 * A packet that should be tagged and cannot be: user space would take it for one that went around
 * the gate, so that passing it where we enforce would only hide the fault.
 */
static __always_inline int carry_out(struct xdp_md *ctx, struct packet *packet,
				     struct ruling ruling)
{
	const int refused = sipward_refuses(ruling.reason);
	int action = refused && drops() ? XDP_DROP : XDP_PASS;

	if (action == XDP_PASS && ruling.mark && !write_tag(ctx, ruling.mark) && !refused) {
		ruling.reason = SIPWARD_REASON_TAG_FAILED;
		action = drops() ? XDP_DROP : XDP_PASS;
	}
	if (has_token(ruling.reason))
		tell(ctx, packet, ruling.reason, action == XDP_DROP);
	count(ruling.reason, packet->length);
	return action;
}

/* The source is judged first, whatever else is wrong with the packet or right. */
static __always_inline struct ruling judge(struct xdp_md *ctx, struct packet *packet,
					   enum step step)
{
	const __u32 reason = packet->reason;

	if (check_source(packet) == STEP_RULED)
		return refuse(packet->reason);
	if (step == STEP_RULED)
		return refuse(reason);
	if (packet->fragmented && settings.fragments == SIPWARD_FRAGMENTS_DROP)
		return refuse(SIPWARD_REASON_FRAGMENT_POLICY);
	return rule_packet(ctx, packet);
}

/* It has no tag of its own: the reassembled datagram has the first fragment's. */
static __always_inline struct ruling judge_later_fragment(struct packet *packet)
{
	__u32 reason;

	if (check_source(packet) == STEP_RULED)
		return refuse(packet->reason);
	reason = judge_fragment(packet, bpf_ktime_get_coarse_ns());
	if (sipward_refuses(reason))
		return refuse(reason);
	return (struct ruling){ reason, 0 };
}

static __always_inline int judge_frame(struct xdp_md *ctx)
{
	struct packet packet = {};
	struct ruling ruling;
	enum step step;

	packet.length = (void *)(long)ctx->data_end - (void *)(long)ctx->data;
	step = read_network(ctx, &packet);
	if (step == STEP_LATER_FRAGMENT)
		return carry_out(ctx, &packet, judge_later_fragment(&packet));
	if (step == STEP_ON)
		step = read_transport(ctx, &packet);
	if (step == STEP_NOT_GUARDED)
		return XDP_PASS;
	ruling = judge(ctx, &packet, step);
	if (packet.fragmented && ruling.mark && !sipward_refuses(ruling.reason) &&
	    settings.fragments == SIPWARD_FRAGMENTS_TRACK)
		track_fragment(&packet, bpf_ktime_get_coarse_ns());
	return carry_out(ctx, &packet, ruling);
}

SEC("xdp.frags")
int sipward_gate(struct xdp_md *ctx)
{
	if (settings.shortcut) {
		const struct shortcut end = take_shortcut(ctx);

		/* Without room for the tag, nothing has happened yet. */
		if (end.octets && (!end.mark || write_tag(ctx, end.mark))) {
			count(end.reason, end.octets);
			return end.mark ? XDP_PASS : XDP_DROP;
		}
	}
	return judge_frame(ctx);
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
