// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>

#include "sip/field_grammar.h"
#include "sip/grammar.h"
#include "sip/header_row.h"
#include "sip/headers.h"
#include "sip/keyed_hash.h"
#include "sip/line_reader.h"

namespace sipward::sip {
namespace {

constexpr std::array kCopied = {Field::kVia, Field::kFrom, Field::kTo, Field::kCallId,
                                Field::kCSeq};
constexpr std::string_view kProtocol = "SIP/";

/// What a start line says that was perhaps refused: the first word and the last.
struct Sketch {
  std::string_view method{};
  std::string_view version{};
};

std::optional<Sketch> sketch_request_line(std::string_view line) {
  line = trim(line);
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == last) return std::nullopt;
  const Sketch sketch{.method = line.substr(0, first), .version = line.substr(last + 1)};
  if (!is_token(sketch.method) || !iequals(sketch.version.substr(0, kProtocol.size()), kProtocol)) {
    return std::nullopt;
  }
  return sketch;
}

/// A sequence number out of range is no reason for silence: the answer carries it as it came.
bool is_cseq_shaped(std::string_view value) {
  const std::size_t space = std::min(value.find_first_of(" \t"), value.size());
  const std::string_view number = value.substr(0, space);
  return !number.empty() && std::ranges::all_of(number, is_digit) &&
         is_token(trim(value.substr(space)));
}

/// A request of another version has a Via of that version (RFC 3261 8.2, RFC 4475 3.1.2.16).
bool is_via_of(std::string_view version, std::string_view value) {
  if (is_valid_value(Field::kVia, value)) return true;
  if (!value.starts_with(version)) return false;
  return is_valid_value(Field::kVia, std::string("SIP/2.0").append(value.substr(version.size())));
}

/// The headers that an answer copies, of a request that was refused.
class Rejection {
 public:
  Rejection(std::string_view version, Message response)
      : version_(version), response_(std::move(response)) {}

  /// False: the row leaves a doubt.
  bool take(const HeaderRow& row) {
    if (row.field == Field::kVia) return take_vias(row.value);
    if (std::ranges::find(kCopied, row.field) == kCopied.end()) return true;
    const bool reads = row.field == Field::kCSeq ? is_cseq_shaped(row.value)
                                                 : is_valid_value(row.field, row.value);
    if (!reads || response_.has(row.field)) return false;
    response_.add(row.field, row.value);
    return true;
  }

  std::optional<Message> finish() && {
    for (const Field field : kCopied) {
      if (!response_.has(field)) return std::nullopt;
    }
    if (!to_tag(response_)) {
      const std::string_view to = *response_.find(Field::kTo);
      response_.set(Field::kTo, std::string(to).append(";tag=").append(stateless_tag()));
    }
    return std::move(response_);
  }

 private:
  bool take_vias(std::string_view list) {
    const auto values = split_comma_list(list);
    if (!values) return false;
    for (const std::string_view value : *values) {
      const bool full = response_.headers().size() == ReaderLimits::kHeaders;
      if (full || !is_via_of(version_, value)) return false;
      response_.add(Field::kVia, value);
    }
    return true;
  }

  /// RFC 3261 8.2.7: the same request gets the same tag, though nothing is kept of it.
  std::string stateless_tag() const {
    std::string key;
    for (const Header& header : response_.headers()) key.append(header.value).append("\n");
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), keyed_hash(key), 16).ptr;
    return {digits.begin(), end};
  }

  std::string_view version_;
  Message response_;
};

std::string reason_of(const ParseError& error) {
  std::string reason(reason_phrase(error.status()));
  reason.append(" (");
  if (error.field != Field::kUnknown) reason.append(field_name(error.field)).append(": ");
  return reason.append(error.text()).append(")");
}

}  // namespace

std::optional<Message> make_rejection(std::string_view datagram, const ParseError& error) {
  std::string bytes(datagram.substr(0, ReaderLimits::kMessage));
  LineReader lines(bytes);
  const auto start = lines.start_line();
  if (!start) return std::nullopt;
  const auto sketch = sketch_request_line(start->text);
  if (!sketch || sketch->method == method_name(Method::kAck)) return std::nullopt;
  Rejection rejection(sketch->version, Message::response(error.status(), reason_of(error)));
  for (;;) {
    const auto line = lines.header_line();
    if (!line) return std::nullopt;
    if (line->text.empty()) return std::move(rejection).finish();
    const auto row = parse_header_row(line->text, line->offset);
    if (row && !rejection.take(*row)) return std::nullopt;
  }
}

}  // namespace sipward::sip
