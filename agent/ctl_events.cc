// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl_events.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "agent/ops/base64.h"
#include "agent/ops/control.h"
#include "agent/ops/event_feed.h"
#include "agent/ops/event_views.h"
#include "agent/ops/json_cells.h"
#include "agent/ops/pcap.h"

namespace sipward {
namespace {

using Json = nlohmann::json;
using Where = ops::EventFeed::Where;

constexpr long kBetweenPolls = 500'000'000;  // nanoseconds

struct Arguments {
  AskDaemon ask;
  bool gate = false;
  bool daemon = false;
  bool follow = false;
  bool json = false;
  std::string pcap;
};

volatile std::sig_atomic_t stopped = 0;

void stop(int /*signal*/) { stopped = 1; }

/// A handler that does not restart what it interrupts: the wait between two looks ends at once.
void stop_at_signals() {
  struct sigaction action {};
  action.sa_handler = stop;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

std::string json_line(const Json& event) { return ops::write_line(event) + "\n"; }

std::string pcap_line(const Json& event) {
  const auto frame = ops::parse_base64(event.value("frame", ""));
  if (!frame || frame->empty()) return {};
  return ops::pcap_record({.unix_ns = ops::number(event, "unix_ns"),
                           .octets = *frame,
                           .length = static_cast<std::uint32_t>(ops::number(event, "length"))});
}

/// Where events are written, and how.
class Output {
 public:
  explicit Output(const Arguments& arguments) : path_(arguments.pcap) {
    if (!path_.empty()) {
      write_ = pcap_line;
      open_file();
      put(ops::pcap_header());
    } else if (arguments.json) {
      write_ = json_line;
    } else {
      write_ = ops::event_line;
      put(ops::event_heading());
    }
  }

  void write(const std::vector<Json>& events) {
    for (const Json& event : events) put(write_(event));
    if (std::fflush(file_) != 0) fail();
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  /// Not for others to read: frames hold what users send.
  void open_file() {
    if (path_ == "-") return;
    constexpr mode_t kOwner = 0600;
    const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kOwner);
    if (fd < 0) fail();
    owned_.reset(::fdopen(fd, "w"));
    file_ = owned_.get();
  }
  void put(const std::string& octets) {
    if (std::fwrite(octets.data(), 1, octets.size(), file_) != octets.size()) fail();
  }
  [[noreturn]] void fail() const {
    const std::string name = path_.empty() || path_ == "-" ? "standard output" : path_;
    throw std::runtime_error(fmt::format("cannot write {}: {}", name, std::strerror(errno)));
  }

  std::string path_;
  std::string (*write_)(const Json&) = nullptr;
  std::unique_ptr<std::FILE, Close> owned_;
  std::FILE* file_ = stdout;
};

std::vector<Where> wanted(const Arguments& arguments) {
  if (arguments.gate || !arguments.pcap.empty()) return {Where::kGate};
  if (arguments.daemon) return {Where::kDaemon};
  return {Where::kDaemon, Where::kGate};
}

/// Who asks for the gate alone must not take a daemon that does not listen to it for silence.
void check_reads(const Arguments& arguments, const Json& answer) {
  const bool gate_alone = wanted(arguments).size() == 1;
  if (!gate_alone || answer.value("reads", true)) return;
  throw std::runtime_error(
      "sipwardd reads no events of the gate: it has no [gate], or could not open the map `events` "
      "(its log says why)");
}

void look(const Arguments& arguments, ops::EventFeed& feed) {
  for (const Where where : wanted(arguments)) {
    bool more = true;
    while (more && stopped == 0) {
      const Json answer = arguments.ask(ops::EventFeed::method(where), feed.params(where));
      if (where == Where::kGate) check_reads(arguments, answer);
      more = feed.take(where, answer);
    }
  }
}

void tell_missing(ops::EventFeed& feed) {
  for (const auto& [where, name] :
       {std::pair(Where::kDaemon, "daemon"), std::pair(Where::kGate, "gate")}) {
    const std::uint64_t missing = feed.drain_missing(where);
    if (missing == 0) continue;
    std::fprintf(stderr, "sipwardctl: %llu events of the %s were lost: too many came at once\n",
                 static_cast<unsigned long long>(missing), name);
  }
}

/// Looks again and again. A daemon that restarts is waited for.
void follow(const Arguments& arguments, ops::EventFeed& feed, Output& output) {
  bool away = false;
  while (stopped == 0) {
    const timespec pause{.tv_sec = 0, .tv_nsec = kBetweenPolls};
    nanosleep(&pause, nullptr);
    try {
      look(arguments, feed);
      away = false;
    } catch (const std::runtime_error& error) {
      if (!away) std::fprintf(stderr, "sipwardctl: %s; waiting for it\n", error.what());
      away = true;
    }
    output.write(feed.drain());
    tell_missing(feed);
  }
}

void events(const Arguments& arguments) {
  ops::EventFeed feed(!arguments.pcap.empty());
  if (arguments.follow) stop_at_signals();
  look(arguments, feed);  // before a file is made for nothing
  Output output(arguments);
  output.write(feed.drain());
  tell_missing(feed);
  if (arguments.follow) follow(arguments, feed, output);
}

}  // namespace

void add_events_command(CLI::App& app, AskDaemon ask) {
  const auto arguments = std::make_shared<Arguments>();
  arguments->ask = std::move(ask);
  CLI::App* command = app.add_subcommand("events", "the last decisions of daemon and gate");
  command->callback([arguments] { events(*arguments); });
  CLI::Option* gate = command->add_flag("--gate", arguments->gate, "of the gate only");
  CLI::Option* daemon = command->add_flag("--daemon", arguments->daemon, "of the daemon only");
  command->add_flag("--follow", arguments->follow, "go on with what comes, until Ctrl-C");
  CLI::Option* json =
      command->add_flag("--json", arguments->json, "one line of JSON for each event");
  CLI::Option* pcap = command->add_option("--pcap", arguments->pcap,
                                          "write the heads of the gate's frames to this file, - is "
                                          "standard output, instead of lines");
  gate->excludes(daemon);
  pcap->excludes(daemon)->excludes(json);
}

}  // namespace sipward
