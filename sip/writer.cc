// SPDX-License-Identifier: Apache-2.0
#include "sip/writer.h"

#include <array>
#include <charconv>

namespace sipward::sip {
namespace {

constexpr std::string_view kVersion = "SIP/2.0";
constexpr std::string_view kLineEnd = "\r\n";
/// More than the start line's fixed parts and the Content-Length row need.
constexpr std::size_t kOverhead = 64;

std::size_t size_estimate(const Message& message) {
  std::size_t size = kOverhead + message.method_text().size() + message.reason().size() +
                     message.request_uri().user.size() + message.request_uri().host.size() +
                     message.body().size();
  for (const Header& header : message.headers()) {
    size += header.name.size() + header.value.size() + 4;  // ": " and the line end
  }
  return size;
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
  out.append(digits.begin(), end);
}

void append_start_line(std::string& out, const Message& message) {
  if (message.is_request()) {
    out.append(message.method_text()).append(" ");
    append_uri(out, message.request_uri());
    out.append(" ").append(kVersion);
  } else {
    out.append(kVersion).append(" ");
    append_number(out, static_cast<std::size_t>(message.status()));
    out.append(" ").append(message.reason());
  }
  out.append(kLineEnd);
}

void append_header(std::string& out, const Header& header) {
  out.append(header.name).append(header.value.empty() ? ":" : ": ");
  out.append(header.value).append(kLineEnd);
}

}  // namespace

std::string write_message(const Message& message) {
  std::string out;
  out.reserve(size_estimate(message));
  append_start_line(out, message);
  for (const Header& header : message.headers()) {
    if (header.field != Field::kContentLength) append_header(out, header);
  }
  out.append(field_name(Field::kContentLength)).append(": ");
  append_number(out, message.body().size());
  out.append(kLineEnd).append(kLineEnd).append(message.body());
  return out;
}

}  // namespace sipward::sip
