// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "agent/pcscf/common.h"
#include "agent/pcscf/relay.h"

namespace sipward::pcscf {

/// Requests from the core to UEs, and their answers (TS 24.229 5.2.6.4). The flow token in the top
/// Route says where to; the row that it names must still be its user's, or nothing is delivered.
class Terminating {
 public:
  Terminating(Common& common, Relay& to_ue) : common_(common), to_ue_(to_ue) {}

  void request(sip::ProxyRequest arrived, Turn& turn);
  /// `suspect`: the row of the UE that answers is, and nothing is asserted.
  void response(sip::ProxyResponse arrived, bool suspect, Turn& turn);
  void done(sip::ContextId id) { contexts_.erase(id); }

 private:
  struct Context {
    std::uint32_t row_id = 0;
    std::string called_party;  ///< P-Called-Party-ID of the request
    bool initial = false;
  };
  /// The row to deliver to, or why there is none.
  std::optional<Refusal> find_row(const sip::ProxyRequest& arrived, const FlowBinding*& row,
                                  Turn& turn) const;
  void record(sip::Message& request, const FlowBinding& row);

  Common& common_;
  Relay& to_ue_;
  std::unordered_map<sip::ContextId, Context> contexts_;
};

}  // namespace sipward::pcscf
