// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/ims/identity.h"
#include "agent/pcscf/flag.h"
#include "sip/auth.h"
#include "sip/message.h"
#include "sip/name_addr.h"
#include "sip/result.h"

namespace sipward::pcscf {

/// Who registers what, as the REGISTER claims it.
struct Registrant {
  ims::Impi impi;  ///< Digest username; derived from To without credentials (TS 33.203 P.6)
  ims::Impu aor;   ///< To
  std::optional<sip::Credentials> credentials = {};
  bool forged_flag = false;  ///< it carried `integrity-protected`
  std::vector<sip::NameAddr> contacts = {};
  std::string call_id = {};
  std::uint32_t cseq = 0;
  /// RFC 5626 4.2: reg-id, instance and Supported: outbound, and the UE itself is the previous hop.
  bool outbound = false;
  std::string instance = {};  ///< +sip.instance, empty if none
  std::uint32_t reg_id = 0;   ///< 0 if none
  bool removes = false;       ///< nothing but zero lifetimes or `*`
};

enum class RegistrantError : std::uint8_t {
  kNoIdentity,      ///< To is no public identity, or username is empty
  kBadCredentials,  ///< Digest that does not parse, or hides a flag in another value
  kTwoCredentials,  ///< two readers could take it for two users
  kBadContact,
};
[[nodiscard]] std::string_view describe(RegistrantError error);

[[nodiscard]] sip::Result<Registrant, RegistrantError> read_registrant(const sip::Message& request);

/// Rewrites the Digest credentials of the REGISTER: without what the UE put into
/// `integrity-protected` (TS 33.203 P.3), with ours. Credentials of another scheme stay as they are
/// unless they speak of the flag: then they go. Without credentials none are invented.
void write_flag(sip::Message& request, Flag flag);

/// Whether two contacts are one to the registrar: instance and reg-id if both have them (RFC 5626
/// 6), else the URI.
[[nodiscard]] bool same_contact(const sip::NameAddr& a, const sip::NameAddr& b);

}  // namespace sipward::pcscf
