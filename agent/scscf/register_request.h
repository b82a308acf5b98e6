// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/ims/identity.h"
#include "agent/scscf/config.h"
#include "sip/message.h"
#include "sip/name_addr.h"
#include "sip/result.h"

namespace sipward::scscf {

/// The P-CSCF's word on the REGISTER's source, `integrity-protected` (TS 24.229 7.2A.2). What is
/// not for SIP Digest (`yes`, `no`, `auth-done`, ...) is kOther.
enum class Protection : std::uint8_t {
  kAbsent,
  kIpAssocPending,
  kIpAssocYes,
  kTlsPending,
  kTlsYes,
  kOther,
};
[[nodiscard]] Protection parse_protection(std::optional<std::string_view> value);
/// Whether a de-registration is accepted under it (TS 24.229 5.4.1.4).
[[nodiscard]] bool allows_deregistration(Protection protection);

/// One Contact value of a REGISTER.
struct RequestedContact {
  sip::NameAddr contact;  ///< without `expires`
  std::uint32_t expires = 0;
  std::string instance;
  std::uint32_t reg_id = 0;
  [[nodiscard]] bool wants_outbound() const { return reg_id != 0 && !instance.empty(); }
};

/// What a REGISTER asks for.
struct RegisterRequest {
  ims::Impu impu;
  std::vector<RequestedContact> contacts;
  bool star = false;
  std::vector<sip::NameAddr> path;
  std::string call_id;
  std::uint32_t cseq = 0;

  [[nodiscard]] bool is_fetch() const { return contacts.empty() && !star; }
  [[nodiscard]] bool removes() const;
  /// Whether the element next to the UE, which is the last in Path, supports RFC 5626.
  [[nodiscard]] bool first_hop_has_outbound() const;
};

/// Why a REGISTER cannot even be asked to authenticate.
struct RegisterRefusal {
  int status = 400;
  std::string reason;
  std::string unsupported;  ///< 420: option tags for Unsupported
};

/// RFC 3261 10.3 steps 1, 2, 5 and 6: everything that does not depend on who sends it.
sip::Result<RegisterRequest, RegisterRefusal> parse_register(const sip::Message& request,
                                                             const Config& config);

}  // namespace sipward::scscf
