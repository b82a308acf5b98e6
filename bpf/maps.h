/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps. All are pinned and shared by the gates of all interfaces; the loader sets sizes. */
#ifndef SIPWARD_MAPS_H
#define SIPWARD_MAPS_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "abi.h"

/*
 * Preallocated hash maps: a full one refuses a new row. Never LRU: that would evict a live row, and
 * nobody would know. Only user space writes them.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, 65536);
	__type(key, struct sipward_key4);
	__type(value, struct sipward_binding);
} bindings4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, 65536);
	__type(key, struct sipward_key6);
	__type(value, struct sipward_binding);
} bindings6 SEC(".maps");

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
