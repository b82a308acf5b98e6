// SPDX-License-Identifier: Apache-2.0
#include "agent/net/udp_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/net/loop.h"

namespace sipward::net {
namespace {

/// At a port that the kernel chooses.
sip::Endpoint any_port(std::string_view ip) { return {.ip = *sip::IpAddress::parse(ip)}; }

std::unique_ptr<UdpSocket> open(asio::io_context& io, std::string_view at,
                                const UdpOptions& options = {}) {
  auto bound = bind_udp(any_port(at), options);
  if (!bound) throw std::runtime_error(bound.error());
  return std::make_unique<UdpSocket>(io, std::move(*bound));
}

/// What a socket received, copied.
struct Inbox {
  struct Letter {
    std::string bytes;
    sip::Endpoint remote;
    std::uint32_t mark;
  };
  UdpSocket::Receiver receiver() {
    return [this](std::span<const Received> batch) {
      largest_batch = std::max(largest_batch, batch.size());
      for (const Received& one : batch) {
        letters.push_back({std::string(one.bytes), one.remote, one.mark});
      }
    };
  }
  std::vector<Letter> letters;
  std::size_t largest_batch = 0;
};

class UdpSocketOf : public testing::TestWithParam<const char*> {};

TEST_P(UdpSocketOf, CarriesDatagramsWithTheirSource) {
  asio::io_context io;
  const auto a = open(io, GetParam());
  const auto b = open(io, GetParam());
  Inbox inbox;
  b->start(inbox.receiver());
  a->send(b->local(), "one");
  a->send(b->local(), "");
  a->send(b->local(), std::string("t\0o", 3));
  ASSERT_TRUE(run_until(io, [&] { return inbox.letters.size() == 3; }));
  EXPECT_EQ(inbox.letters[0].bytes, "one");
  EXPECT_EQ(inbox.letters[1].bytes, "");
  EXPECT_EQ(inbox.letters[2].bytes, std::string("t\0o", 3));
  EXPECT_EQ(inbox.letters[0].remote, a->local());
  EXPECT_EQ(a->counters().sent, 3U);
  EXPECT_EQ(b->counters().received, 3U);
}

TEST_P(UdpSocketOf, CarriesTheLongestDatagram) {
  asio::io_context io;
  const auto a = open(io, GetParam());
  const auto b = open(io, GetParam());
  Inbox inbox;
  b->start(inbox.receiver());
  const std::string longest(65'507, 'x');
  a->send(b->local(), longest);
  ASSERT_TRUE(run_until(io, [&] { return inbox.letters.size() == 1; }));
  EXPECT_EQ(inbox.letters[0].bytes, longest);
}

INSTANTIATE_TEST_SUITE_P(Families, UdpSocketOf, testing::Values("127.0.0.1", "::1"),
                         [](const auto& row) { return row.index == 0 ? "IPv4" : "IPv6"; });

TEST(UdpSocket, ReadsTheMarkOfEachDatagram) {
  asio::io_context io;
  const auto to = open(io, "127.0.0.1", {.want_mark = true});
  auto from = bind_udp(any_port("127.0.0.1"), {});
  ASSERT_TRUE(from.ok());
  const std::uint32_t mark = 0x1000'0102;
  if (setsockopt(from->fd.get(), SOL_SOCKET, SO_MARK, &mark, sizeof mark) != 0) {
    GTEST_SKIP() << "SO_MARK needs CAP_NET_ADMIN";
  }
  UdpSocket sender(io, std::move(*from));
  Inbox inbox;
  to->start(inbox.receiver());
  sender.send(to->local(), "marked");
  open(io, "127.0.0.1")->send(to->local(), "plain");
  const auto plain = open(io, "127.0.0.1");
  plain->send(to->local(), "plain");
  ASSERT_TRUE(run_until(io, [&] { return inbox.letters.size() >= 2; }));
  for (const auto& letter : inbox.letters) {
    EXPECT_EQ(letter.mark, letter.bytes == "marked" ? mark : 0U) << letter.bytes;
  }
}

TEST(UdpSocket, ReceivesInBoundedBatches) {
  asio::io_context io;
  const auto a = open(io, "127.0.0.1");
  const auto b = open(io, "127.0.0.1");
  constexpr std::size_t kCount = 3 * UdpSocket::kBatch;
  for (std::size_t i = 0; i < kCount; ++i) a->send(b->local(), std::to_string(i));
  ASSERT_TRUE(run_until(io, [&] { return a->counters().sent == kCount; }));
  Inbox inbox;
  b->start(inbox.receiver());
  ASSERT_TRUE(run_until(io, [&] { return inbox.letters.size() == kCount; }));
  EXPECT_EQ(inbox.largest_batch, UdpSocket::kBatch);
  for (std::size_t i = 0; i < kCount; ++i) EXPECT_EQ(inbox.letters[i].bytes, std::to_string(i));
}

TEST(UdpSocket, ADatagramThatCannotLeaveDoesNotHoldTheOthers) {
  asio::io_context io;
  const auto a = open(io, "127.0.0.1");
  const auto b = open(io, "127.0.0.1");
  Inbox inbox;
  b->start(inbox.receiver());
  a->send(b->local(), "before");
  a->send(b->local(), std::string(UdpSocket::kMaxDatagram, 'x'));  // longer than UDP carries
  a->send(b->local(), "behind");
  ASSERT_TRUE(run_until(io, [&] { return inbox.letters.size() == 2; }));
  EXPECT_EQ(inbox.letters[1].bytes, "behind");
  EXPECT_EQ(a->counters().dropped_unsendable, 1U);
}

TEST(UdpSocket, TheSendQueueIsBounded) {
  asio::io_context io;
  const auto a = open(io, "127.0.0.1");
  const auto b = open(io, "127.0.0.1");
  for (std::size_t i = 0; i < UdpSocket::kMaxQueued + 7; ++i) a->send(b->local(), "x");
  EXPECT_EQ(a->counters().dropped_queue_full, 7U);
  ASSERT_TRUE(run_until(io, [&] { return a->counters().sent == UdpSocket::kMaxQueued; }));
}

TEST(UdpSocket, CountsWhatTheKernelDropped) {
  asio::io_context io;
  const auto b = open(io, "127.0.0.1", {.receive_buffer = 4'096});
  const auto a = open(io, "127.0.0.1");
  constexpr std::size_t kCount = 200;
  for (std::size_t i = 0; i < kCount; ++i) a->send(b->local(), std::string(500, 'x'));
  ASSERT_TRUE(run_until(io, [&] { return a->counters().sent == kCount; }));
  Inbox inbox;
  b->start(inbox.receiver());
  ASSERT_TRUE(run_until(io, [&] { return !inbox.letters.empty(); }));
  a->send(b->local(), "last");  // the count comes with the next datagram
  ASSERT_TRUE(run_until(io, [&] { return inbox.letters.back().bytes == "last"; }));
  EXPECT_EQ(b->counters().dropped_by_kernel, kCount + 1 - inbox.letters.size());
}

TEST(UdpSocket, WhatTheReceiverThrowsLeavesTheLoop) {
  asio::io_context io;
  const auto a = open(io, "127.0.0.1");
  const auto b = open(io, "127.0.0.1");
  b->start([](std::span<const Received>) { throw std::logic_error("ours"); });
  a->send(b->local(), "x");
  EXPECT_THROW(run_until(io, [] { return false; }), std::logic_error);
}

TEST(UdpSocket, MayGoBeforeItsLoop) {
  asio::io_context io;
  auto a = open(io, "127.0.0.1");
  a->start([](std::span<const Received>) {});
  io.poll();
  a.reset();
  io.restart();
  EXPECT_GT(io.run_for(std::chrono::seconds(1)), 0U) << "the coroutine ends by itself";
}

struct BindError {
  const char* name;
  const char* address;
  const char* expected;
};
class BindUdp : public testing::TestWithParam<BindError> {};

TEST_P(BindUdp, SaysWhatIsWrong) {
  const auto bound = bind_udp(*sip::Endpoint::parse(GetParam().address), {});
  ASSERT_FALSE(bound.ok());
  EXPECT_EQ(bound.error(), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, BindUdp,
    testing::Values(BindError{"AddressNobodyHas", "192.0.2.1:5060",
                              "cannot listen at udp:192.0.2.1:5060: Cannot assign requested "
                              "address: no interface has this address yet"},
                    BindError{"AddressNobodyHas6", "[2001:db8::1]:5060",
                              "cannot listen at udp:[2001:db8::1]:5060: Cannot assign requested "
                              "address: no interface has this address yet"}),
    [](const auto& row) { return row.param.name; });

TEST(BindUdp, TwoListenersAtOneAddress) {
  const auto first = bind_udp(any_port("127.0.0.1"), {});
  ASSERT_TRUE(first.ok());
  const auto second = bind_udp(first->local, {});
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().find("another program listens there"), std::string::npos);
}

}  // namespace
}  // namespace sipward::net
