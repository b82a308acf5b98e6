// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/control.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

namespace sipward::ops {
namespace {

constexpr time_t kPatience = 10;  // seconds; the daemon gives up after five

/// A connected descriptor of our own: this folder does not know agent/net.
class Connection {
 public:
  explicit Connection(const std::string& path)
      : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
    const timeval patience{.tv_sec = kPatience, .tv_usec = 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    error_ =
        connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
  }
  ~Connection() { close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] int error() const { return error_; }
  bool write(std::string_view text) const {
    return send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  /// Until the other side ends; nullopt when it does not in time, or says too much.
  [[nodiscard]] std::optional<std::string> read_all() const {
    std::string text;
    std::array<char, 16'384> part;
    while (text.size() <= kMaxControlAnswer) {
      const ssize_t count = recv(fd_, part.data(), part.size(), 0);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return std::nullopt;
      if (count == 0) return text;
      text.append(part.data(), static_cast<std::size_t>(count));
    }
    return std::nullopt;
  }

 private:
  int fd_;
  int error_ = 0;
};

std::string describe_connect_error(const std::string& path, int error) {
  if (error == ENOENT || error == ECONNREFUSED) {
    return fmt::format(
        "sipwardd does not run: nobody listens at {}; start it with systemctl start "
        "sipwardd, or name its socket with --socket",
        path);
  }
  if (error == EACCES || error == EPERM) {
    return fmt::format("no permission for {}: be root or in group sipward", path);
  }
  return fmt::format("cannot connect to {}: {}", path, std::strerror(error));
}

sip::Result<nlohmann::json, std::string> read_answer(const std::string& text) {
  auto answer = nlohmann::json::parse(text, nullptr, false);
  if (answer.is_object() && answer.contains("result")) return std::move(answer["result"]);
  if (answer.is_object() && answer.contains("error") && answer["error"].is_string()) {
    return answer["error"].get<std::string>();
  }
  return std::string("the daemon's answer is not understood: are both of one version?");
}

}  // namespace

std::optional<sip::Endpoint> parse_source(std::string_view text) {
  if (const auto endpoint = sip::Endpoint::parse(text)) return endpoint;
  const auto ip = sip::IpAddress::parse(text);
  return ip ? std::optional(sip::Endpoint{.ip = *ip}) : std::nullopt;
}

std::optional<ims::BindingKey> parse_binding_key(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view kind = text.substr(0, space);
  const std::string_view rest = text.substr(space + 1);
  if (kind == "any") {
    const auto ip = sip::IpAddress::parse(rest);
    return ip ? std::optional(ims::BindingKey{.ip = *ip}) : std::nullopt;
  }
  const auto transport = sip::parse_transport(kind);
  const auto endpoint = sip::Endpoint::parse(rest);
  if (!transport || !endpoint || endpoint->port == 0) return std::nullopt;
  return ims::BindingKey{.ip = endpoint->ip, .port = endpoint->port, .transport = *transport};
}

std::string write_line(const nlohmann::json& value) {
  return value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

sip::Result<nlohmann::json, std::string> call(const std::string& socket, std::string_view method,
                                              const nlohmann::json& params) {
  const Connection connection(socket);
  if (connection.error() != 0) return describe_connect_error(socket, connection.error());
  const std::string request = write_line({{"method", method}, {"params", params}}) + "\n";
  if (request.size() > kMaxControlRequest) return std::string("the request is too long");
  if (!connection.write(request)) return std::string("the daemon closed the connection");
  const auto answer = connection.read_all();
  if (!answer) return std::string("the daemon did not answer in time");
  if (answer->empty()) return std::string("the daemon is busy with other clients: try again");
  return read_answer(*answer);
}

}  // namespace sipward::ops
