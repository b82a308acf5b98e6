// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sip/reader.h"

namespace sipward::sip::test {

/// The text of a message, line by line: it begins as a request in which everything is right, and a
/// test changes what it is about.
class MessageText {
 public:
  MessageText() = default;
  explicit MessageText(std::string start_line) : start_(std::move(start_line)) {}

  static MessageText response() { return MessageText("SIP/2.0 200 OK").without("Max-Forwards"); }

  MessageText with_start(std::string start_line) && {
    start_ = std::move(start_line);
    return std::move(*this);
  }
  /// The line of this name replaced; at the end if there was none.
  MessageText with(std::string_view name, std::string line) && {
    const auto found = find(name);
    if (found == lines_.end()) {
      lines_.push_back(std::move(line));
    } else {
      *found = std::move(line);
    }
    return std::move(*this);
  }
  MessageText plus(std::string line) && {
    lines_.push_back(std::move(line));
    return std::move(*this);
  }
  MessageText without(std::string_view name) && {
    const auto found = find(name);
    if (found != lines_.end()) lines_.erase(found);
    return std::move(*this);
  }
  MessageText with_body(std::string body) && {
    body_ = std::move(body);
    return std::move(*this);
  }

  [[nodiscard]] std::string str() const {
    std::string out = start_ + "\r\n";
    for (const std::string& line : lines_) out += line + "\r\n";
    return out + "\r\n" + body_;
  }

 private:
  std::vector<std::string>::iterator find(std::string_view name) {
    return std::ranges::find_if(
        lines_, [&](const std::string& line) { return line.starts_with(std::string(name) + ":"); });
  }

  std::string start_ = "OPTIONS sip:bob@home1.example SIP/2.0";
  std::vector<std::string> lines_ = {
      "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKa1",
      "Max-Forwards: 70",
      "From: <sip:alice@home1.example>;tag=a",
      "To: <sip:bob@home1.example>",
      "Call-ID: 1@192.0.2.10",
      "CSeq: 7 OPTIONS",
  };
  std::string body_;
};

/// The message, which must parse: else the test ends here.
inline Message parsed(const MessageText& text) {
  auto message = parse_message(text.str());
  if (!message) throw std::invalid_argument(message.error().describe() + " in\n" + text.str());
  return std::move(*message);
}

/// An octet of any value inside a text.
inline std::string octet(int value) { return std::string(1, static_cast<char>(value)); }

}  // namespace sipward::sip::test
