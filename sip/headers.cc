// SPDX-License-Identifier: Apache-2.0
#include "sip/headers.h"

#include <algorithm>
#include <charconv>

#include "sip/grammar.h"

namespace sipward::sip {
namespace {

/// RFC 3261 8.1.1.5: the sequence number must be expressible in 31 bits.
constexpr std::uint32_t kCSeqEnd = 1U << 31;

constexpr Field kCopiedToResponses[] = {Field::kVia, Field::kFrom, Field::kTo, Field::kCallId,
                                        Field::kCSeq};

std::optional<std::string> tag_of(const std::optional<NameAddr>& address) {
  if (!address) return std::nullopt;
  const auto tag = address->params.value("tag");
  return tag ? std::optional<std::string>(*tag) : std::nullopt;
}

void tag_response(Message& response, std::string_view to_tag) {
  const auto value = response.find(Field::kTo);
  if (!value || sip::to_tag(response)) return;
  response.set_first(Field::kTo, std::string(*value).append(";tag=").append(to_tag));
}

}  // namespace

std::string CSeq::text() const { return std::to_string(number) + " " + method; }

std::optional<CSeq> parse_cseq(std::string_view text) {
  const std::size_t space = text.find_first_of(" \t");
  if (space == std::string_view::npos) return std::nullopt;
  const auto number = parse_number(text.substr(0, space));
  const std::string_view method = trim(text.substr(space));
  if (!number || *number >= kCSeqEnd || !is_token(method)) return std::nullopt;
  return CSeq{.number = *number, .method = std::string(method)};
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::optional<Via> top_via(const Message& message) {
  const auto value = message.find(Field::kVia);
  if (!value) return std::nullopt;
  auto via = parse_via(*value);
  if (!via) return std::nullopt;
  return std::move(*via);
}

std::optional<CSeq> cseq(const Message& message) {
  const auto value = message.find(Field::kCSeq);
  return value ? parse_cseq(*value) : std::nullopt;
}

std::optional<NameAddr> from(const Message& message) {
  return first_name_addr(message, Field::kFrom);
}

std::optional<NameAddr> to(const Message& message) { return first_name_addr(message, Field::kTo); }

std::string_view call_id(const Message& message) {
  return message.find(Field::kCallId).value_or(std::string_view{});
}

std::optional<std::string> from_tag(const Message& message) { return tag_of(from(message)); }

std::optional<std::string> to_tag(const Message& message) { return tag_of(to(message)); }

std::vector<NameAddr> name_addrs(const Message& message, Field field) {
  std::vector<NameAddr> addresses;
  for (const Header& header : message.headers()) {
    if (header.field != field || header.value == "*") continue;
    if (auto address = parse_name_addr(header.value)) addresses.push_back(std::move(*address));
  }
  return addresses;
}

std::optional<NameAddr> first_name_addr(const Message& message, Field field) {
  const auto value = message.find(field);
  if (!value) return std::nullopt;
  auto address = parse_name_addr(*value);
  if (!address) return std::nullopt;
  return std::move(*address);
}

std::optional<std::uint32_t> number(const Message& message, Field field) {
  const auto value = message.find(field);
  return value ? parse_number(*value) : std::nullopt;
}

bool has_token(const Message& message, Field field, std::string_view token) {
  return std::ranges::any_of(message.headers(), [&](const Header& header) {
    return header.field == field && iequals(header.value, token);
  });
}

bool has_contact_star(const Message& message) { return message.find(Field::kContact) == "*"; }

Message make_response(const Message& request, int status, std::string_view to_tag,
                      std::string_view reason) {
  Message response = Message::response(status, reason);
  for (const Field field : kCopiedToResponses) {
    for (const std::string_view value : request.all(field)) response.add(field, value);
  }
  if (status != 100 && !to_tag.empty()) tag_response(response, to_tag);
  return response;
}

}  // namespace sipward::sip
