// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "agent/dataplane/descriptor.h"
#include "sip/result.h"

namespace sipward::dataplane {

/// Tells when what read_network() reads may have changed, in the network namespace it was opened
/// in. Opened before the first read, it misses nothing.
class NetworkWatch {
 public:
  struct Changes {
    bool links = false;
    bool addresses = false;
    bool routes = false;
    [[nodiscard]] bool any() const { return links || addresses || routes; }
    bool operator==(const Changes&) const = default;
  };

  static sip::Result<NetworkWatch, std::string> open();

  /// For poll: readable when there is something to read().
  [[nodiscard]] int descriptor() const { return socket_.get(); }
  /// Takes what is there, without blocking; after kMaxReads datagrams it leaves the rest for the
  /// next time. After an overrun all may have changed. Routes may have, too, with a link or an
  /// address: with these, IPv4 routes go without a word.
  Changes read();

  static constexpr int kMaxReads = 4'096;

 private:
  explicit NetworkWatch(Descriptor socket) : socket_(std::move(socket)) {}

  Descriptor socket_;
};

}  // namespace sipward::dataplane
