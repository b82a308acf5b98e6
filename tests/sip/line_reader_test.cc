// SPDX-License-Identifier: Apache-2.0
#include "sip/line_reader.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/sip/message_text.h"

namespace sipward::sip {
namespace {

using test::octet;

struct Reading {
  std::vector<std::string> lines;  ///< header lines before the empty one or the error
  std::optional<ParseError> error;
  std::string rest;  ///< behind the empty line
};

Reading read(std::string text) {
  Reading reading;
  LineReader lines(text);
  for (;;) {
    const auto line = lines.header_line();
    if (!line) {
      reading.error = line.error();
      return reading;
    }
    if (line->text.empty()) break;
    reading.lines.emplace_back(line->text);
  }
  reading.rest = text.substr(lines.position());
  return reading;
}

TEST(LineReader, StopsAtTheEmptyLine) {
  const Reading reading = read("A: 1\r\nB: 2\r\n\r\nbody\n");
  EXPECT_EQ(reading.lines, (std::vector<std::string>{"A: 1", "B: 2"}));
  EXPECT_EQ(reading.rest, "body\n");
}

// RFC 3261 7.3.1: a fold is worth one space.
TEST(LineReader, Unfolds) {
  struct Row {
    const char* text;
    const char* line;
  };
  const Row rows[] = {
      {"A: 1\r\n 2\r\n\r\n", "A: 1 2"},
      {"A: 1 \t\r\n\t \t2\r\n\r\n", "A: 1 2"},
      {"A:\r\n 1\r\n 2\r\n\t3\r\n\r\n", "A: 1 2 3"},
      {"A: \"x\r\n  y\"\r\n\r\n", "A: \"x y\""},
      {"A: 1\r\n B: 2\r\n\r\n", "A: 1 B: 2"},
      {"A: 1\r\n 2 \r\n\r\n", "A: 1 2"},
  };
  for (const Row& row : rows) {
    const Reading reading = read(row.text);
    ASSERT_FALSE(reading.error) << row.text;
    EXPECT_EQ(reading.lines, std::vector<std::string>{row.line}) << row.text;
  }
}

TEST(LineReader, OffsetsAreTheDatagrams) {
  std::string text = "\r\n\r\nSTART\r\nA: 1\r\n  folded\r\nB: 2\r\n\r\n";
  LineReader lines(text);
  EXPECT_EQ(lines.start(), 4U);
  EXPECT_EQ(lines.start_line()->offset, 4U);
  EXPECT_EQ(lines.header_line()->offset, 11U);
  EXPECT_EQ(lines.header_line()->offset, 27U);
}

TEST(LineReader, Refused) {
  using enum ParseErrorCode;
  struct Row {
    const char* name;
    std::string text;
    ParseErrorCode code;
    std::size_t offset;
  };
  const Row rows[] = {
      {"nothing", "", kTruncated, 0},
      {"no line end", "A: 1", kTruncated, 4},
      {"CR at the very end", "A: 1\r", kTruncated, 5},
      {"no empty line", "A: 1\r\n", kTruncated, 6},
      {"ends in a fold", "A: 1\r\n ", kTruncated, 7},
      {"bare LF", "A: 1\nB: 2\r\n\r\n", kBadLineEnd, 4},
      {"bare CR", "A: 1\rB: 2\r\n\r\n", kBadLineEnd, 4},
      {"two CR", "A: 1\r\r\n\r\n", kBadLineEnd, 4},
      {"bare LF as the empty line", "A: 1\r\n\nbody", kBadLineEnd, 6},
      {"bare LF in a folded line", "A: 1\r\n 2\n 3\r\n\r\n", kBadLineEnd, 8},
      {"NUL", "A: 1" + octet(0) + "\r\n\r\n", kBadCharacter, 4},
      {"BEL", "A: 1" + octet(7) + "\r\n\r\n", kBadCharacter, 4},
      {"DEL", "A: 1" + octet(0x7f) + "\r\n\r\n", kBadCharacter, 4},
      {"vertical tab", "A: 1" + octet(0x0b) + "\r\n\r\n", kBadCharacter, 4},
      {"control behind an escaped backslash", "A: \"\\\\" + octet(7) + "\"\r\n\r\n", kBadCharacter,
       6},
      {"begins with a fold", " A: 1\r\n\r\n", kBadFolding, 0},
      {"fold without text", "A: 1\r\n \t \r\n\r\n", kBadFolding, 6},
      {"fold without text between others", "A: 1\r\n 2\r\n \r\n 3\r\n\r\n", kBadFolding, 10},
      {"fold in front of the colon", "A\r\n : 1\r\n\r\n", kNoColon, 0},
  };
  for (const Row& row : rows) {
    const Reading reading = read(row.text);
    ASSERT_TRUE(reading.error) << row.name;
    EXPECT_EQ(reading.error->code, row.code) << row.name;
    EXPECT_EQ(reading.error->offset, row.offset) << row.name;
  }
}

// RFC 3261 25.1: quoted-pair. Whether the field has any is not for this layer to say.
TEST(LineReader, EscapedControlIsNoted) {
  std::string text = "A: \"\\" + octet(0) + "\"\r\nB: 2\r\nC: 1\r\n \"\\" + octet(7) + "\"\r\n\r\n";
  LineReader lines(text);
  EXPECT_TRUE(lines.header_line()->has_escaped_control);
  EXPECT_FALSE(lines.header_line()->has_escaped_control);
  EXPECT_TRUE(lines.header_line()->has_escaped_control);
}

TEST(LineReader, LengthLimit) {
  const auto header_of = [](std::size_t length) {
    return "A:" + std::string(length - 4, 'x') + "\r\n\r\n";  // with its line end
  };
  EXPECT_FALSE(read(header_of(ReaderLimits::kHeaderLength)).error);
  EXPECT_EQ(read(header_of(ReaderLimits::kHeaderLength + 1)).error->code,
            ParseErrorCode::kHeaderTooLong);
  std::string folded = "A: x\r\n";
  while (folded.size() < ReaderLimits::kHeaderLength) folded += " x\r\n";
  EXPECT_EQ(read(folded + "\r\n").error->code, ParseErrorCode::kHeaderTooLong);
}

TEST(LineReader, StartLineIsNeitherFoldedNorEscaped) {
  std::string empty = "\r\n\r\n";
  EXPECT_EQ(LineReader(empty).start_line().error().code, ParseErrorCode::kEmpty);
  std::string escaped = "A \"\\" + octet(7) + "\"\r\n\r\n";
  EXPECT_EQ(LineReader(escaped).start_line().error().code, ParseErrorCode::kBadCharacter);
  std::string folded = "INVITE sip:a@b\r\n SIP/2.0\r\n\r\n";
  LineReader lines(folded);
  EXPECT_EQ(lines.start_line()->text, "INVITE sip:a@b");
  EXPECT_EQ(lines.header_line().error().code, ParseErrorCode::kBadFolding);
}

}  // namespace
}  // namespace sipward::sip
