// SPDX-License-Identifier: Apache-2.0
#include "agent/gate_service.h"

#include <poll.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/dataplane/descriptor.h"
#include "agent/dataplane/gate.h"
#include "agent/dataplane/network_watch.h"
#include "agent/dataplane/pins.h"
#include "agent/gate_report.h"
#include "agent/ops/service.h"

namespace sipward {
namespace {

using dataplane::Extent;
using dataplane::GateConfig;
using dataplane::NetworkWatch;
using Clock = std::chrono::steady_clock;

/// The kernel tells of every change; this is for the day it does not.
constexpr std::chrono::seconds kLookAround{10};
/// Routes come in bursts; one reading of them all is as good as many.
constexpr std::chrono::milliseconds kQuiet{100};

template <class T>
T or_throw(sip::Result<T, std::string> result) {
  if (!result) throw std::runtime_error(result.error());
  return std::move(*result);
}

dataplane::Descriptor take_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  dataplane::Descriptor descriptor{signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!descriptor) throw std::runtime_error("cannot take signals");
  return descriptor;
}

class GateService {
 public:
  GateService(GateConfig config, const std::function<GateConfig()>& load)
      : config_(std::move(config)),
        load_(load),
        signals_(take_signals()),
        watch_(or_throw(NetworkWatch::open())) {}

  void run() {
    adopt(or_throw(dataplane::attach(config_, Extent::kPresent)));
    ops::notify_ready(summary());
    look_around_at_ = Clock::now() + kLookAround;
    while (wait()) work();
    ops::notify_stopping();
    std::printf("ending; the gate stays attached (sipward-gate detach takes it off)\n");
  }

 private:
  [[nodiscard]] std::string summary() const {
    if (alarms_.empty()) return "attached";
    return "ALARM: " + alarms_.front();
  }

  /// What was done is told; an alarm once, when it comes, and once when it has gone.
  void adopt(dataplane::Report report) {
    std::vector<std::string> alarms = std::move(report.alarms);
    report.alarms.clear();
    print(report);
    for (const std::string& alarm : alarms) {
      if (std::ranges::find(alarms_, alarm) == alarms_.end()) tell("ALARM: " + alarm);
    }
    if (alarms.empty() && !alarms_.empty()) tell("every interface is guarded");
    alarms_ = std::move(alarms);
    guarded_ = dataplane::pinned_interfaces(config_.pin_path);
  }

  static void tell(const std::string& line) {
    std::fprintf(stderr, "sipward-gate: %s\n", line.c_str());
  }

  /// False: the end was asked for.
  bool wait() {
    std::array<pollfd, 2> waiting{{{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                                   {.fd = watch_.descriptor(), .events = POLLIN, .revents = 0}}};
    const auto until = rules_due_ ? std::min(*rules_due_, look_around_at_) : look_around_at_;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    ::poll(waiting.data(), waiting.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (waiting[1].revents != 0) take_changes(watch_.read());
    return take_signal();
  }

  void take_changes(const NetworkWatch::Changes& changes) {
    links_changed_ |= changes.links;
    // Not put off by each further change: under a storm of routes it would never come.
    if (changes.any() && !rules_due_) rules_due_ = Clock::now() + kQuiet;
  }

  bool take_signal() {
    signalfd_siginfo signal{};
    while (::read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
      if (signal.ssi_signo != SIGHUP) return false;
      reload();
    }
    return true;
  }

  void work() {
    const auto now = Clock::now();
    if (links_changed_ || now >= look_around_at_) cover();
    if (rules_due_ && now >= *rules_due_) follow_network();
  }

  /// `sipward-gate detach` beside us means it: an interface that lost its pins is left alone. One
  /// that only went away still has them.
  void notice_detached() {
    const auto pinned = dataplane::pinned_interfaces(config_.pin_path);
    for (const std::string& name : guarded_) {
      if (std::ranges::find(pinned, name) != pinned.end()) continue;
      tell(name + ": taken off by hand; reload the service (SIGHUP) to guard it again");
      std::erase(config_.interfaces, name);
    }
    guarded_ = pinned;
  }

  void cover() {
    links_changed_ = false;
    look_around_at_ = Clock::now() + kLookAround;
    notice_detached();
    if (config_.interfaces.empty()) return;
    auto report = dataplane::attach(config_, Extent::kUncovered);
    if (!report) return complain(report.error());
    const bool changed = report->alarms != alarms_;
    adopt(std::move(*report));
    if (changed) ops::notify_status(summary());
  }

  void follow_network() {
    rules_due_.reset();
    notice_detached();
    if (config_.interfaces.empty()) return;
    auto report = dataplane::follow_network(config_);
    if (!report) return complain(report.error());
    for (const std::string& doubt : report->warnings) complain(doubt);
  }

  /// Another sipward-gate may be at work: the next look around comes.
  void complain(const std::string& error) {
    if (error != complaint_) tell(error);
    complaint_ = error;
  }

  void reload() {
    try {
      GateConfig config = load_();
      auto report = or_throw(dataplane::attach(config, Extent::kPresent));
      config_ = std::move(config);
      adopt(std::move(report));
      ops::notify_status(summary());
    } catch (const std::exception& error) {
      tell(std::string("not reloaded: ") + error.what());
    }
  }

  GateConfig config_;
  const std::function<GateConfig()>& load_;
  dataplane::Descriptor signals_;
  NetworkWatch watch_;
  std::vector<std::string> alarms_;
  std::vector<std::string> guarded_;  ///< interfaces that had pins of ours when we last looked
  std::string complaint_;
  bool links_changed_ = false;
  std::optional<Clock::time_point> rules_due_;
  Clock::time_point look_around_at_;
};

}  // namespace

void run_gate_service(GateConfig config, const std::function<GateConfig()>& load) {
  GateService(std::move(config), load).run();
}

}  // namespace sipward
