// SPDX-License-Identifier: Apache-2.0
#include "sip/reader.h"

#include <array>

#include "sip/field_grammar.h"
#include "sip/grammar.h"
#include "sip/header_row.h"
#include "sip/headers.h"
#include "sip/line_reader.h"
#include "sip/start_line.h"

namespace sipward::sip {
namespace {

/// Rows of a usual request: the vector grows at most once.
constexpr std::size_t kUsualRows = 24;

constexpr std::array kMandatory = {Field::kVia, Field::kFrom, Field::kTo, Field::kCallId,
                                   Field::kCSeq};

constexpr bool is_hop_list(Field field) {
  return field == Field::kVia || field == Field::kRoute || field == Field::kRecordRoute ||
         field == Field::kPath;
}

}  // namespace

/// Reads one message, once. A step returns the error that ends it, or nullopt.
class Reader {
 public:
  explicit Reader(std::string datagram)
      : bytes_(message_.arena_.adopt(std::move(datagram))), lines_(bytes_) {}

  Result<Message, ParseError> read() {
    if (bytes_.size() > ReaderLimits::kMessage)
      return error(ParseErrorCode::kTooLong, bytes_.size());
    if (const auto bad = read_start_line()) return *bad;
    if (const auto bad = read_headers()) return *bad;
    if (const auto bad = check_headers()) return *bad;
    if (const auto bad = read_body()) return *bad;
    return std::move(message_);
  }

 private:
  using Error = std::optional<ParseError>;

  static ParseError error(ParseErrorCode code, std::size_t offset, Field field = Field::kUnknown) {
    return {.code = code, .offset = offset, .field = field};
  }

  Error read_start_line() {
    const auto line = lines_.start_line();
    if (!line) return line.error();
    const auto parsed = parse_start_line(line->text, line->offset);
    if (!parsed) return parsed.error();
    message_.status_ = parsed->status;
    message_.reason_ = parsed->reason;
    return message_.is_request() ? read_request_line(*parsed) : std::nullopt;
  }

  Error read_request_line(const StartLine& line) {
    auto uri = parse_uri(line.uri);
    // RFC 3261 19.1.1, table 1: a Request-URI carries no headers.
    if (!uri || !uri->headers.empty()) {
      return error(ParseErrorCode::kBadRequestUri, offset_of(line.uri));
    }
    message_.method_ = parse_method(line.method);
    message_.method_text_ = line.method;
    message_.request_uri_ = std::move(*uri);
    return std::nullopt;
  }

  Error read_headers() {
    message_.headers_.reserve(kUsualRows);
    for (;;) {
      const auto line = lines_.header_line();
      if (!line) return line.error();
      if (line->text.empty()) return std::nullopt;
      const auto row = parse_header_row(line->text, line->offset);
      if (!row) return row.error();
      if (line->has_escaped_control && !may_escape_controls(row->field)) {
        return error(ParseErrorCode::kBadCharacter, line->offset, row->field);
      }
      if (const auto bad = add_row(*row)) return bad;
    }
  }

  Error add_row(const HeaderRow& row) {
    const std::size_t offset = offset_of(row.name);
    const bool again = count(row.field) > 0;
    if (again && field_kind(row.field) == FieldKind::kSingle) {
      return error(ParseErrorCode::kDuplicateHeader, offset, row.field);
    }
    if (row.field == Field::kContentLength) return read_content_length(row);
    if (field_kind(row.field) == FieldKind::kList) return add_list(row);
    return add_value(row, row.value);
  }

  Error read_content_length(const HeaderRow& row) {
    content_length_ = parse_number(row.value);
    ++count(row.field);
    if (content_length_ && *content_length_ <= ReaderLimits::kMessage) return std::nullopt;
    return error(ParseErrorCode::kBadContentLength, offset_of(row.name), row.field);
  }

  Error add_list(const HeaderRow& row) {
    if (row.value.empty()) return add_empty_list(row);
    if (row.value.find(',') == std::string_view::npos) return add_value(row, row.value);
    const auto values = split_comma_list(row.value);
    if (!values) return error(ParseErrorCode::kBadHeader, offset_of(row.name), row.field);
    for (const std::string_view value : *values) {
      if (const auto bad = add_value(row, value)) return bad;
    }
    return std::nullopt;
  }

  /// It stands for a list without elements, and so beside no other row.
  Error add_empty_list(const HeaderRow& row) {
    if (!may_be_empty(row.field) || count(row.field) > 0) {
      return error(ParseErrorCode::kBadHeader, offset_of(row.name), row.field);
    }
    return push(row, row.value);
  }

  Error add_value(const HeaderRow& row, std::string_view value) {
    const bool list_was_empty = count(row.field) == 1 && message_.find(row.field) == "";
    const bool beside_empty = field_kind(row.field) == FieldKind::kList && list_was_empty;
    if (beside_empty || !is_valid_value(row.field, value)) {
      return error(ParseErrorCode::kBadHeader, offset_of(row.name), row.field);
    }
    return push(row, value);
  }

  Error push(const HeaderRow& row, std::string_view value) {
    const std::size_t offset = offset_of(row.name);
    if (message_.headers_.size() == ReaderLimits::kHeaders) {
      return error(ParseErrorCode::kTooManyHeaders, offset, row.field);
    }
    if (is_hop_list(row.field) && count(row.field) == ReaderLimits::kHops) {
      return error(ParseErrorCode::kTooManyHops, offset, row.field);
    }
    ++count(row.field);
    const bool known = row.field != Field::kUnknown;
    message_.headers_.push_back(
        {.field = row.field, .name = known ? field_name(row.field) : row.name, .value = value});
    return std::nullopt;
  }

  /// What can be told only when all headers are known.
  Error check_headers() {
    for (const Field field : kMandatory) {
      if (count(field) == 0) return error(ParseErrorCode::kMissingHeader, lines_.position(), field);
    }
    if (message_.is_request() && cseq_method() != message_.method_text_) {
      return error(ParseErrorCode::kMethodMismatch, offset_of(*message_.find(Field::kCSeq)),
                   Field::kCSeq);
    }
    // RFC 3261 10.2.2: the star stands alone, and only to remove all contacts of a registration.
    const bool may_be_star = message_.method() == Method::kRegister && count(Field::kContact) == 1;
    if (has_star() && !may_be_star) {
      return error(ParseErrorCode::kBadHeader, lines_.start(), Field::kContact);
    }
    return std::nullopt;
  }

  Error read_body() {
    const std::string_view rest(bytes_.data() + lines_.position(),
                                bytes_.size() - lines_.position());
    const std::size_t length = content_length_.value_or(rest.size());
    if (length > rest.size()) {
      return error(ParseErrorCode::kTruncated, bytes_.size(), Field::kContentLength);
    }
    message_.body_ = rest.substr(0, length);
    return std::nullopt;
  }

  std::string_view cseq_method() const {
    const std::string_view value = *message_.find(Field::kCSeq);
    return value.substr(value.find_last_of(" \t") + 1);
  }

  bool has_star() const {
    for (const Header& header : message_.headers_) {
      if (header.field == Field::kContact && header.value == "*") return true;
    }
    return false;
  }

  std::uint16_t& count(Field field) { return counts_[static_cast<std::size_t>(field)]; }
  std::size_t offset_of(std::string_view text) const {
    return static_cast<std::size_t>(text.data() - bytes_.data());
  }

  Message message_;
  std::span<char> bytes_;
  LineReader lines_;
  std::array<std::uint16_t, static_cast<std::size_t>(Field::kUnknown) + 1> counts_{};
  std::optional<std::uint32_t> content_length_;
};

Result<Message, ParseError> parse_message(std::string datagram) {
  return Reader(std::move(datagram)).read();
}

}  // namespace sipward::sip
