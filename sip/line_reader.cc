// SPDX-License-Identifier: Apache-2.0
#include "sip/line_reader.h"

#include <algorithm>
#include <array>

#include "sip/grammar.h"

namespace sipward::sip {
namespace {

constexpr std::array<bool, 256> make_control_table() {
  std::array<bool, 256> table{};
  for (std::size_t octet = 0; octet < 0x20; ++octet) table[octet] = octet != '\t';
  table[0x7f] = true;
  return table;
}

constexpr std::array<bool, 256> kControl = make_control_table();

std::string_view trim_end(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// The octet at the end of `before` is a backslash that is not itself escaped.
bool ends_with_escape(std::string_view before) {
  const std::size_t last = before.find_last_not_of('\\');
  const std::size_t run = before.size() - (last == std::string_view::npos ? 0 : last + 1);
  return run % 2 == 1;
}

}  // namespace

LineReader::LineReader(std::span<char> message) : bytes_(message) {
  while (bytes_.size() - start_ >= 2 && bytes_[start_] == '\r' && bytes_[start_ + 1] == '\n') {
    start_ += 2;
  }
  next_ = start_;
}

ParseError LineReader::error(ParseErrorCode code, std::size_t offset) const {
  return {.code = code, .offset = std::min(offset, bytes_.size())};
}

bool LineReader::at_white_space() const { return next_ < bytes_.size() && is_space(bytes_[next_]); }

std::optional<ParseError> LineReader::scan_line(Line& line) {
  const std::size_t begin = next_;
  std::size_t at = begin;
  for (;; ++at) {
    while (at < bytes_.size() && !kControl[static_cast<unsigned char>(bytes_[at])]) ++at;
    line.text = {bytes_.data() + begin, at - begin};
    if (at == bytes_.size()) return error(ParseErrorCode::kTruncated, at);
    if (bytes_[at] == '\r' || bytes_[at] == '\n') break;
    if (!ends_with_escape(line.text)) return error(ParseErrorCode::kBadCharacter, at);
    line.has_escaped_control = true;
  }
  if (bytes_[at] == '\n') return error(ParseErrorCode::kBadLineEnd, at);
  if (at + 1 == bytes_.size()) return error(ParseErrorCode::kTruncated, at + 1);
  if (bytes_[at + 1] != '\n') return error(ParseErrorCode::kBadLineEnd, at);
  next_ = at + 2;
  return std::nullopt;
}

Result<LineReader::Line, ParseError> LineReader::start_line() {
  Line line{.offset = next_};
  if (next_ == bytes_.size()) return error(ParseErrorCode::kEmpty, next_);
  if (const auto bad = scan_line(line)) return *bad;
  if (line.has_escaped_control) return error(ParseErrorCode::kBadCharacter, line.offset);
  if (line.text.size() > ReaderLimits::kHeaderLength) {
    return error(ParseErrorCode::kHeaderTooLong, line.offset);
  }
  return line;
}

Result<LineReader::Line, ParseError> LineReader::header_line() {
  Line line{.offset = next_};
  if (at_white_space()) return error(ParseErrorCode::kBadFolding, next_);
  if (const auto bad = scan_line(line)) return *bad;
  if (!line.text.empty() && at_white_space()) {
    if (const auto bad = unfold(line)) return *bad;
  }
  if (next_ - line.offset > ReaderLimits::kHeaderLength) {
    return error(ParseErrorCode::kHeaderTooLong, line.offset);
  }
  return line;
}

std::optional<ParseError> LineReader::unfold(Line& line) {
  // A fold before the colon is none of HCOLON's white space (RFC 3261 25.1).
  if (line.text.find(':') == std::string_view::npos) {
    return error(ParseErrorCode::kNoColon, line.offset);
  }
  char* const begin = bytes_.data() + line.offset;
  char* end = begin + trim_end(line.text).size();
  while (at_white_space()) {
    Line part;
    const std::size_t offset = next_;
    if (const auto bad = scan_line(part)) return bad;
    const std::string_view text = trim(part.text);
    if (text.empty()) return error(ParseErrorCode::kBadFolding, offset);
    *end++ = ' ';
    end = std::copy(text.begin(), text.end(), end);
    line.has_escaped_control |= part.has_escaped_control;
  }
  line.text = {begin, static_cast<std::size_t>(end - begin)};
  return std::nullopt;
}

}  // namespace sipward::sip
