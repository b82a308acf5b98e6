// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/netlink_request.h"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <vector>

namespace sipward::test {
namespace {

using dataplane::NetlinkAnswer;
using dataplane::NetlinkMessage;
using dataplane::NetlinkRequest;
using Datagram = std::vector<std::byte>;

struct Part {
  std::uint16_t type = RTM_NEWROUTE;
  int word = 0;  ///< the body: of DONE and ERROR a negative errno
  std::uint16_t flags = 0;
  std::uint32_t sequence = 7;
  int lie = 0;  ///< what is added to the length that the header tells
};

Datagram datagram(const std::vector<Part>& parts) {
  Datagram out;
  for (const Part& part : parts) {
    nlmsghdr header{};
    header.nlmsg_len = static_cast<__u32>(sizeof(header) + sizeof(part.word) + part.lie);
    header.nlmsg_type = part.type;
    header.nlmsg_flags = part.flags;
    header.nlmsg_seq = part.sequence;
    const auto head = std::as_bytes(std::span(&header, 1));
    const auto body = std::as_bytes(std::span(&part.word, 1));
    out.insert(out.end(), head.begin(), head.end());
    out.insert(out.end(), body.begin(), body.end());
  }
  return out;
}

constexpr Part kEnd{.type = NLMSG_DONE};

struct Case {
  const char* name;
  std::vector<Part> parts;
  bool last = false;
  int error = 0;
  bool interrupted = false;
  int taken = 0;
};

TEST(NetlinkRequest, AnswersAreReadToTheirEnd) {
  const Case cases[] = {
      {"goes on", {{}, {}}, false, 0, false, 2},
      {"ends", {{}, kEnd}, true, 0, false, 1},
      {"ends with an error", {{}, {.type = NLMSG_DONE, .word = -ENOMEM}}, true, ENOMEM, false, 1},
      {"error", {{.type = NLMSG_ERROR, .word = -EINVAL}}, true, EINVAL},
      {"error that is none", {{.type = NLMSG_ERROR}}, true, EPERM},
      {"of another request", {{.sequence = 6}, {.type = NLMSG_DONE, .sequence = 6}}},
      {"no-op", {{.type = NLMSG_NOOP}, {}}, false, 0, false, 1},
      {"interrupted", {{.flags = NLM_F_DUMP_INTR}, kEnd}, true, 0, true, 1},
      {"interrupted at the end",
       {{}, {.type = NLMSG_DONE, .flags = NLM_F_DUMP_INTR}},
       true,
       0,
       true,
       1},
      {"longer than the datagram", {{}, {.lie = 1}}, true, EBADMSG, false, 1},
      {"shorter than a header", {{.lie = -5}}, true, EBADMSG},
      {"huge", {{.lie = -21}}, true, EBADMSG},
  };
  for (const Case& c : cases) {
    int taken = 0;
    NetlinkAnswer answer(7, [&](const NetlinkMessage&) { return ++taken > 0; });
    EXPECT_EQ(answer.read({.octets = datagram(c.parts)}), c.last) << c.name;
    EXPECT_EQ(answer.error(), c.error) << c.name;
    EXPECT_EQ(answer.interrupted(), c.interrupted) << c.name;
    EXPECT_EQ(taken, c.taken) << c.name;
  }
}

TEST(NetlinkRequest, AStoppedOneIsNotInterrupted) {
  NetlinkAnswer answer(7, [](const NetlinkMessage&) { return false; });
  EXPECT_TRUE(answer.read({.octets = datagram({{.flags = NLM_F_DUMP_INTR}, {}})}));
  EXPECT_FALSE(answer.interrupted());
  EXPECT_EQ(answer.error(), 0);
}

TEST(NetlinkRequest, ACutDatagramIsAnError) {
  NetlinkAnswer answer(7, [](const NetlinkMessage&) { return true; });
  EXPECT_TRUE(answer.read({.octets = datagram({{}}), .cut = true}));
  EXPECT_EQ(answer.error(), EMSGSIZE);
}

bool go_on(const NetlinkMessage&) { return true; }

TEST(NetlinkRequest, TheErrorOfTheKernelComesOut) {
  ifinfomsg nobody{};
  nobody.ifi_index = 0x7fffffff;
  const struct {
    const char* name;
    NetlinkRequest request;
    int error;
  } rows[] = {
      {"none", NetlinkRequest(RTM_GETLINK, NLM_F_DUMP).header(ifinfomsg{}), 0},
      {"no such dump", NetlinkRequest(RTM_MAX + 1, NLM_F_DUMP).header(rtgenmsg{}), EOPNOTSUPP},
      {"no such link", NetlinkRequest(RTM_GETLINK, 0).header(nobody), ENODEV},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(dataplane::ask_kernel(NETLINK_ROUTE, row.request, {.take = go_on}), row.error)
        << row.name;
  }
}

TEST(NetlinkRequest, AsksForAllOrForOne) {
  int links = 0;
  int starts = 0;
  const auto count = [&](const NetlinkMessage& message) {
    links += message.header.nlmsg_type == RTM_NEWLINK;
    return true;
  };
  const auto dump = NetlinkRequest(RTM_GETLINK, NLM_F_DUMP).header(ifinfomsg{});
  const auto start = [&] { ++starts; };
  EXPECT_EQ(dataplane::ask_kernel(NETLINK_ROUTE, dump, {.take = count, .start = start}), 0);
  EXPECT_GT(links, 0) << "there is lo at least";
  EXPECT_GT(starts, 0);

  ifinfomsg loopback{};
  loopback.ifi_index = 1;
  const auto one = NetlinkRequest(RTM_GETLINK, 0).header(loopback);
  links = 0;
  const auto first = [&](const NetlinkMessage& message) { return !count(message); };
  EXPECT_EQ(dataplane::ask_kernel(NETLINK_ROUTE, one, {.take = first}), 0);
  EXPECT_EQ(links, 1);
}

}  // namespace
}  // namespace sipward::test
