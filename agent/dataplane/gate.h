// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/dataplane/gate_config.h"
#include "sip/result.h"

namespace sipward::dataplane {

/// What an operation did, for people: one line each.
struct Report {
  std::vector<std::string> done;
  std::vector<std::string> warnings;
  std::vector<std::string> alarms;  ///< interfaces without a gate, and why
};

/// Which interfaces of the configuration an attach is about.
enum class Extent : std::uint8_t {
  kAll,        ///< each must be there
  kPresent,    ///< those that are there; the others are alarms
  kUncovered,  ///< of those, the ones without a gate, each for itself: its error is an alarm
};

/// Attaches the gate to the interfaces of the configuration. Where our own gate is attached
/// already its program is replaced in one step: no packet is lost, none passes unseen. Programs,
/// links and maps are pinned, so that enforcement outlives the process. Pinned maps of another
/// version or size are replaced by new ones with the same rows. All or nothing: after an error each
/// interface is as it was. The error is one line that says what to do, then, if the kernel refused
/// the program, the kernel's log.
sip::Result<Report, std::string> attach(const GateConfig& config, Extent extent = Extent::kAll);

/// Works the source rules out anew, from the kernel's routes and addresses as they are now. The
/// error is one line; the rules that are there stay.
sip::Result<Report, std::string> follow_network(const GateConfig& config);

/// Takes the gate off the given interfaces, or, when none is given, off all, and removes the maps.
/// Needs nothing but the pin path; goes on after an error, so that as little as possible is left.
sip::Result<Report, std::string> detach(const std::string& pin_path,
                                        const std::vector<std::string>& interfaces = {});

/// A program of somebody else's.
struct ForeignProgram {
  std::uint32_t id = 0;
  std::string name;                        ///< empty when we may not ask (CAP_SYS_ADMIN)
  [[nodiscard]] std::string text() const;  ///< `xdp_filter (id 42)`
};

struct InterfaceStatus {
  enum class Hook : std::uint8_t { kNone, kNative, kGeneric };

  std::string name;
  std::uint32_t ifindex = 0;  ///< 0: there is no such interface in this network namespace
  Hook hook = Hook::kNone;
  Mode mode = Mode::kMonitor;  ///< when attached
  std::uint32_t program_id = 0;
  std::uint32_t link_id = 0;
  std::optional<TagCarrier> tag;  ///< kTcx or kClsact; nullopt: marks do not reach the sockets
  std::optional<ForeignProgram> foreign;

  [[nodiscard]] bool attached() const { return hook != Hook::kNone; }
};

struct Status {
  std::string pin_path;
  std::uint32_t abi_version = 0;  ///< 0: no maps are pinned
  std::string version;            ///< of the sipward-gate that attached last
  std::vector<InterfaceStatus> interfaces;
};

/// What is pinned, and what the interfaces (also `expected` ones without a gate) really run.
sip::Result<Status, std::string> status(const std::string& pin_path,
                                        const std::vector<std::string>& expected = {});

/// The first interface that has an XDP program of somebody else's, as the line `attach` would fail
/// with. With CAP_SYS_ADMIN it knows the program's name; `attach` itself does without.
std::optional<std::string> find_obstacle(const GateConfig& config);

}  // namespace sipward::dataplane
