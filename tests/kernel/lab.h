// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "agent/dataplane/bindings.h"
#include "agent/dataplane/gate_config.h"
#include "agent/dataplane/program.h"
#include "agent/dataplane/pulse.h"
#include "bpf/abi.h"
#include "tests/kernel/packet_builder.h"

namespace sipward::test {

/// A bpffs of this process alone, on /sys/fs/bpf of its own mount namespace: tests neither see nor
/// leave pins, also when they crash. Throws, so that the test fails, without root.
void use_private_bpffs();

/// A new pin path on it.
[[nodiscard]] std::string new_pin_path();

// The listeners and the UE of the tests (RFC 5737, RFC 3849).
inline constexpr std::string_view kGate4 = "198.51.100.10";
inline constexpr std::string_view kGate6 = "2001:db8::10";
inline constexpr std::uint16_t kSip = 5060;
inline constexpr std::string_view kUe4 = "203.0.113.7";
inline constexpr std::string_view kUe6 = "2001:db8:7::7";
inline constexpr std::uint16_t kUePort = 40001;

inline constexpr std::uint32_t kSlot = 3;  ///< of the gate under test

/// Enforces, guards both listeners, knows both kinds of rows; budgets that no test meets by chance,
/// and no need of a daemon.
[[nodiscard]] dataplane::GateConfig test_config();

/// A packet from the UE to the listener of its family.
[[nodiscard]] Packet from_ue4(std::string_view payload);
[[nodiscard]] Packet from_ue6(std::string_view payload);

/// A TCP segment of the UE to the listener of its family.
[[nodiscard]] Packet tcp_from_ue4(std::uint8_t flags, std::string_view payload = "");
[[nodiscard]] Packet tcp_from_ue6(std::uint8_t flags, std::string_view payload = "");

/// Of a row that the gate sees as expired: its clock is coarse, and it counts in whole seconds.
inline constexpr int kExpired = -2;

/// A row of the UE: with port 0 a wildcard one.
struct RowOf {
  std::string_view ip = kUe4;
  std::uint16_t port = kUePort;
  std::uint32_t binding = 1;
  std::uint32_t epoch = 1;
  int seconds_left = 600;
  sip::Transport transport = sip::Transport::kUdp;
};
[[nodiscard]] ims::KernelRow row(const RowOf& fields);

/// What the gate did with one frame.
struct Outcome {
  int action = 0;
  std::optional<std::uint32_t> mark;  ///< nullopt: no tag was put before the packet
  std::string counted;                ///< names of the counters that rose, joined by "+"
  std::uint64_t octets_counted = 0;
  Frame frame;  ///< as it left
};

/// Many runs of any XDP program on one frame, inside the kernel.
struct ManyRuns {
  std::uint32_t nanoseconds = 0;  ///< each
  int last_action = 0;
};
ManyRuns run_many(int program, const Frame& frame, std::uint32_t times);

/// The gate, loaded with a configuration, not attached: frames go in by BPF_PROG_TEST_RUN.
class GateUnderTest {
 public:
  explicit GateUnderTest(const dataplane::GateConfig& config);
  GateUnderTest(const GateUnderTest&) = delete;
  GateUnderTest& operator=(const GateUnderTest&) = delete;
  /// Removes its pins: the maps are some twenty megabytes.
  ~GateUnderTest();

  Outcome run(const Frame& frame);
  /// A frame that is tagged needs new room each time: about thirty tags fit.
  ManyRuns repeat(const Frame& frame, std::uint32_t times);

  [[nodiscard]] dataplane::Bindings& bindings() { return *bindings_; }
  [[nodiscard]] dataplane::Pulse& pulse() { return *pulse_; }
  [[nodiscard]] const dataplane::Program& program() const { return *program_; }
  [[nodiscard]] const std::string& pin_path() const { return pin_path_; }
  /// One of its maps; throws when it cannot be opened.
  [[nodiscard]] dataplane::Descriptor map(std::string_view name) const;
  [[nodiscard]] std::uint64_t packets(std::string_view counter) const;
  /// Fills every budget again: what a quiet second does.
  void refill_budgets();

 private:
  [[nodiscard]] sipward_counters counters() const;

  std::string pin_path_;
  std::optional<dataplane::Program> program_;
  std::optional<dataplane::Bindings> bindings_;
  std::optional<dataplane::Pulse> pulse_;
};

/// Writes an element; throws when the kernel refuses it.
template <class Key, class Value>
void write_element(const dataplane::Descriptor& map, const Key& key, const Value& value) {
  if (bpf_map_update_elem(map.get(), &key, &value, BPF_ANY) != 0) {
    throw std::runtime_error("bpf_map_update_elem");
  }
}
template <class Value, class Key>
std::optional<Value> read_element(const dataplane::Descriptor& map, const Key& key) {
  Value value{};
  if (bpf_map_lookup_elem(map.get(), &key, &value) != 0) return std::nullopt;
  return value;
}

/// Seconds of the clock that rows and beats are in.
[[nodiscard]] std::uint32_t now_s();

/// `bound`: as bpftool prints it.
[[nodiscard]] std::string_view reason_name(std::uint32_t reason);

/// The mark, but for the seat of an admission, which is another each time.
[[nodiscard]] std::optional<std::uint32_t> without_seat(std::optional<std::uint32_t> mark);

}  // namespace sipward::test
