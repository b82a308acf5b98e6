// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/net/asio.h"
#include "agent/net/fd.h"
#include "sip/result.h"

namespace sipward::net {

/// A listening Unix socket at `path`, mode 0660: who owns it and who is in its group may talk to
/// us. A socket that a dead process left there is replaced, one that somebody listens on is not.
sip::Result<Fd, std::string> listen_unix(const std::string& path);

/// Answers requests of one line each over a Unix socket: one request, one answer, end. Bounded:
/// clients, octets of a request, time. One thread, that of the io_context, which must outlive it.
class LineServer {
 public:
  struct Limits {
    std::size_t request = 4'096;
    std::size_t clients = 16;
    std::chrono::milliseconds deadline = std::chrono::seconds(5);
  };
  /// The answer to a line, without its end; what it returns is sent as it is.
  using Answerer = std::function<std::string(std::string_view line)>;

  LineServer(asio::io_context& io, Fd listener, Limits limits);
  ~LineServer();
  LineServer(const LineServer&) = delete;
  LineServer& operator=(const LineServer&) = delete;

  void start(Answerer answerer);

 private:
  struct State;
  struct Client;
  static asio::awaitable<void> accept_loop(std::shared_ptr<State> state);
  static asio::awaitable<void> serve(std::shared_ptr<Client> client);
  static asio::awaitable<std::optional<std::string>> read_line(Client& client);
  static void watch(const std::shared_ptr<Client>& client);

  std::shared_ptr<State> state_;
};

}  // namespace sipward::net
