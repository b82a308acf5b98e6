// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>

#include "sip/flow.h"
#include "sip/message.h"
#include "sip/outgoing.h"
#include "sip/time.h"

/// A network in virtual time: SIP elements joined by UDP links that lose, delay, reorder and
/// duplicate datagrams. What happens depends on the seed alone.
namespace sipward::sip::simulation {

/// Something with an address that takes messages and time.
class Element {
 public:
  virtual ~Element() = default;
  virtual void receive(Message message, const Flow& flow, Time now, Outbox& out) = 0;
  virtual void tick(Time now, Outbox& out) = 0;
  [[nodiscard]] virtual std::optional<Time> deadline() const = 0;
};

struct Link {
  double loss = 0;         ///< probability that a datagram gets lost
  double duplication = 0;  ///< probability that one which does not arrives twice
  /// Each copy is on its way for a time between the two: they overtake each other.
  Duration fastest = std::chrono::milliseconds(1);
  Duration slowest = std::chrono::milliseconds(1);
};

class Network {
 public:
  struct Counters {
    std::uint64_t sent = 0;
    std::uint64_t lost = 0;
    std::uint64_t delivered = 0;
  };

  Network(std::uint64_t seed, const Link& link) : link_(link), random_(seed) {}

  /// The element must outlive the network.
  void attach(const Endpoint& address, Element& element) { elements_[address] = &element; }
  /// Until nothing would happen any more, or `limit`. False: the limit was reached.
  [[nodiscard]] bool run(Time start, Time limit);

  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Datagram {
    Endpoint from;
    Endpoint to;
    std::string bytes;
  };

  [[nodiscard]] std::optional<Time> next_event() const;
  void deliver_due();
  void tick_due();
  void transmit(Outbox out);
  [[nodiscard]] bool happens(double probability);
  [[nodiscard]] Duration travel_time();

  Link link_;
  std::mt19937_64 random_;
  Time now_{};
  std::map<Endpoint, Element*> elements_;
  std::multimap<Time, Datagram> under_way_;
  Counters counters_;
};

}  // namespace sipward::sip::simulation
