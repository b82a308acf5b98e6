// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/ims/identity.h"
#include "sip/time.h"

namespace sipward::pcscf {

/// What a flow token was made for.
enum class TokenKind : std::uint8_t {
  kPath = 1,    ///< in Path: names the flow of a registration
  kCaller = 2,  ///< in Record-Route: our UE set the dialog up
  kCallee = 3,  ///< in Record-Route: the dialog was set up toward our UE
};

struct FlowToken {
  TokenKind kind = TokenKind::kPath;
  std::uint32_t binding = 0;  ///< id of the row
  std::uint64_t user = 0;     ///< keyed hash of the row's IMPI
  std::uint64_t icid = 0;     ///< charging identity of the dialog; 0 in Path
  bool operator==(const FlowToken&) const = default;
};

/// The dialog of a request as our UE's side sees it.
struct DialogEnds {
  std::string_view call_id;
  std::string_view ue_tag;   ///< empty while unknown
  std::string_view far_tag;  ///< empty while unknown
};

/// Makes and checks the user part of our Path and Record-Route URIs (RFC 5626 5.2): base64url of
/// the token and an HMAC-SHA256 over it, cut to 128 bits.
///
/// A Path token leads to its row and user and to nobody else. A Record-Route token is also tied to
/// the Call-ID and to the tag of whoever set the dialog up, so that a request inside a dialog
/// proves without stored state whose dialog it is. It names no address: the far side may read it.
class FlowTokens {
 public:
  explicit FlowTokens(const sip::RandomSource& random);

  [[nodiscard]] std::string write(const FlowToken& token, const DialogEnds& dialog = {}) const;
  /// nullopt for a text that `write` did not make, octet by octet, for this dialog.
  [[nodiscard]] std::optional<FlowToken> read(std::string_view text,
                                              const DialogEnds& dialog = {}) const;
  [[nodiscard]] std::uint64_t user(const ims::Impi& impi) const;

 private:
  std::array<std::uint8_t, 32> key_{};
};

}  // namespace sipward::pcscf
