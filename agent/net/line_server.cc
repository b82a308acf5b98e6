// SPDX-License-Identifier: Apache-2.0
#include "agent/net/line_server.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

namespace sipward::net {
namespace {

constexpr int kBacklog = 16;
constexpr mode_t kMode = 0660;
constexpr auto kPause = std::chrono::milliseconds(100);

std::string failed(std::string_view what, const std::string& path) {
  return std::string(what) + " " + path + ": " + std::strerror(errno);
}

bool make_address(const std::string& path, sockaddr_un& address) {
  address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path.data(), path.size());
  return true;
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

/// Whether somebody accepts there.
bool is_alive(const sockaddr_un& address) {
  const Fd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return connect(probe.get(), generic(address), sizeof address) == 0 || errno == EAGAIN;
}

}  // namespace

sip::Result<Fd, std::string> listen_unix(const std::string& path) {
  sockaddr_un address;
  if (!make_address(path, address)) return "path of the control socket is too long: " + path;
  if (is_alive(address)) return "another process serves " + path + ": stop it first";
  struct stat status {};
  if (lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) unlink(path.c_str());
  Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.is_open()) return failed("cannot make the socket", path);
  // Nobody may connect between bind and chmod: not even others' read bits are there at first.
  const mode_t before = umask(0777);
  const bool bound = bind(fd.get(), generic(address), sizeof address) == 0;
  const int error = errno;
  umask(before);
  errno = error;
  if (!bound && error == ENOENT) {
    return failed("cannot make the control socket", path) +
           ": its folder is not there (systemd-tmpfiles --create sipward.conf)";
  }
  if (!bound) return failed("cannot make the control socket", path);
  if (chmod(path.c_str(), kMode) != 0) return failed("cannot set the mode of", path);
  if (listen(fd.get(), kBacklog) != 0) return failed("cannot listen at", path);
  return fd;
}

struct LineServer::State {
  State(asio::io_context& io, Fd listener, Limits allowed)
      : acceptor(io, asio::local::stream_protocol(), listener.release()), limits(allowed) {}

  asio::local::stream_protocol::acceptor acceptor;
  Limits limits;
  Answerer answerer;
  std::size_t clients = 0;
};

/// Counted as long as it lives.
struct LineServer::Client {
  Client(std::shared_ptr<State> server, asio::local::stream_protocol::socket peer)
      : state(std::move(server)), socket(std::move(peer)), timer(socket.get_executor()) {
    ++state->clients;
  }
  ~Client() { --state->clients; }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  std::shared_ptr<State> state;
  asio::local::stream_protocol::socket socket;
  asio::steady_timer timer;
};

LineServer::LineServer(asio::io_context& io, Fd listener, Limits limits)
    : state_(std::make_shared<State>(io, std::move(listener), limits)) {}

LineServer::~LineServer() {
  ErrorCode ignored;
  state_->acceptor.close(ignored);
}

void LineServer::start(Answerer answerer) {
  state_->answerer = std::move(answerer);
  asio::co_spawn(state_->acceptor.get_executor(), accept_loop(state_), rethrow);
}

asio::awaitable<void> LineServer::accept_loop(std::shared_ptr<State> state) {
  asio::steady_timer pause(state->acceptor.get_executor());
  while (state->acceptor.is_open()) {
    ErrorCode error;
    auto peer =
        co_await state->acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) {  // out of descriptors: what is open must end first
      pause.expires_after(kPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    if (state->clients >= state->limits.clients) continue;  // closes the connection
    auto client = std::make_shared<Client>(state, std::move(peer));
    watch(client);
    asio::co_spawn(state->acceptor.get_executor(), serve(std::move(client)), rethrow);
  }
}

/// Whoever is slow is cut off: every operation on the socket ends when the time is over.
void LineServer::watch(const std::shared_ptr<Client>& client) {
  client->timer.expires_after(client->state->limits.deadline);
  client->timer.async_wait([weak = std::weak_ptr<Client>(client)](ErrorCode error) {
    const auto late = weak.lock();
    ErrorCode ignored;
    if (!error && late) late->socket.close(ignored);
  });
}

asio::awaitable<std::optional<std::string>> LineServer::read_line(Client& client) {
  std::string buffer;
  ErrorCode error;
  const std::size_t length = co_await asio::async_read_until(
      client.socket, asio::dynamic_buffer(buffer, client.state->limits.request), '\n',
      asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return std::nullopt;  // gone, too slow, or too long
  buffer.resize(length - 1);
  co_return buffer;
}

asio::awaitable<void> LineServer::serve(std::shared_ptr<Client> client) {
  const auto line = co_await read_line(*client);
  if (!line) co_return;
  const std::string answer = client->state->answerer(*line) + "\n";
  ErrorCode ignored;
  co_await asio::async_write(client->socket, asio::buffer(answer),
                             asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace sipward::net
