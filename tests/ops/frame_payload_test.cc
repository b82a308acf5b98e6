// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/frame_payload.h"

#include <gtest/gtest.h>

#include <string>

namespace sipward::ops {
namespace {

std::string word(std::size_t value) {
  return {static_cast<char>(value >> 8 & 0xff), static_cast<char>(value & 0xff)};
}
std::string zeros(std::size_t count) { return std::string(count, '\0'); }

std::string ethernet(std::size_t type) { return zeros(12) + word(type); }
std::string tag(std::size_t type) { return word(100) + word(type); }

std::string udp(const std::string& payload) {
  return zeros(4) + word(8 + payload.size()) + zeros(2) + payload;
}
std::string tcp(const std::string& payload, std::size_t words = 5) {
  return zeros(12) + static_cast<char>(words << 4) + zeros(words * 4 - 13) + payload;
}
std::string ip4(std::size_t protocol, const std::string& rest, std::size_t words = 5,
                std::size_t fragment = 0) {
  return std::string(1, static_cast<char>(0x40 | words)) + zeros(1) +
         word(words * 4 + rest.size()) + zeros(2) + word(fragment) + zeros(1) +
         static_cast<char>(protocol) + zeros(words * 4 - 10) + rest;
}
std::string ip6(std::size_t next, const std::string& rest) {
  return "\x60" + zeros(3) + word(rest.size()) + static_cast<char>(next) + zeros(33) + rest;
}
std::string extension(std::size_t next, std::size_t length = 0) {
  return std::string(1, static_cast<char>(next)) + static_cast<char>(length) +
         zeros(6 + 8 * length);
}
std::string fragment6(std::size_t next, std::size_t offset) {
  return std::string(1, static_cast<char>(next)) + zeros(1) + word(offset << 3 | 1) + zeros(4);
}

constexpr std::size_t k4 = 0x0800;
constexpr std::size_t k6 = 0x86dd;
constexpr std::size_t kTcp = 6;
constexpr std::size_t kUdp = 17;

struct FrameCase {
  const char* name;
  std::string frame;
  std::string expected;
};
class FindPayload : public testing::TestWithParam<FrameCase> {};

TEST_P(FindPayload, Finds) { EXPECT_EQ(find_payload(GetParam().frame), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(
    Rows, FindPayload,
    testing::Values(
        FrameCase{"Udp4", ethernet(k4) + ip4(kUdp, udp("INVITE")), "INVITE"},
        FrameCase{"Udp6", ethernet(k6) + ip6(kUdp, udp("INVITE")), "INVITE"},
        FrameCase{"Tcp", ethernet(k4) + ip4(kTcp, tcp("INVITE")), "INVITE"},
        FrameCase{"TcpOptions", ethernet(k4) + ip4(kTcp, tcp("INVITE", 8)), "INVITE"},
        FrameCase{"OneTag", ethernet(0x8100) + tag(k4) + ip4(kUdp, udp("a")), "a"},
        FrameCase{"TwoTags", ethernet(0x88a8) + tag(0x8100) + tag(k6) + ip6(kUdp, udp("a")), "a"},
        FrameCase{"ThreeTags",
                  ethernet(0x88a8) + tag(0x8100) + tag(0x8100) + tag(k4) + ip4(kUdp, udp("a")), ""},
        FrameCase{"Options4", ethernet(k4) + ip4(kUdp, udp("a"), 8), "a"},
        FrameCase{"PaddingIsNone", ethernet(k4) + ip4(kUdp, udp("a")) + zeros(17), "a"},
        FrameCase{"UdpIsShorterThanIp", ethernet(k4) + ip4(kUdp, udp("a") + "bc"), "a"},
        FrameCase{"FirstFragment4", ethernet(k4) + ip4(kUdp, udp("a"), 5, 0x2000), "a"},
        FrameCase{"LaterFragment4", ethernet(k4) + ip4(kUdp, udp("a"), 5, 0x0040), ""},
        FrameCase{"Extensions6",
                  ethernet(k6) + ip6(0, extension(60, 1) + extension(kUdp) + udp("a")), "a"},
        FrameCase{"FirstFragment6", ethernet(k6) + ip6(44, fragment6(kUdp, 0) + udp("a")), "a"},
        FrameCase{"LaterFragment6", ethernet(k6) + ip6(44, fragment6(kUdp, 9) + udp("a")), ""},
        FrameCase{"OtherProtocol", ethernet(k4) + ip4(1, udp("a")), ""},
        FrameCase{"OtherType", ethernet(0x0806) + ip4(kUdp, udp("a")), ""},
        FrameCase{"NoPayload", ethernet(k4) + ip4(kUdp, udp("")), ""}, FrameCase{"Empty", "", ""}),
    [](const auto& row) { return row.param.name; });

TEST(FindPayload, IsInsideTheFrameWhereverThatEnds) {
  for (const std::string& whole :
       {ethernet(0x8100) + tag(k4) + ip4(kUdp, udp("INVITE"), 15),
        ethernet(k6) + ip6(0, extension(44, 9) + fragment6(kTcp, 0) + tcp("INVITE", 15))}) {
    for (std::size_t length = 0; length <= whole.size(); ++length) {
      const std::string frame = whole.substr(0, length);  // a buffer of its own, for the sanitizer
      EXPECT_LE(find_payload(frame).size(), 6U) << length;
    }
  }
}

}  // namespace
}  // namespace sipward::ops
