// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "agent/ims/event.h"
#include "agent/ims/identity.h"
#include "agent/scscf/authentication.h"
#include "agent/scscf/config.h"
#include "agent/scscf/neighbours.h"
#include "agent/scscf/origin.h"
#include "agent/scscf/registrar.h"
#include "sip/message.h"
#include "sip/proxy.h"
#include "sip/time.h"

/// The S-CSCF's procedures say what to do next with a request and leave the doing to `Scscf`.
namespace sipward::scscf {

/// What the procedures share; `Scscf` owns it.
struct Office {
  const Config& config;
  Registrar& registrar;
  Authenticator& authenticator;
  const Neighbours& neighbours;
  const sip::RandomSource& random;
};

/// A request on its way through the role.
struct Work {
  sip::ContextId id{};
  sip::Message request;
  sip::Flow peer;  ///< the core element that sent it
  Origin origin;
};

/// The final response; its To tag is set.
struct Respond {
  sip::Message response;
};
struct Forward {
  std::vector<sip::Target> targets;
};
/// Go on when the subscriber is known, in the procedure that asked.
struct Ask {
  std::variant<ims::Impi, ims::Impu> by;
  enum class Procedure : std::uint8_t { kRegister, kOriginating, kTerminating } procedure{};
};
/// No response, nothing forwarded: an ACK that leads nowhere.
struct Drop {};

struct Step {
  std::variant<Respond, Forward, Ask, Drop> next;
  std::vector<ims::Event> events;
};

/// A local response, with a To tag.
[[nodiscard]] sip::Message make_local_response(const Office& office, const Work& work, int status,
                                               std::string_view reason = {});
/// The same as a whole step. An ACK is dropped: it never gets a response.
[[nodiscard]] Step refuse(const Office& office, const Work& work, int status,
                          std::string_view reason = {});

/// 401 or 407 with a challenge for each of the subscriber's algorithms.
struct ChallengeKind {
  int status = 401;
  bool stale = false;
};
[[nodiscard]] Step challenge(const Office& office, const Work& work, const Subscriber& subscriber,
                             ChallengeKind kind, sip::Time now);

/// An event about the request; the flow is the UE's.
struct Particulars {
  std::string impi;
  std::string impu;
  std::string detail;
};
[[nodiscard]] ims::Event make_event(ims::EventKind kind, const Work& work, Particulars particulars);

/// The step with one more event, before its others.
[[nodiscard]] Step with_event(Step step, ims::Event event);

/// Whether the host of the URI is a home domain.
[[nodiscard]] bool is_home(const sip::Uri& uri, const Config& config);

}  // namespace sipward::scscf
