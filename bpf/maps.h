/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps. All are pinned and shared by the gates of all interfaces; the loader sets sizes. */
#ifndef SIPWARD_MAPS_H
#define SIPWARD_MAPS_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "abi.h"

/*
 * Rows are in preallocated hash maps: a full one refuses a new row. Never LRU: that would evict a
 * live row, and nobody would know. User space writes them; the gate writes last_seen_s alone.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct sipward_key4);
	__type(value, struct sipward_binding);
} bindings4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct sipward_key6);
	__type(value, struct sipward_binding);
} bindings6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, 65536);
	__type(key, struct sipward_addr4);
	__type(value, struct sipward_address);
} addresses4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, 65536);
	__type(key, struct sipward_addr6);
	__type(value, struct sipward_address);
} addresses6 SEC(".maps");

/* User space writes it through a mapping, which the kernel refuses with BPF_F_RDONLY_PROG. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 65536 * SIPWARD_ROUGH_BITS_PER_ROW / 64 * SIPWARD_FILTER_PARTS);
	__type(key, __u32);
	__type(value, __u64);
} address_filter SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_RDONLY_PROG | BPF_F_NO_PREALLOC);
	__uint(max_entries, SIPWARD_MAX_SOURCE_RULES);
	__type(key, struct sipward_prefix4);
	__type(value, struct sipward_source_rule);
} source_rules4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_RDONLY_PROG | BPF_F_NO_PREALLOC);
	__uint(max_entries, SIPWARD_MAX_SOURCE_RULES);
	__type(key, struct sipward_prefix6);
	__type(value, struct sipward_source_rule);
} source_rules6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, SIPWARD_MAX_INTERFACES * 2 * SIPWARD_BLOCK_WORDS);
	__type(key, __u32);
	__type(value, __u64);
} clear_blocks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SIPWARD_ADMISSIONS);
	__type(key, __u32);
	__type(value, struct sipward_admission);
} admissions SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, SIPWARD_LANE_SOURCES);
	__type(key, struct sipward_source);
	__type(value, struct sipward_lane);
} challenged SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, SIPWARD_LANE_SOURCES);
	__type(key, struct sipward_source);
	__type(value, struct sipward_lane);
} known SEC(".maps");

/* Written for datagrams whose first fragment passed, so never by strangers over their budget. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, SIPWARD_FRAGMENTS);
	__type(key, struct sipward_fragment_key);
	__type(value, struct sipward_fragment);
} fragments SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SIPWARD_MAX_INTERFACES);
	__type(key, __u32);
	__type(value, struct sipward_counters);
} counters SEC(".maps");

/* For people and user space; the gate does not read it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, SIPWARD_MAX_INTERFACES);
	__type(key, __u32);
	__type(value, struct sipward_interface);
} interfaces SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SIPWARD_CLASS_COUNT * SIPWARD_SOURCES_PER_CLASS);
	__type(key, __u32);
	__type(value, struct sipward_bucket);
} sources SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SIPWARD_CLASS_COUNT);
	__type(key, __u32);
	__type(value, struct sipward_bucket);
} totals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, SIPWARD_EVENTS_BYTES);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sipward_pulse);
} pulse SEC(".maps");

/* For user space; the gate does not read it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sipward_meta);
} meta SEC(".maps");

/* Set by the loader, constant for the verifier. */
const volatile struct sipward_settings settings;

#endif
