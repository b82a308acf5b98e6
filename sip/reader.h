// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sip/message.h"
#include "sip/result.h"

namespace sipward::sip {

/// What the reader accepts at most. Each exceeded limit is an error of its own.
struct ReaderLimits {
  static constexpr std::size_t kMessage = 65'535;
  static constexpr std::size_t kHeaders = 128;  ///< rows, after lists are split
  static constexpr std::size_t kHeaderLength = 8'192;
  static constexpr std::size_t kHops = 32;  ///< Via, Route, Record-Route, Path rows each
};

// clang-format off
/// id, status of the answer to a request, what is wrong.
#define SIPWARD_SIP_PARSE_ERRORS(X)                                                        \
  X(kEmpty, 400, "no start line")                                                          \
  X(kTooLong, 513, "message is longer than 65535 octets")                                  \
  X(kBadLineEnd, 400, "bare CR or LF in the header section")                               \
  X(kBadCharacter, 400, "control octet in the header section")                             \
  X(kBadStartLine, 400, "start line is neither a request line nor a status line")          \
  X(kBadMethod, 400, "method is not a token")                                              \
  X(kBadRequestUri, 400, "Request-URI does not parse")                                     \
  X(kBadVersion, 505, "SIP version is not 2.0")                                            \
  X(kBadStatus, 400, "status code is not 100-699")                                         \
  X(kBadFolding, 400, "folded line where none can be, or one without text")                \
  X(kNoColon, 400, "header line without a colon")                                          \
  X(kBadHeaderName, 400, "header name is not a token")                                     \
  X(kTooManyHeaders, 513, "more than 128 header rows")                                     \
  X(kHeaderTooLong, 513, "start line or header is longer than 8192 octets")                \
  X(kTooManyHops, 513, "more than 32 rows of Via, Route, Record-Route or Path")            \
  X(kMissingHeader, 400, "mandatory header is missing")                                    \
  X(kDuplicateHeader, 400, "header that may stand once stands twice")                      \
  X(kBadHeader, 400, "header does not parse")                                              \
  X(kMethodMismatch, 400, "method is not the request's")                                   \
  X(kTruncated, 400, "header section or body ends too early")                              \
  X(kBadContentLength, 400, "length does not parse or does not fit")
// clang-format on

enum class ParseErrorCode : std::uint8_t {
#define SIPWARD_SIP_PARSE_ERROR_ID(id, status, text) id,
  SIPWARD_SIP_PARSE_ERRORS(SIPWARD_SIP_PARSE_ERROR_ID)
#undef SIPWARD_SIP_PARSE_ERROR_ID
};

/// Why a message was refused, and where: octet offset into the datagram, and the header if one is
/// to blame.
struct ParseError {
  ParseErrorCode code = ParseErrorCode::kEmpty;
  std::size_t offset = 0;
  Field field = Field::kUnknown;

  [[nodiscard]] int status() const;             ///< 400, 505, 513
  [[nodiscard]] std::string_view text() const;  ///< what is wrong
  /// `CSeq: header does not parse (octet 214)`
  [[nodiscard]] std::string describe() const;
};

/// Reads one message from one datagram (RFC 3261 7, 18.3): leading CRLFs are skipped; without
/// Content-Length the body ends with the datagram; octets after the body are dropped from it.
/// Strict: what two readers could read two ways is refused.
Result<Message, ParseError> parse_message(std::string datagram);

/// The answer to a request that did not parse, if its Via, From, To, Call-ID and CSeq can be told
/// without doubt and it is no ACK: the error's status with a reason phrase that names the header.
std::optional<Message> make_rejection(std::string_view datagram, const ParseError& error);

}  // namespace sipward::sip
