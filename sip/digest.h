// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sipward::sip {

/// RFC 7616 / RFC 8760, in ascending strength. -sess variants are not for IMS.
enum class DigestAlgorithm : std::uint8_t { kMd5, kSha256, kSha512_256 };

[[nodiscard]] std::string_view algorithm_name(DigestAlgorithm algorithm);             ///< "SHA-256"
[[nodiscard]] std::optional<DigestAlgorithm> parse_algorithm(std::string_view text);  ///< any case

/// Lower-case hex of the hash of `text`.
[[nodiscard]] std::string digest_hex(DigestAlgorithm algorithm, std::string_view text);

/// H(A1) = H(username:realm:password) in lower-case hex.
[[nodiscard]] std::string digest_ha1(DigestAlgorithm algorithm, std::string_view username,
                                     std::string_view realm, std::string_view password);

struct DigestInput {
  DigestAlgorithm algorithm = DigestAlgorithm::kMd5;
  std::string_view ha1;  ///< lower-case hex
  std::string_view nonce;
  std::string_view nc;  ///< eight hex digits as sent
  std::string_view cnonce;
  std::string_view method;  ///< empty for rspauth
  std::string_view uri;
};

/// The `response` for qop=auth (RFC 7616 3.4.1), lower-case hex. With an empty method: `rspauth`
/// (3.5).
[[nodiscard]] std::string digest_response(const DigestInput& input);

/// Takes the same time wherever the two differ; false at once if the lengths do.
[[nodiscard]] bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace sipward::sip
