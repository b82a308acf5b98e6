// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/pcscf/pcscf.h"
#include "agent/scscf/scscf.h"

namespace sipward::test {

/// The gate as a model: rows, and the verdict on a datagram. It does what bpf/gate.bpf.c does to a
/// plain UDP packet, so that a scenario meets both the kernel's word and user space's.
class KernelModel {
 public:
  bool enforce = true;
  bool full = false;  ///< refuses every new row
  /// What comes from a suspect row passes tagged so, instead of REGISTER alone.
  bool tags_suspects = false;
  std::vector<sip::IpAddress> challenged;

  bool install(const ims::KernelRow& row);
  void withdraw(const ims::BindingKey& key) { rows_.erase(key); }
  /// nullopt: dropped. Otherwise the tag that goes with the packet.
  [[nodiscard]] std::optional<ims::Tag> judge(std::string_view bytes, const sip::Flow& flow,
                                              sip::Time now);
  [[nodiscard]] const ims::KernelRow* find(const ims::BindingKey& key) const;
  [[nodiscard]] std::size_t size() const { return rows_.size(); }

 private:
  /// Whether the row's user may be gone; what is heard of it now counts.
  bool judge_suspect(const ims::KernelRow& row, sip::Time now);

  std::map<ims::BindingKey, ims::KernelRow> rows_;
  std::map<ims::BindingKey, sip::Time> last_seen_;  ///< since the row was installed
};

/// A home network in one process: P-CSCF and S-CSCF as they are, joined by message values; the
/// kernel is a model, the subscriber store a map, time is virtual. The realm, the users and the
/// passwords are those of the worked examples.
class Home {
 public:
  struct Setup {
    std::function<void(pcscf::Config&)> pcscf = [](pcscf::Config&) {};
    std::function<void(scscf::Config&)> scscf = [](scscf::Config&) {};
    std::uint64_t seed = 1;
  };
  Home() : Home(Setup{}) {}
  explicit Home(const Setup& setup);

  /// A datagram arrives: the kernel judges it, and what it passes is read at once. True if it
  /// reached the socket.
  bool arrive(const std::string& bytes, const sip::Endpoint& source);
  /// The kernel passes the datagram into the socket's queue; nobody has read it yet.
  std::optional<pcscf::Datagram> queue(const std::string& bytes, const sip::Endpoint& source);
  /// User space reads a queued datagram.
  void read(pcscf::Datagram datagram);
  /// A message from the core side, as if the S-CSCF had sent it.
  void from_core(sip::Message message);
  /// The S-CSCF's answers to the P-CSCF are held back until `release`.
  void hold_answers() { holding_ = true; }
  void release(std::size_t index);
  [[nodiscard]] std::size_t held() const { return held_.size(); }

  void advance(sip::Duration by);
  /// Whoever assigns addresses has taken this one back.
  std::size_t release_address(std::string_view ip);

  /// What reached an address on the access side since it was last asked.
  std::vector<sip::Message> take(const sip::Endpoint& at);
  /// What the P-CSCF sent to the S-CSCF, oldest first.
  std::vector<sip::Message> to_scscf;
  /// What left for other domains.
  std::vector<sip::Message> outside;
  std::vector<ims::Event> events;
  [[nodiscard]] std::size_t count(ims::EventKind kind) const;

  [[nodiscard]] const pcscf::FlowBinding* row(std::string_view source) const;

  KernelModel kernel;
  std::map<std::string, scscf::Subscriber> subscribers;  ///< by IMPI
  sip::Time now = sip::Time(std::chrono::hours(1));
  sip::Endpoint access;
  std::uint32_t serial = 0;  ///< makes branches and Call-IDs unique among all UEs

 private:
  void perform(ims::Actions actions, bool from_pcscf);
  void perform_one(ims::Action& action, bool from_pcscf);
  void deliver(ims::Send send, bool from_pcscf);
  void look_up(const ims::Lookup& lookup);
  void settle();

  std::unique_ptr<pcscf::Pcscf> pcscf_;
  std::unique_ptr<scscf::Scscf> scscf_;
  struct Internal {
    sip::Message message;
    bool to_scscf = false;
    bool released = false;
  };
  std::deque<Internal> internal_;
  bool holding_ = false;
  std::vector<sip::Message> held_;
  std::map<sip::Endpoint, std::vector<sip::Message>> received_;
};

/// `alice_priv@home1.example` with her identities: SIP (default) and tel; bob likewise; and so on.
[[nodiscard]] scscf::Subscriber make_subscriber(const std::string& name,
                                                const std::string& password,
                                                const std::vector<std::string>& identities);

}  // namespace sipward::test
