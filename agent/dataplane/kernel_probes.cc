// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/kernel_probes.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <climits>
#include <memory>
#include <thread>

#include "agent/dataplane/descriptor.h"
#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pins.h"
#include "agent/dataplane/settings.h"
#include "agent/dataplane/silence.h"
#include "gate.skel.h"

namespace sipward::dataplane {

namespace {

// What newer headers have and Debian 12's may not.
constexpr auto kTcxIngress = static_cast<bpf_attach_type>(46);  // <linux/bpf.h>, 6.6
constexpr std::uint32_t kXdpHasFrags = 1U << 5;                 // <linux/bpf.h>, 5.18
constexpr int kReceiveMark = 75;                                // SO_RCVMARK, 5.19
constexpr int kLoopback = 1;                                    // of every network namespace
constexpr std::uint32_t kTrialRows = 64;

/// `return 0;`, which nobody ever runs.
Descriptor load_nothing(bpf_prog_type type, std::uint32_t flags) {
  const bpf_insn code[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = flags);
  return Descriptor{bpf_prog_load(type, "sipward_probe", "GPL", code, std::size(code), &options)};
}

struct MapKind {
  bpf_map_type type;
  const char* name;
};
constexpr std::array<MapKind, 6> kMapKinds{{{BPF_MAP_TYPE_HASH, "hash"},
                                            {BPF_MAP_TYPE_LRU_HASH, "lru_hash"},
                                            {BPF_MAP_TYPE_LPM_TRIE, "lpm_trie"},
                                            {BPF_MAP_TYPE_ARRAY, "array"},
                                            {BPF_MAP_TYPE_PERCPU_ARRAY, "percpu_array"},
                                            {BPF_MAP_TYPE_RINGBUF, "ringbuf"}}};

bool asks_for_marks() {
  const Descriptor socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const int on = 1;
  return ::setsockopt(socket.get(), SOL_SOCKET, kReceiveMark, &on, sizeof(on)) == 0;
}

/// The calling thread's, for the rest of its life.
bool drop_capabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  return ::syscall(SYS_capset, &header, none.data()) == 0;
}

struct Destroy {
  void operator()(gate_bpf* skeleton) const { gate_bpf__destroy(skeleton); }
};

}  // namespace

ProgramProbe probe_xdp() {
  const Descriptor program = load_nothing(BPF_PROG_TYPE_XDP, kXdpHasFrags);
  bpf_prog_info info{};
  __u32 size = sizeof(info);
  if (!program || bpf_obj_get_info_by_fd(program.get(), &info, &size) != 0) {
    return {.loads = static_cast<bool>(program)};
  }
  return {.loads = true, .jit = info.jited_prog_len != 0};
}

bool probe_tc() { return static_cast<bool>(load_nothing(BPF_PROG_TYPE_SCHED_CLS, 0)); }

bool probe_type_info() {
  const Silence silence;
  const std::unique_ptr<btf, decltype(&btf__free)> types{btf__new_empty(), &btf__free};
  if (!types || btf__add_int(types.get(), "int", sizeof(int), BTF_INT_SIGNED) < 0) return false;
  return btf__load_into_kernel(types.get()) == 0;
}

/// A kernel with tcx looks for the interface; one without does not know the kind of link.
bool probe_tcx() {
  const Descriptor program = load_nothing(BPF_PROG_TYPE_SCHED_CLS, 0);
  if (!program) return false;
  const Descriptor link{bpf_link_create(program.get(), INT_MAX, kTcxIngress, nullptr)};
  return !link && errno == ENODEV;
}

std::optional<bool> probe_clsact() {
  std::optional<bool> answer;
  std::thread inside([&] {
    if (::unshare(CLONE_NEWNET) != 0) return;
    const Silence silence;
    LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = kLoopback, .attach_point = BPF_TC_INGRESS);
    answer = bpf_tc_hook_create(&hook) == 0;
  });
  inside.join();
  return answer;
}

std::vector<std::string> find_missing_maps() {
  const Silence silence;
  std::vector<std::string> missing;
  for (const MapKind& kind : kMapKinds) {
    if (libbpf_probe_bpf_map_type(kind.type, nullptr) == 0) missing.emplace_back(kind.name);
  }
  return missing;
}

std::optional<std::string> probe_gate(const GateConfig& config) {
  const Silence silence;
  const std::unique_ptr<gate_bpf, Destroy> skeleton{gate_bpf__open()};
  if (!skeleton) return errno_text(errno);
  skeleton->rodata->settings = make_settings(config, {}, random_seed());
  skeleton->rodata->settings.filter_words =
      bpf_map__max_entries(skeleton->maps.address_filter) / SIPWARD_FILTER_PARTS;
  for (const std::string_view name : {kBindings4, kBindings6, kAddresses4, kAddresses6}) {
    bpf_map* map = bpf_object__find_map_by_name(skeleton->obj, std::string(name).c_str());
    bpf_map__set_max_entries(map, kTrialRows);
  }
  const int failed = gate_bpf__load(skeleton.get());
  if (failed != 0) return errno_text(-failed);
  return std::nullopt;
}

KernelFacts::ReceiveMark probe_receive_mark() {
  using ReceiveMark = KernelFacts::ReceiveMark;
  bool unprivileged = false;
  std::thread without([&] { unprivileged = drop_capabilities() && asks_for_marks(); });
  without.join();
  if (unprivileged) return ReceiveMark::kAnybody;
  return asks_for_marks() || errno == EPERM ? ReceiveMark::kPrivileged : ReceiveMark::kNobody;
}

}  // namespace sipward::dataplane
