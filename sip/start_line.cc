// SPDX-License-Identifier: Apache-2.0
#include "sip/start_line.h"

#include <algorithm>

#include "sip/grammar.h"

namespace sipward::sip {
namespace {

constexpr std::string_view kVersion = "SIP/2.0";
constexpr std::string_view kProtocol = "SIP/";

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

/// SIP-Version of any number (RFC 3261 25.1); the protocol's name is of any case.
bool is_version(std::string_view text) {
  if (!iequals(text.substr(0, kProtocol.size()), kProtocol)) return false;
  const std::string_view number = text.substr(kProtocol.size());
  const std::size_t dot = number.find('.');
  return dot != std::string_view::npos && is_digits(number.substr(0, dot)) &&
         is_digits(number.substr(dot + 1));
}

class StartLineParser {
 public:
  StartLineParser(std::string_view line, std::size_t offset) : line_(line), offset_(offset) {}

  Result<StartLine, ParseError> parse() const {
    const bool is_status_line = iequals(line_.substr(0, kProtocol.size()), kProtocol);
    auto parsed = is_status_line ? status_line() : request_line();
    if (parsed && !iequals(parsed->version, kVersion)) {
      return error(ParseErrorCode::kBadVersion, parsed->version);
    }
    return parsed;
  }

 private:
  ParseError error(ParseErrorCode code, std::string_view where) const {
    return {.code = code,
            .offset = offset_ + static_cast<std::size_t>(where.data() - line_.data())};
  }

  Result<StartLine, ParseError> request_line() const {
    const std::size_t first = line_.find(' ');
    const std::size_t last = line_.rfind(' ');
    if (first == last) return error(ParseErrorCode::kBadStartLine, line_);
    const StartLine parsed{.method = line_.substr(0, first),
                           .uri = line_.substr(first + 1, last - first - 1),
                           .version = line_.substr(last + 1)};
    if (!is_version(parsed.version)) return error(ParseErrorCode::kBadStartLine, parsed.version);
    if (!is_token(parsed.method)) return error(ParseErrorCode::kBadMethod, parsed.method);
    if (parsed.uri.empty() || parsed.uri.find_first_of(" \t") != std::string_view::npos) {
      return error(ParseErrorCode::kBadRequestUri, parsed.uri);
    }
    return parsed;
  }

  Result<StartLine, ParseError> status_line() const {
    const std::size_t first = line_.find(' ');
    const std::size_t second = first == std::string_view::npos ? first : line_.find(' ', first + 1);
    if (second == std::string_view::npos) return error(ParseErrorCode::kBadStartLine, line_);
    const std::string_view code = line_.substr(first + 1, second - first - 1);
    StartLine parsed{.version = line_.substr(0, first), .reason = line_.substr(second + 1)};
    if (!is_version(parsed.version)) return error(ParseErrorCode::kBadStartLine, line_);
    if (code.size() != 3 || !is_digits(code) || code[0] < '1' || code[0] > '6') {
      return error(ParseErrorCode::kBadStatus, code);
    }
    parsed.status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
    return parsed;
  }

  std::string_view line_;
  std::size_t offset_;
};

}  // namespace

Result<StartLine, ParseError> parse_start_line(std::string_view line, std::size_t offset) {
  return StartLineParser(line, offset).parse();
}

}  // namespace sipward::sip
