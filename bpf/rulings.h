/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of a packet to a guarded listener, and why. */
#ifndef SIPWARD_RULINGS_H
#define SIPWARD_RULINGS_H

#include "addresses.h"
#include "bindings.h"
#include "budget.h"
#include "events.h"
#include "flows.h"
#include "payload.h"
#include "transport.h"

/* Why, and what the socket shall be told; mark 0: nothing. */
struct ruling {
	__u32 reason;
	__u32 mark;
};

static __always_inline struct ruling refuse(__u32 reason)
{
	return (struct ruling){ reason, sipward_mark(SIPWARD_VERDICT_UNBOUND, 0) };
}

/* The reasons of the classes stand in the order of the classes (reasons.h). */
#define ADMITTED_REASON(class) (SIPWARD_REASON_REGISTER_ADMITTED + (class))
#define LIMITED_REASON(class) (SIPWARD_REASON_REGISTER_LIMITED + 2 * (class))
#define FLOOD_REASON(class) (SIPWARD_REASON_REGISTER_FLOOD + 2 * (class))
#define ASSERT_CLASS(class)                                                                     \
	SIPWARD_ASSERT(ADMITTED_REASON(SIPWARD_CLASS_##class) == SIPWARD_REASON_##class##_ADMITTED); \
	SIPWARD_ASSERT(LIMITED_REASON(SIPWARD_CLASS_##class) == SIPWARD_REASON_##class##_LIMITED);  \
	SIPWARD_ASSERT(FLOOD_REASON(SIPWARD_CLASS_##class) == SIPWARD_REASON_##class##_FLOOD)
ASSERT_CLASS(REGISTER);
ASSERT_CLASS(KEEPALIVE);
ASSERT_CLASS(EMERGENCY);
ASSERT_CLASS(SYN);
ASSERT_CLASS(FRAGMENT);
ASSERT_CLASS(CHALLENGED);
ASSERT_CLASS(KNOWN);

static __always_inline struct ruling rule_class(struct xdp_md *ctx, struct packet *packet,
						__u32 class, __u64 now)
{
	const __u32 verdict = class == SIPWARD_CLASS_EMERGENCY ? SIPWARD_VERDICT_EMERGENCY :
								 SIPWARD_VERDICT_ADMITTED;

	if (settings.fail_mode == SIPWARD_FAIL_CLOSED && is_agent_silent(now))
		return refuse(SIPWARD_REASON_AGENT_SILENT);
	find_address(packet);
	if (class == SIPWARD_CLASS_REGISTER || class == SIPWARD_CLASS_SYN)
		class = find_lane(packet, class, now);
	switch (admit(packet, class, now)) {
	case ADMITTED:
		return (struct ruling){ ADMITTED_REASON(class),
					sipward_mark(verdict, take_seat(ctx, packet, now)) };
	case OVER_SOURCE:
		return refuse(LIMITED_REASON(class));
	default:
		return refuse(FLOOD_REASON(class));
	}
}

/* Why a packet that has no claim to admission is refused. */
static __always_inline __u32 why_unbound(const struct packet *packet, enum row_state row)
{
	switch (row) {
	case ROW_CONTRADICTED:
		return packet->reason;
	case ROW_SUSPECT:
		return SIPWARD_REASON_SUSPECT;
	case ROW_EXPIRED:
		return SIPWARD_REASON_EXPIRED;
	default:
		return SIPWARD_REASON_UNBOUND;
	}
}

/*
 * TS 33.203 N.2.1: without a row, only what can become a registration or must pass. Who claims a
 * row that it contradicts, or one that is suspect, may register anew and nothing else.
 */
static __always_inline struct ruling rule_unbound(struct xdp_md *ctx, struct packet *packet,
						  enum row_state row)
{
	const __u32 reason = why_unbound(packet, row);

	switch (kind_of_payload(ctx, packet)) {
	case PAYLOAD_REGISTER:
		return rule_class(ctx, packet, SIPWARD_CLASS_REGISTER, bpf_ktime_get_coarse_ns());
	case PAYLOAD_EMERGENCY:
		return rule_class(ctx, packet, SIPWARD_CLASS_EMERGENCY, bpf_ktime_get_coarse_ns());
	case PAYLOAD_KEEPALIVE:
		if (row > ROW_EXPIRED)
			return refuse(reason);
		return rule_class(ctx, packet, SIPWARD_CLASS_KEEPALIVE, bpf_ktime_get_coarse_ns());
	case PAYLOAD_SIGCOMP:
		return refuse(row == ROW_NONE ? SIPWARD_REASON_SIGCOMP : reason);
	default:
		return refuse(reason);
	}
}

/*
 * A SYN may open a connection, within limits. Any other segment passes for a connection that is
 * there: user space asks who it is from, and closes one that nobody registers on.
 */
static __always_inline struct ruling rule_segment(struct xdp_md *ctx, struct packet *packet,
						  enum row_state row)
{
	if ((packet->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN)
		return rule_class(ctx, packet, SIPWARD_CLASS_SYN, bpf_ktime_get_coarse_ns());
	if (row == ROW_CONTRADICTED)
		return refuse(packet->reason);
	if (has_flow(ctx, packet))
		return (struct ruling){ SIPWARD_REASON_FLOW_SEGMENT, 0 };
	return refuse(SIPWARD_REASON_NO_FLOW);
}

static __always_inline enum row_state row_of(struct xdp_md *ctx, struct packet *packet)
{
	const int opens = packet->proto == IPPROTO_TCP && (packet->tcp_flags & TCP_SYN);

	if (!may_have_rows(packet))
		return ROW_NONE;
	return find_binding(ctx, packet, !opens, bpf_ktime_get_coarse_ns());
}

static __always_inline struct ruling rule_packet(struct xdp_md *ctx, struct packet *packet)
{
	const enum row_state row = row_of(ctx, packet);

	if (row == ROW_LIVE)
		return (struct ruling){ SIPWARD_REASON_BOUND,
					sipward_mark(SIPWARD_VERDICT_BOUND, packet->decision) };
	if (packet->proto == IPPROTO_TCP)
		return rule_segment(ctx, packet, row);
	if (row == ROW_SUSPECT && settings.tag_suspects)
		return (struct ruling){ SIPWARD_REASON_SUSPECT_TAGGED,
					sipward_mark(SIPWARD_VERDICT_SUSPECT, packet->decision) };
	return rule_unbound(ctx, packet, row);
}

#endif
