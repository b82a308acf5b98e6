// SPDX-License-Identifier: Apache-2.0
#include "agent/node/daemon.h"

#include <unistd.h>

#include <csignal>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "agent/net/line_server.h"
#include "agent/node/control_methods.h"
#include "agent/node/kernel_bindings.h"
#include "agent/node/kernel_events.h"
#include "agent/node/node.h"
#include "agent/node/nonce_key.h"
#include "agent/node/random.h"
#include "agent/node/sockets.h"
#include "agent/ops/control.h"
#include "agent/ops/log_sink.h"
#include "agent/ops/privileges.h"
#include "agent/ops/service.h"
#include "agent/ops/version.h"

namespace sipward::node {
namespace {

namespace asio = net::asio;

template <class T>
T or_throw(sip::Result<T, std::string> result) {
  if (!result) throw std::runtime_error(result.error());
  return std::move(*result);
}

/// The daemon's parts in the order in which they come up; they go down in the reverse.
class Daemon {
 public:
  Daemon(const ops::Config& config, NodeSockets sockets)
      : config_(config),
        sink_(ops::make_log_sink()),
        log_({.level = config.daemon.log_level, .rate = config.daemon.log_rate},
             [this](const ops::LogRecord& record) { sink_.write(record); }),
        advice_(receive_buffer_advice(sockets)),
        node_(io_, config, make_parts(std::move(sockets)), log_),
        methods_(node_, ops::describe(config)),
        control_(io_, or_throw(net::listen_unix(config.daemon.control)),
                 {.request = ops::kMaxControlRequest}) {}
  ~Daemon() { unlink(config_.daemon.control.c_str()); }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  void run() {
    node_.start();
    control_.start([this](std::string_view line) { return methods_.answer(line); });
    wait_for_signal();
    feed_watchdog();
    announce();
    io_.run();
  }

 private:
  NodeParts make_parts(NodeSockets sockets) {
    NodeParts parts{.sockets = std::move(sockets),
                    .bindings = open_bindings(config_, log_),
                    .subscribers = {},
                    .nonce_key = {},
                    .random = make_random_source(),
                    .gate_events = open_gate_events(config_, log_),
                    .open_gate_events = [this] { return open_gate_events(config_, log_); }};
    if (!config_.scscf) return parts;
    store::SubscriberStore store(config_.scscf->subscribers, store::SubscriberStore::Open::kCreate);
    parts.subscribers = std::make_unique<SubscriberLookup>(io_, std::move(store));
    NonceKey key = load_nonce_key(config_.daemon.state);
    if (!key.warning.empty()) log_.say(ops::LogLevel::kWarning, key.warning);
    parts.nonce_key = std::move(key.octets);
    return parts;
  }

  void announce() {
    if (!advice_.empty()) log_.say(ops::LogLevel::kNotice, advice_);
    log_.say(ops::LogLevel::kInfo, "sipwardd " + std::string(ops::kVersion) + " ready");
    ops::notify_ready(config_.gate ? "gate: " + std::string(ops::mode_name(config_.gate->mode))
                                   : "no gate");
  }

  void wait_for_signal() {
    signals_.async_wait([this](net::ErrorCode error, int signal) {
      if (error) return;
      if (signal == SIGHUP) {
        log_.say(ops::LogLevel::kNotice,
                 "SIGHUP: the configuration is read at start only; check it with sipwardd "
                 "--check-config and restart");
        wait_for_signal();
        return;
      }
      ops::notify_stopping();
      log_.say(ops::LogLevel::kInfo, "stopping; users register anew after the next start");
      io_.stop();
    });
  }

  /// From the loop itself: a loop that hangs is a dead daemon.
  void feed_watchdog() {
    const auto interval = ops::watchdog_interval();
    if (!interval) return;
    ops::notify_watchdog();
    watchdog_.expires_after(*interval);
    watchdog_.async_wait([this](net::ErrorCode error) {
      if (!error) feed_watchdog();
    });
  }

  const ops::Config& config_;
  asio::io_context io_{1};
  ops::BackgroundSink sink_;
  ops::Log log_;
  std::string advice_;
  Node node_;
  ControlMethods methods_;
  net::LineServer control_;
  asio::signal_set signals_{io_, SIGTERM, SIGINT, SIGHUP};
  asio::steady_timer watchdog_{io_};
};

}  // namespace

void run_daemon(const ops::Config& config) {
  NodeSockets sockets = or_throw(open_sockets(config));
  if (auto error = ops::drop_privileges(config.daemon.user)) throw std::runtime_error(*error);
  Daemon(config, std::move(sockets)).run();
}

}  // namespace sipward::node
