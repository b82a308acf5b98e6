// SPDX-License-Identifier: Apache-2.0
#include "tests/sip/simulation.h"

#include <utility>

#include "sip/reader.h"
#include "sip/timer_queue.h"

namespace sipward::sip::simulation {

bool Network::run(Time start, Time limit) {
  now_ = start;
  while (const auto next = next_event()) {
    if (*next > limit) return false;
    now_ = std::max(now_, *next);
    deliver_due();
    tick_due();
  }
  return true;
}

std::optional<Time> Network::next_event() const {
  std::optional<Time> next;
  if (!under_way_.empty()) next = under_way_.begin()->first;
  for (const auto& [address, element] : elements_) next = earlier(next, element->deadline());
  return next;
}

void Network::deliver_due() {
  while (!under_way_.empty() && under_way_.begin()->first <= now_) {
    Datagram datagram = std::move(under_way_.begin()->second);
    under_way_.erase(under_way_.begin());
    const auto receiver = elements_.find(datagram.to);
    auto message = parse_message(std::move(datagram.bytes));
    if (receiver == elements_.end() || !message) continue;
    ++counters_.delivered;
    const Flow flow{.local = datagram.to, .remote = datagram.from};
    Outbox out;
    receiver->second->receive(std::move(message).value(), flow, now_, out);
    transmit(std::move(out));
  }
}

void Network::tick_due() {
  for (const auto& [address, element] : elements_) {
    const auto deadline = element->deadline();
    if (!deadline || *deadline > now_) continue;
    Outbox out;
    element->tick(now_, out);
    transmit(std::move(out));
  }
}

void Network::transmit(Outbox out) {
  for (Outgoing& outgoing : out) {
    ++counters_.sent;
    if (happens(link_.loss)) {
      ++counters_.lost;
      continue;
    }
    const int copies = happens(link_.duplication) ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
      under_way_.emplace(now_ + travel_time(),
                         Datagram{.from = outgoing.flow.local,
                                  .to = outgoing.flow.remote,
                                  .bytes = std::get<std::string>(outgoing.content)});
    }
  }
}

bool Network::happens(double probability) {
  // Not std::bernoulli_distribution: its results are not the same everywhere.
  return static_cast<double>(random_() >> 11) < probability * 9007199254740992.0;
}

Duration Network::travel_time() {
  const auto spread = static_cast<std::uint64_t>((link_.slowest - link_.fastest).count());
  return link_.fastest + Duration(static_cast<Duration::rep>(random_() % (spread + 1)));
}

}  // namespace sipward::sip::simulation
