// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/xdp_features.h"

#include <linux/genetlink.h>

#include "agent/dataplane/netlink_request.h"

namespace sipward::dataplane {

namespace {

// <linux/netdev.h>; Debian 12's headers are older than the kernels it can run.
constexpr char kFamily[] = "netdev";    // sent with its zero, as the kernel compares it
constexpr std::uint8_t kGetDevice = 1;  // NETDEV_CMD_DEV_GET
constexpr std::uint16_t kIfindex = 1;   // NETDEV_A_DEV_IFINDEX
constexpr std::uint16_t kFeatures = 3;  // NETDEV_A_DEV_XDP_FEATURES

/// The attribute of the one message that answers.
template <class T>
std::optional<T> ask_for(const NetlinkRequest& request, std::uint16_t attribute) {
  std::optional<T> found;
  const auto take = [&](const NetlinkMessage& message) {
    found = read_as<T>(find_attribute(behind(message.body, GENL_HDRLEN), attribute));
    return false;
  };
  ask_kernel(NETLINK_GENERIC, request, {.take = take});
  return found;
}

}  // namespace

std::optional<std::uint64_t> read_xdp_features(std::uint32_t ifindex) {
  NetlinkRequest family(GENL_ID_CTRL, 0);
  family.header(genlmsghdr{.cmd = CTRL_CMD_GETFAMILY, .version = 1, .reserved = 0});
  family.attribute(CTRL_ATTR_FAMILY_NAME, octets_of(kFamily));
  const auto id = ask_for<std::uint16_t>(family, CTRL_ATTR_FAMILY_ID);
  if (!id) return std::nullopt;
  NetlinkRequest device(*id, 0);
  device.header(genlmsghdr{.cmd = kGetDevice, .version = 1, .reserved = 0});
  device.attribute(kIfindex, octets_of(ifindex));
  return ask_for<std::uint64_t>(device, kFeatures);
}

}  // namespace sipward::dataplane
