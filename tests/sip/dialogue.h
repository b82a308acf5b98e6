// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sip/message.h"
#include "sip/outgoing.h"
#include "sip/proxy.h"
#include "sip/time.h"
#include "sip/transactions.h"

/// The words in which the tests of the transaction layer and the proxy are written.
namespace sipward::sip::dialogue {

inline constexpr Time kStart{std::chrono::hours(1)};

/// `remote` and `local` as `192.0.2.1:5060`.
[[nodiscard]] Flow udp(std::string_view remote, std::string_view local = "192.0.2.10:5060");
[[nodiscard]] Flow tcp(std::string_view remote, std::string_view local = "192.0.2.10:5060");
[[nodiscard]] Flow internal();

struct RequestSpec {
  std::string method = "INVITE";
  std::string via = "SIP/2.0/UDP 203.0.113.7:5060;branch=z9hG4bK-a1;rport";
  std::string to = "<sip:bob@example.net>";
  std::string call_id = "call-1";
  std::string max_forwards = "70";  ///< empty: no such header
};
[[nodiscard]] Message request(const RequestSpec& spec = {});
/// With the request's Vias; `to_tag` empty: none is added.
[[nodiscard]] Message response(const Message& request, int status, std::string_view to_tag = "b");

/// What a socket would be given, read again; the message has to be there.
[[nodiscard]] Message read(const Outgoing& outgoing);

/// `INVITE > 192.0.2.20:5060`, `180 INVITE > 203.0.113.7:5060`: one per message, in order. Empties
/// the outbox.
std::vector<std::string> drain(Outbox& out);

/// `INVITE #1`, `ACK #0`, `CANCEL of #1`, `180 for #2`, `timeout of #2`. Empties the list.
std::vector<std::string> drain(TransactionEvents& events);
/// `INVITE #1`, `180 for #1`, `done #1`. Empties the list.
std::vector<std::string> drain(ProxyEvents& events);

using Lines = std::vector<std::string>;

}  // namespace sipward::sip::dialogue
