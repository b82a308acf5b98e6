// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/flag.h"

namespace sipward::pcscf {

Flag decide_flag(const sip::Credentials& credentials, const ims::Impi* bound_to) {
  if (bound_to != nullptr && bound_to->text == credentials.username) return Flag::kIpAssocYes;
  return credentials.has_answer() ? Flag::kIpAssocPending : Flag::kNone;
}

std::string_view flag_text(Flag flag) {
  switch (flag) {
    case Flag::kIpAssocPending:
      return "ip-assoc-pending";
    case Flag::kIpAssocYes:
      return "ip-assoc-yes";
    case Flag::kNone:
      break;
  }
  return {};
}

}  // namespace sipward::pcscf
