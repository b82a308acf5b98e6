/* SPDX-License-Identifier: GPL-2.0-only */
/* The words shared with the daemon: is it alive, what does it want to hear, who was admitted. */
#ifndef SIPWARD_EVENTS_H
#define SIPWARD_EVENTS_H

#include "anchors.h"
#include "packet.h"

static __always_inline struct sipward_pulse *find_pulse(void)
{
	const __u32 only_row = 0;

	return bpf_map_lookup_elem(&pulse, &only_row);
}

static __always_inline int is_agent_silent(__u64 now)
{
	const struct sipward_pulse *words = find_pulse();

	return !words || words->beat_s + settings.heartbeat_timeout_s < now / NS_PER_S;
}

/* The seat in `admissions` where this packet's anchor stands from now on. */
GLOBAL int take_seat(struct xdp_md *ctx, struct packet *packet, __u64 now)
{
	struct sipward_pulse *words = find_pulse();
	struct sipward_admission *seat;
	__u32 index;

	if (!packet || !words)
		return 0;
	index = __sync_fetch_and_add(&words->next_seat, 1) & (SIPWARD_ADMISSIONS - 1);
	seat = bpf_map_lookup_elem(&admissions, &index);
	if (!seat)
		return 0;
	seat->anchor = note_anchor(ctx, packet).anchor;
	write_address(packet, packet->source, seat->source);
	seat->source_port = packet->source_port;
	seat->proto = packet->proto;
	seat->at_s = now / NS_PER_S;
	return index;
}

/* Whether the daemon wants to hear of this reason now: all that most packets are asked. */
static __always_inline int has_token(__u32 reason)
{
	const struct sipward_pulse *words = find_pulse();

	return words && reason < SIPWARD_REASON_COUNT &&
	       *(const volatile __u32 *)&words->event_tokens[reason] != 0;
}

/* A racing CPU may take the same token: one event more, never many. */
static __always_inline int take_token(struct sipward_pulse *words, __u32 reason)
{
	__u32 *tokens, left;

	if (!words || reason >= SIPWARD_REASON_COUNT)
		return 0;
	tokens = &words->event_tokens[reason];
	left = *(volatile __u32 *)tokens;
	if (left == 0)
		return 0;
	*(volatile __u32 *)tokens = left - 1; /* never below zero */
	return 1;
}

static __always_inline void fill_event(struct xdp_md *ctx, const struct packet *packet,
				       struct sipward_packet_event *event)
{
	__u32 octets = bpf_xdp_get_buff_len(ctx);

	event->at_ns = bpf_ktime_get_ns();
	event->entered = note_anchor(ctx, packet).anchor;
	write_address(packet, packet->source, event->source);
	write_address(packet, packet->target, event->target);
	event->source_port = packet->source_port;
	event->target_port = packet->target_port;
	event->proto = packet->proto;
	__builtin_memset(event->reserved, 0, sizeof(event->reserved));
	event->frame_octets = octets;
	__builtin_memset(event->frame, 0, sizeof(event->frame));
	if (octets > SIPWARD_EVENT_FRAME)
		octets = SIPWARD_EVENT_FRAME;
	event->captured = octets;
	barrier_var(octets); /* the verifier shall see the bound on what it checks */
	if (octets - 1 >= SIPWARD_EVENT_FRAME || bpf_xdp_load_bytes(ctx, 0, event->frame, octets))
		event->captured = 0;
}

GLOBAL int tell(struct xdp_md *ctx, struct packet *packet, __u32 reason, __u32 dropped)
{
	struct sipward_pulse *words = find_pulse();
	struct sipward_packet_event *event;

	if (!packet || !take_token(words, reason))
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		if (words)
			__sync_fetch_and_add(&words->events_lost, 1);
		return 0;
	}
	event->reason = reason;
	event->dropped = dropped;
	fill_event(ctx, packet, event);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

#endif
