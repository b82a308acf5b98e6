// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/gate/receivers.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>

#include "agent/dataplane/counters.h"
#include "agent/dataplane/gate.h"
#include "agent/dataplane/pins.h"
#include "tests/bench/gate/sources.h"
#include "tests/kernel/lab.h"

namespace sipward::bench {

namespace {

dataplane::GateConfig make_config(const std::string& pin_path, std::uint32_t max_bindings) {
  dataplane::GateConfig config;
  config.pin_path = pin_path;
  config.interfaces = {"sw0"};
  config.listeners = {
      {.local = {.ip = sip::IpAddress::parse(test::kGate4).value(), .port = test::kSip}}};
  config.mode = dataplane::Mode::kEnforce;
  config.max_bindings = max_bindings;
  return config;
}

/// The kernel's own account of one map.
std::uint64_t memory_of(const std::string& pin) {
  const dataplane::Descriptor map = dataplane::open_pinned_map_to_read(pin);
  std::ifstream info(fmt::format("/proc/self/fdinfo/{}", map.get()));
  for (std::string word; info >> word;) {
    std::uint64_t octets = 0;
    if (word == "memlock:" && info >> octets) return octets;
  }
  return 0;
}

using Writer = std::function<void(std::ostream&)>;

/// Has a program in the site's namespace read what `write` writes.
void feed(const Site& site, const std::string& command, const Writer& write) {
  std::array<char, 32> path{"/tmp/sw-bench-XXXXXX"};
  const dataplane::Descriptor file{::mkstemp(path.data())};
  if (!file) throw std::runtime_error("no temporary file in /tmp");
  std::ofstream out(path.data());
  ::unlink(path.data());  // also when we are killed, nothing is left
  write(out);
  out.close();
  site.host().run([&] {
    ::lseek(file.get(), 0, SEEK_SET);
    const std::string line = fmt::format("{} < /proc/{}/fd/{}", command, ::getpid(), file.get());
    if (std::system(line.c_str()) != 0) throw std::runtime_error("failed: " + command);
  });
}

}  // namespace

Gate::Gate(const Site& site, std::uint32_t max_bindings)
    : site_(site), pin_path_(test::new_pin_path()) {
  site_.host().run([&] {
    const auto attached = dataplane::attach(make_config(pin_path_, max_bindings));
    if (!attached) throw std::runtime_error(attached.error());
  });
  auto bindings = dataplane::Bindings::open(pin_path_);
  if (!bindings) throw std::runtime_error(bindings.error());
  bindings_ = std::move(*bindings);
}

Gate::~Gate() {
  bindings_.reset();
  site_.host().run([&] { static_cast<void>(dataplane::detach(pin_path_)); });
}

void Gate::install_all(std::span<const ims::KernelRow> rows) {
  if (bindings_->install_all(rows) != rows.size()) {
    throw std::runtime_error("a row was not installed");
  }
}

std::uint64_t Gate::counted(std::string_view counter) const {
  const auto counters = dataplane::read_counters(pin_path_);
  if (!counters) throw std::runtime_error(counters.error());
  std::uint64_t packets = 0;
  for (const dataplane::NamedCounter& one : *counters) {
    if (one.name == counter) packets += one.packets;
  }
  return packets;
}

std::uint64_t Gate::memory() const {
  std::uint64_t octets = 0;
  for (const auto& file : std::filesystem::directory_iterator(pin_path_)) {
    const std::string name = file.path().filename();
    if (name.starts_with("bindings") || name.starts_with("address"))
      octets += memory_of(file.path());
  }
  return octets;
}

void load_nftables(const Site& site, std::uint32_t rows) {
  feed(site, "nft -f -", [&](std::ostream& out) {
    out << "table ip sw {\nset bound {\ntypeof ip saddr . udp sport\nsize " << rows
        << "\nelements = {\n";
    for (std::uint32_t i = 0; i < rows; ++i) {
      out << source_address(kFirstUe, i).text() << " . " << source_port(i) << ",\n";
    }
    out << "}\n}\nchain raw {\ntype filter hook prerouting priority raw\nip daddr " << test::kGate4
        << " udp dport " << test::kSip << " ip saddr . udp sport != @bound drop\n}\n}\n";
  });
}

void load_ipset(const Site& site, std::uint32_t rows) {
  feed(site, "ipset restore", [&](std::ostream& out) {
    out << "create bound hash:ip,port maxelem " << rows << " hashsize " << rows << '\n';
    for (std::uint32_t i = 0; i < rows; ++i) {
      out << "add bound " << source_address(kFirstUe, i).text() << ",udp:" << source_port(i)
          << '\n';
    }
  });
  // The older tables are the faster ones; the command's plain name may mean either.
  site.host().shell(fmt::format(
      "$(command -v iptables-legacy || command -v iptables) -t raw -A PREROUTING -d {} -p udp "
      "--dport {} -m set ! --match-set bound src,src -j DROP",
      test::kGate4, test::kSip));
}

}  // namespace sipward::bench
