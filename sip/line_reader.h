// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "sip/reader.h"

namespace sipward::sip {

/// The lines of a message up to the empty one, checked octet by octet (RFC 3261 7): CRLF is the
/// only line end, and a control octet may stand only behind a backslash, for the quoted-pairs of
/// quoted strings (`Line::has_escaped_control`). Unfolds header lines in place, each fold to one
/// space; what stands before a line is never moved, so offsets are those of the datagram.
class LineReader {
 public:
  struct Line {
    std::string_view text{};  ///< without line end; empty: the end of the header section
    std::size_t offset = 0;
    bool has_escaped_control = false;
  };

  /// Leading CRLFs are skipped (RFC 3261 7.5).
  explicit LineReader(std::span<char> message);

  Result<Line, ParseError> start_line();
  Result<Line, ParseError> header_line();
  /// Where the next line begins; after the empty one, the body.
  [[nodiscard]] std::size_t position() const { return next_; }
  [[nodiscard]] std::size_t start() const { return start_; }

 private:
  /// The octets up to the next line end, which is left behind.
  std::optional<ParseError> scan_line(Line& line);
  std::optional<ParseError> unfold(Line& line);
  [[nodiscard]] bool at_white_space() const;
  [[nodiscard]] ParseError error(ParseErrorCode code, std::size_t offset) const;

  std::span<char> bytes_;
  std::size_t start_ = 0;
  std::size_t next_ = 0;
};

}  // namespace sipward::sip
