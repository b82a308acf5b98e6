// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/service.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

namespace sipward::ops {
namespace {

/// A service manager: the socket that NOTIFY_SOCKET names, in the abstract name space.
class Manager {
 public:
  Manager() : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(sa_family_t));  // any name
    socklen_t length = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    const std::size_t name = length - sizeof(sa_family_t) - 1;
    setenv("NOTIFY_SOCKET", ("@" + std::string(address.sun_path + 1, name)).c_str(), 1);
  }
  ~Manager() {
    unsetenv("NOTIFY_SOCKET");
    close(fd_);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  [[nodiscard]] std::string heard() const {
    std::array<char, 256> text{};
    const ssize_t count = recv(fd_, text.data(), text.size(), 0);
    return count < 0 ? "nothing" : std::string(text.data(), static_cast<std::size_t>(count));
  }

 private:
  int fd_;
};

TEST(Service, TellsItsManager) {
  const Manager manager;
  notify_ready("gate: enforce");
  EXPECT_EQ(manager.heard(), "READY=1\nSTATUS=gate: enforce");
  notify_watchdog();
  EXPECT_EQ(manager.heard(), "WATCHDOG=1");
  notify_stopping();
  EXPECT_EQ(manager.heard(), "STOPPING=1");
  EXPECT_EQ(manager.heard(), "nothing");
}

TEST(Service, FeedsTheWatchdogTwiceInItsTime) {
  setenv("WATCHDOG_USEC", "10000000", 1);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  EXPECT_EQ(watchdog_interval(), std::chrono::seconds(5));
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(watchdog_interval(), std::nullopt) << "meant for another process";
  unsetenv("WATCHDOG_PID");
  unsetenv("WATCHDOG_USEC");
  EXPECT_EQ(watchdog_interval(), std::nullopt);
}

}  // namespace
}  // namespace sipward::ops
