// SPDX-License-Identifier: Apache-2.0
#include "agent/net/udp_socket.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <optional>

#include "agent/net/socket_address.h"

namespace sipward::net {
namespace {

/// Room for the mark and the drop count of one datagram.
constexpr std::size_t kControlLength = 2 * CMSG_SPACE(sizeof(std::uint32_t));

std::uint32_t read_word(const cmsghdr* header) {
  std::uint32_t word = 0;
  std::memcpy(&word, CMSG_DATA(header), sizeof word);
  return word;
}

struct Ancillary {
  std::uint32_t mark = 0;
  std::optional<std::uint32_t> drops;
};

Ancillary read_ancillary(msghdr& message) {
  Ancillary out;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_len < CMSG_LEN(sizeof(std::uint32_t))) continue;
    if (c->cmsg_type == SO_MARK) out.mark = read_word(c);
    if (c->cmsg_type == SO_RXQ_OVFL) out.drops = read_word(c);
  }
  return out;
}

/// Buffers for one recvmmsg. The pages of datagrams that never came are never touched.
class ReceiveBatch {
 public:
  ReceiveBatch() : bytes_(new char[UdpSocket::kBatch * UdpSocket::kMaxDatagram]) {}

  /// Number of datagrams, or -1 with errno.
  int receive(int fd) {
    for (std::size_t i = 0; i < UdpSocket::kBatch; ++i) prepare(i);
    return recvmmsg(fd, messages_.data(), UdpSocket::kBatch, MSG_DONTWAIT, nullptr);
  }

  /// The datagrams of the last `receive`; `drops` becomes the kernel's drop count, if it told one.
  std::span<const Received> read(int count, std::uint64_t& drops) {
    std::size_t good = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      const auto remote = from_socket_address(addresses_[i]);
      const Ancillary ancillary = read_ancillary(messages_[i].msg_hdr);
      if (ancillary.drops) drops = *ancillary.drops;
      if (!remote || (messages_[i].msg_hdr.msg_flags & MSG_TRUNC) != 0) continue;
      received_[good++] = {
          .bytes = {buffer(i), messages_[i].msg_len}, .remote = *remote, .mark = ancillary.mark};
    }
    return std::span(received_).first(good);
  }

 private:
  char* buffer(std::size_t i) { return bytes_.get() + i * UdpSocket::kMaxDatagram; }

  void prepare(std::size_t i) {
    vectors_[i] = {.iov_base = buffer(i), .iov_len = UdpSocket::kMaxDatagram};
    msghdr& header = messages_[i].msg_hdr;
    header = {};
    header.msg_name = &addresses_[i];
    header.msg_namelen = sizeof addresses_[i];
    header.msg_iov = &vectors_[i];
    header.msg_iovlen = 1;
    header.msg_control = controls_[i].data();
    header.msg_controllen = kControlLength;
  }

  struct alignas(cmsghdr) Control : std::array<char, kControlLength> {};
  std::unique_ptr<char[]> bytes_;
  std::array<mmsghdr, UdpSocket::kBatch> messages_{};
  std::array<iovec, UdpSocket::kBatch> vectors_{};
  std::array<sockaddr_storage, UdpSocket::kBatch> addresses_{};
  std::array<Control, UdpSocket::kBatch> controls_{};
  std::array<Received, UdpSocket::kBatch> received_{};
};

struct Queued {
  SocketAddress to;
  std::string bytes;
};

/// One sendmmsg from the front of the queue: how many left, or -1 with errno.
int send_batch(int fd, std::deque<Queued>& queue) {
  std::array<mmsghdr, UdpSocket::kBatch> messages{};
  std::array<iovec, UdpSocket::kBatch> vectors{};
  const std::size_t count = std::min(queue.size(), messages.size());
  for (std::size_t i = 0; i < count; ++i) {
    vectors[i] = {.iov_base = queue[i].bytes.data(), .iov_len = queue[i].bytes.size()};
    msghdr& header = messages[i].msg_hdr;
    header.msg_name = queue[i].to.data();
    header.msg_namelen = queue[i].to.length;
    header.msg_iov = &vectors[i];
    header.msg_iovlen = 1;
  }
  return sendmmsg(fd, messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
}

}  // namespace

struct UdpSocket::State {
  State(asio::io_context& io, BoundUdp bound)
      : socket(io, bound.local.ip.is_v4() ? asio::ip::udp::v4() : asio::ip::udp::v6(),
               bound.fd.release()),
        local(bound.local) {}

  enum class Progress : std::uint8_t { kDone, kMore, kBlocked };
  Progress flush();

  asio::ip::udp::socket socket;
  sip::Endpoint local;
  Counters counters;
  std::deque<Queued> queue;
  bool sending = false;
};

/// Sends one batch. A datagram that the kernel refuses for itself (no route, too long) is dropped,
/// the ones behind it are not its prisoners.
UdpSocket::State::Progress UdpSocket::State::flush() {
  if (queue.empty()) return Progress::kDone;
  const int sent = send_batch(socket.native_handle(), queue);
  if (sent < 0 && errno == EINTR) return Progress::kMore;
  if (sent < 0 && errno == EAGAIN) return Progress::kBlocked;
  const std::size_t gone = sent < 0 ? 1 : static_cast<std::size_t>(sent);
  (sent < 0 ? counters.dropped_unsendable : counters.sent) += gone;
  queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(gone));
  return queue.empty() ? Progress::kDone : Progress::kMore;
}

UdpSocket::UdpSocket(asio::io_context& io, BoundUdp bound)
    : state_(std::make_shared<State>(io, std::move(bound))) {}

UdpSocket::~UdpSocket() {
  ErrorCode ignored;
  state_->socket.close(ignored);
}

void UdpSocket::start(Receiver receiver) {
  asio::co_spawn(state_->socket.get_executor(), receive_loop(state_, std::move(receiver)), rethrow);
}

void UdpSocket::send(const sip::Endpoint& to, std::string bytes) {
  if (state_->queue.size() >= kMaxQueued) {
    ++state_->counters.dropped_queue_full;
    return;
  }
  state_->queue.push_back({.to = to_socket_address(to), .bytes = std::move(bytes)});
  if (std::exchange(state_->sending, true)) return;
  asio::co_spawn(state_->socket.get_executor(), send_loop(state_), rethrow);
}

const sip::Endpoint& UdpSocket::local() const { return state_->local; }
const UdpSocket::Counters& UdpSocket::counters() const { return state_->counters; }

asio::awaitable<void> UdpSocket::receive_loop(std::shared_ptr<State> state, Receiver receiver) {
  ReceiveBatch batch;
  while (true) {
    ErrorCode error;
    co_await state->socket.async_wait(asio::ip::udp::socket::wait_read,
                                      asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;  // closed
    const int count = batch.receive(state->socket.native_handle());
    if (count < 0) {
      // An ICMP error, or somebody else's wake-up: nothing to read is nothing lost.
      if (errno != EAGAIN && errno != EINTR) ++state->counters.receive_errors;
      continue;
    }
    const auto received = batch.read(count, state->counters.dropped_by_kernel);
    state->counters.received += received.size();
    receiver(received);
  }
}

asio::awaitable<void> UdpSocket::send_loop(std::shared_ptr<State> state) {
  while (true) {
    const State::Progress progress = state->flush();
    if (progress == State::Progress::kDone) break;
    if (progress == State::Progress::kMore) continue;
    ErrorCode error;
    co_await state->socket.async_wait(asio::ip::udp::socket::wait_write,
                                      asio::redirect_error(asio::use_awaitable, error));
    if (error) break;
  }
  state->sending = false;
}

}  // namespace sipward::net
