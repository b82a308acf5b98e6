// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/flow_token.h"

#include <gtest/gtest.h>

#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf {
namespace {

const DialogEnds kDialog{.call_id = "call-1", .ue_tag = "ue", .far_tag = "far"};

FlowToken token(TokenKind kind) {
  return {
      .kind = kind, .binding = 0xfedcba98, .user = 0x1122334455667788, .icid = 0xffeeddccbbaa0099};
}

TEST(FlowToken, ReadsWhatItWrote) {
  const FlowTokens tokens(test::seeded(1));
  for (const TokenKind kind : {TokenKind::kPath, TokenKind::kCaller, TokenKind::kCallee}) {
    const std::string text = tokens.write(token(kind), kDialog);
    EXPECT_EQ(
        text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
        std::string::npos)
        << "fits a user part without escapes";
    EXPECT_EQ(tokens.read(text, kDialog), token(kind));
  }
}

TEST(FlowToken, EveryFlippedBitIsSeen) {
  const FlowTokens tokens(test::seeded(1));
  for (const TokenKind kind : {TokenKind::kPath, TokenKind::kCaller}) {
    const std::string text = tokens.write(token(kind), kDialog);
    for (std::size_t at = 0; at < text.size(); ++at) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        std::string forged = text;
        forged[at] = static_cast<char>(forged[at] ^ (1 << bit));
        EXPECT_FALSE(tokens.read(forged, kDialog)) << at << ' ' << bit;
      }
    }
  }
}

TEST(FlowToken, OtherLengthsAreForged) {
  const FlowTokens tokens(test::seeded(1));
  const std::string text = tokens.write(token(TokenKind::kPath));
  for (const std::string& forged :
       {std::string(), text.substr(1), text + "A", text + "==", text.substr(0, text.size() - 1)}) {
    EXPECT_FALSE(tokens.read(forged)) << forged;
  }
}

TEST(FlowToken, OtherKeysMakeOtherTokens) {
  const FlowTokens ours(test::seeded(1));
  const FlowTokens theirs(test::seeded(2));
  EXPECT_FALSE(ours.read(theirs.write(token(TokenKind::kPath))));
  EXPECT_NE(ours.user({"alice@h"}), theirs.user({"alice@h"}));
  EXPECT_NE(ours.user({"alice@h"}), ours.user({"bob@h"}));
  EXPECT_EQ(ours.user({"alice@h"}), ours.user({"alice@h"}));
}

// The initiator's tag is known from the first request on; the other one is not.
TEST(FlowToken, OfADialogIsTiedToCallIdAndInitiator) {
  const FlowTokens tokens(test::seeded(1));
  const struct {
    const char* name;
    TokenKind kind;
    DialogEnds dialog;
    bool accepted;
  } rows[] = {
      {"caller: answer's tag is free", TokenKind::kCaller, {"call-1", "ue", "other"}, true},
      {"caller: own tag is not", TokenKind::kCaller, {"call-1", "other", "far"}, false},
      {"caller: Call-ID is not", TokenKind::kCaller, {"call-2", "ue", "far"}, false},
      {"callee: own tag is free", TokenKind::kCallee, {"call-1", "other", "far"}, true},
      {"callee: caller's tag is not", TokenKind::kCallee, {"call-1", "ue", "other"}, false},
      {"the border between the two", TokenKind::kCaller, {"call-1u", "e", "far"}, false},
      {"path: any dialog", TokenKind::kPath, {"call-2", "x", "y"}, true},
  };
  for (const auto& row : rows) {
    const std::string text = tokens.write(token(row.kind), kDialog);
    EXPECT_EQ(tokens.read(text, row.dialog).has_value(), row.accepted) << row.name;
  }
}

}  // namespace
}  // namespace sipward::pcscf
