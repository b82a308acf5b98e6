// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/ethtool.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>

#include "agent/dataplane/descriptor.h"

namespace sipward::dataplane {

namespace {

/// One ETHTOOL_G... question; `data` begins with its number.
template <class T>
bool ask_driver(int socket, const std::string& interface, T& data) {
  ifreq request{};
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_data = reinterpret_cast<char*>(&data);
  return ::ioctl(socket, SIOCETHTOOL, &request) == 0;
}

}  // namespace

DriverFacts read_driver(const std::string& interface) {
  DriverFacts facts;
  const Descriptor socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!socket) return facts;
  ethtool_drvinfo info{};
  info.cmd = ETHTOOL_GDRVINFO;
  if (ask_driver(socket.get(), interface, info)) {
    facts.driver.assign(info.driver, ::strnlen(info.driver, sizeof(info.driver)));
  }
  ethtool_channels channels{};
  channels.cmd = ETHTOOL_GCHANNELS;
  if (ask_driver(socket.get(), interface, channels)) {
    facts.channels = {.tx = channels.tx_count + channels.combined_count,
                      .max_tx = channels.max_tx + channels.max_combined};
  }
  ethtool_value flags{};
  flags.cmd = ETHTOOL_GFLAGS;
  if (ask_driver(socket.get(), interface, flags)) {
    facts.lro = (flags.data & ETH_FLAG_LRO) != 0;
    facts.strips_vlan_tags = (flags.data & ETH_FLAG_RXVLAN) != 0;
  }
  return facts;
}

}  // namespace sipward::dataplane
