/* SPDX-License-Identifier: GPL-2.0-only */
/* Sources that cannot be true: one look-up of the longest prefix tells why (abi.h). */
#ifndef SIPWARD_SOURCES_H
#define SIPWARD_SOURCES_H

#include "packet.h"

static __always_inline const struct sipward_source_rule *find_source_rule(struct packet *packet)
{
	if (packet->is_v6) {
		struct sipward_prefix6 key = { .length = 128 };

		__builtin_memcpy(key.addr, packet->source, sizeof(key.addr));
		return bpf_map_lookup_elem(&source_rules6, &key);
	}
	struct sipward_prefix4 key = { .length = 32 };

	__builtin_memcpy(key.addr, packet->source, sizeof(key.addr));
	return bpf_map_lookup_elem(&source_rules4, &key);
}

static __always_inline __u32 why_spoofed(const struct sipward_source_rule *rule, __u32 slot_bit)
{
	if (rule->martian & slot_bit)
		return SIPWARD_REASON_MARTIAN;
	if (rule->own_address & slot_bit)
		return SIPWARD_REASON_OWN_ADDRESS;
	if (rule->core_peer & slot_bit)
		return SIPWARD_REASON_CORE_PEER;
	if (rule->denied & slot_bit)
		return SIPWARD_REASON_SOURCE_DENIED;
	if (rule->not_allowed & slot_bit)
		return SIPWARD_REASON_SOURCE_NOT_ALLOWED;
	if (rule->bogon & slot_bit)
		return SIPWARD_REASON_BOGON;
	return SIPWARD_REASON_REVERSE_PATH;
}

static __always_inline int is_clear(const struct packet *packet)
{
	const __u32 block = bpf_ntohs(*(const __u16 *)packet->source);
	const __u32 index = sipward_block_word(settings.slot, !!packet->is_v6, block);
	const __u64 *word = bpf_map_lookup_elem(&clear_blocks, &index);

	return word && *word >> (block & 63) & 1;
}

GLOBAL int look_for_rule(struct packet *packet)
{
	const struct sipward_source_rule *found;
	const __u32 slot_bit = 1U << (settings.slot & (SIPWARD_MAX_INTERFACES - 1));

	if (!packet)
		return STEP_ON;
	found = find_source_rule(packet);
	if (!found || !(found->refused & slot_bit))
		return STEP_ON;
	return rule(packet, why_spoofed(found, slot_bit));
}

static __always_inline int check_source(struct packet *packet)
{
	if (packet->ip_at == 0 || is_clear(packet))
		return STEP_ON;
	return look_for_rule(packet);
}

#endif
