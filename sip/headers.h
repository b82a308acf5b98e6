// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/message.h"
#include "sip/name_addr.h"
#include "sip/via.h"

/// Typed views of a message's headers: each reads the row when it is asked for. For a message that
/// the reader made, an absent value means an absent header.
namespace sipward::sip {

struct CSeq {
  std::uint32_t number = 0;  ///< below 2^31 (RFC 3261 8.1.1.5)
  std::string method;
  [[nodiscard]] std::string text() const;
};
[[nodiscard]] std::optional<CSeq> parse_cseq(std::string_view text);

/// Digits only, at most 2^32 - 1.
[[nodiscard]] std::optional<std::uint32_t> parse_number(std::string_view text);

[[nodiscard]] std::optional<Via> top_via(const Message& message);
[[nodiscard]] std::optional<CSeq> cseq(const Message& message);
[[nodiscard]] std::optional<NameAddr> from(const Message& message);
[[nodiscard]] std::optional<NameAddr> to(const Message& message);
[[nodiscard]] std::string_view call_id(const Message& message);
[[nodiscard]] std::optional<std::string> from_tag(const Message& message);
[[nodiscard]] std::optional<std::string> to_tag(const Message& message);
/// All name-addr values of a list field (Contact without `*`, Route, Path, ...), in order.
[[nodiscard]] std::vector<NameAddr> name_addrs(const Message& message, Field field);
[[nodiscard]] std::optional<NameAddr> first_name_addr(const Message& message, Field field);
[[nodiscard]] std::optional<std::uint32_t> number(const Message& message, Field field);
/// Whether an option tag or token stands in a list field (Supported, Require, ...), any case.
[[nodiscard]] bool has_token(const Message& message, Field field, std::string_view token);
/// True for `Contact: *`.
[[nodiscard]] bool has_contact_star(const Message& message);

/// A response to the request (RFC 3261 8.2.6): Via, From, To, Call-ID, CSeq copied; a To tag is
/// added unless the status is 100, the request has one, or `to_tag` is empty.
[[nodiscard]] Message make_response(const Message& request, int status,
                                    std::string_view to_tag = {}, std::string_view reason = {});

}  // namespace sipward::sip
