// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/pcscf/common.h"
#include "agent/pcscf/relay.h"
#include "agent/pcscf/source.h"

namespace sipward::pcscf {

/// Requests of bound UEs other than REGISTER, and their answers (TS 24.229 5.2.6.3). Outside a
/// dialog the row's identity is asserted and the stored Service-Route enforced; inside, the Route
/// must prove that the dialog is the row's user's. Of a suspect row nothing is asserted: the S-CSCF
/// asks for Digest (TS 33.203 Annex Q).
class Originating {
 public:
  Originating(Common& common, Relay& from_ue) : common_(common), from_ue_(from_ue) {}

  /// The source has a row.
  void request(sip::ProxyRequest arrived, const Source& source, Turn& turn);
  void response(sip::ProxyResponse arrived, Turn& turn);
  void done(sip::ContextId id);
  /// Whether this CANCEL may reach the INVITE that it names: the flow alone does not tell, when it
  /// has changed hands since.
  [[nodiscard]] bool may_cancel(const sip::Message& cancel, const sip::Flow& flow,
                                const FlowBinding& row) const;

 private:
  struct Context {
    sip::Flow flow;
    ims::Impi impi;
    std::string invite;  ///< its key in `invites_`, if it is one
  };

  std::optional<Refusal> prepare_initial(sip::ProxyRequest& arrived, const Source& source,
                                         Turn& turn);
  std::vector<sip::NameAddr> identify(const sip::ProxyRequest& arrived, const FlowBinding& row,
                                      Turn& turn);
  void record(sip::ProxyRequest& arrived, const FlowBinding& row, std::uint64_t icid);
  std::optional<Refusal> prepare_in_dialog(sip::ProxyRequest& arrived, const FlowBinding& row,
                                           Turn& turn);
  std::optional<Refusal> enforce_route(sip::ProxyRequest& arrived, const FlowBinding& row,
                                       Turn& turn);
  void scrub(sip::ProxyRequest& arrived, const FlowBinding& row, Turn& turn);
  void remember(const sip::ProxyRequest& arrived, const FlowBinding& row);

  Common& common_;
  Relay& from_ue_;
  std::unordered_map<sip::ContextId, Context> contexts_;
  /// Whose INVITE a CANCEL names, by branch and flow.
  std::map<std::string, ims::Impi> invites_;
};

}  // namespace sipward::pcscf
