// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/dataplane/descriptor.h"
#include "tests/kernel/net_lab.h"

namespace sipward::test {

/// A TCP socket of a host; throws where the kernel says no, or nothing happens for two seconds.
class TcpSocket {
 public:
  static TcpSocket listen(const Namespace& host, std::string_view ip, std::uint16_t port);
  /// Connects from `here` to `there`.
  struct Ends {
    std::string_view here;
    std::uint16_t here_port = 0;
    std::string_view there;
    std::uint16_t there_port = 0;
  };
  static TcpSocket connect(const Namespace& host, const Ends& ends);
  [[nodiscard]] TcpSocket accept() const;

  void send(std::string_view text) const;
  [[nodiscard]] std::string receive() const;
  [[nodiscard]] std::uint32_t mark() const;  ///< SO_MARK

 private:
  explicit TcpSocket(dataplane::Descriptor fd) : fd_(std::move(fd)) {}
  dataplane::Descriptor fd_;
};

}  // namespace sipward::test
