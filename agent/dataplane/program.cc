// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdarg>
#include <cstdio>

#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pinned_maps.h"
#include "agent/dataplane/pins.h"
#include "gate.skel.h"

namespace sipward::dataplane {

namespace {

/// What libbpf says while it lives, warnings and worse: the verifier's log among it. libbpf has one
/// such hook for the whole process: the loader has one thread.
class LibraryLog {
 public:
  LibraryLog() : before_(libbpf_set_print(&LibraryLog::print)) { text_.clear(); }
  ~LibraryLog() { libbpf_set_print(before_); }
  LibraryLog(const LibraryLog&) = delete;
  LibraryLog& operator=(const LibraryLog&) = delete;

  [[nodiscard]] static const std::string& text() { return text_; }

 private:
  static constexpr std::size_t kMaxText = 1U << 20;

  __attribute__((format(printf, 2, 0))) static int print(libbpf_print_level level,
                                                         const char* format, va_list args) {
    if (level != LIBBPF_WARN || text_.size() > kMaxText) return 0;
    va_list again;
    va_copy(again, args);
    const int length = std::vsnprintf(nullptr, 0, format, again);
    va_end(again);
    if (length <= 0) return 0;
    std::string line(static_cast<std::size_t>(length) + 1, '\0');
    std::vsnprintf(line.data(), line.size(), format, args);
    line.pop_back();
    text_ += line;
    return length;
  }

  static inline thread_local std::string text_;
  libbpf_print_fn_t before_;
};

/// The end of a log is where it says what is wrong.
std::string tail(const std::string& log) {
  constexpr int kLines = 40;
  std::size_t from = log.size();
  for (int line = 0; line <= kLines && from != std::string::npos && from > 0; ++line) {
    from = log.rfind('\n', from - 1);
  }
  return from == std::string::npos || from == 0 ? log : log.substr(from + 1);
}

std::string explain(int error, const std::string& log) {
  const std::string what = fmt::format("the kernel does not load the gate: {}", errno_text(error));
  if (log.find("BEGIN PROG LOAD LOG") != std::string::npos) {
    return fmt::format("{}: its verifier says:\n{}", what, tail(log));
  }
  if (error == EPERM || error == EACCES) {
    return what + ": run as root, or with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON";
  }
  return fmt::format(
      "{}: pinned maps may be of another version (sipward-gate detach, then "
      "sipward-gate attach), or the kernel is older than 6.1\n{}",
      what, tail(log));
}

/// Words of the rough part of address_filter.
std::uint32_t filter_words(std::uint32_t rows) {
  const std::uint64_t bits = std::bit_ceil(std::uint64_t{rows} * SIPWARD_ROUGH_BITS_PER_ROW);
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(bits / 64, 1));
}

/// For maps that grow with the number of rows; 0: the object's own figure is right.
std::uint32_t wanted_entries(std::string_view name, std::uint32_t rows) {
  if (name == kBindings4 || name == kBindings6 || name == kAddresses4 || name == kAddresses6) {
    return rows;
  }
  return name == kAddressFilter ? filter_words(rows) * SIPWARD_FILTER_PARTS : 0;
}

int set_maps(gate_bpf& skeleton, const LoadRequest& request) {
  for (const std::string_view name : kMapNames) {
    bpf_map* map = bpf_object__find_map_by_name(skeleton.obj, std::string(name).c_str());
    const std::string path = map_path(request.pin_path, name);
    if (const std::uint32_t wanted = wanted_entries(name, request.max_bindings); wanted != 0) {
      bpf_map__set_max_entries(map, wanted);
    }
    if (const int failed = bpf_map__set_pin_path(map, path.c_str()); failed != 0) return failed;
  }
  return 0;
}

/// Whether what is pinned is such a map. One that is not there fits: it will be made.
bool fits(const bpf_map* map, const std::string& path) {
  const Descriptor pinned = open_pinned_map_to_read(path);
  if (!pinned) return errno == ENOENT;
  const auto info = map_info(pinned.get());
  return info && info->type == bpf_map__type(map) && info->key_size == bpf_map__key_size(map) &&
         info->value_size == bpf_map__value_size(map) &&
         info->max_entries == bpf_map__max_entries(map) &&
         info->map_flags == bpf_map__map_flags(map);
}

}  // namespace

void Program::Destroy::operator()(gate_bpf* skeleton) const { gate_bpf__destroy(skeleton); }

sip::Result<Program, std::string> Program::load(const LoadRequest& request) {
  const LibraryLog log;
  Program program{gate_bpf__open()};
  gate_bpf* skeleton = program.skeleton_.get();
  if (!skeleton) return fmt::format("the gate's object cannot be read\n{}", log.text());
  int failed = set_maps(*skeleton, request);
  skeleton->rodata->settings = request.settings;
  skeleton->rodata->settings.filter_words = filter_words(request.max_bindings);
  if (failed == 0) failed = gate_bpf__load(skeleton);
  if (failed != 0) return explain(-failed, log.text());
  // Without BTF everything would work, and nobody could read the maps.
  if (bpf_object__btf_fd(skeleton->obj) < 0) {
    return fmt::format("the kernel does not take the gate's type information\n{}",
                       tail(log.text()));
  }
  return program;
}

int Program::gate_fd() const { return bpf_program__fd(skeleton_->progs.sipward_gate); }
int Program::tag_fd() const { return bpf_program__fd(skeleton_->progs.sipward_tag); }

bool Program::fits_pinned(const LoadRequest& request) {
  const Program program{gate_bpf__open()};
  if (!program.skeleton_ || set_maps(*program.skeleton_, request) != 0) return false;
  return std::ranges::all_of(kMapNames, [&](std::string_view name) {
    const bpf_map* map =
        bpf_object__find_map_by_name(program.skeleton_->obj, std::string(name).c_str());
    return fits(map, map_path(request.pin_path, name));
  });
}

}  // namespace sipward::dataplane
