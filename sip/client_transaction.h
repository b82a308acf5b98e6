// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "sip/timers.h"

namespace sipward::sip {

/// The state of one client transaction: INVITE (RFC 3261 17.1.1, RFC 6026 7.2) or any other method
/// (17.1.2). It holds no message and sends nothing: each stimulus returns what is to be done.
/// `timers` must outlive it.
class ClientTransaction {
 public:
  enum class State : std::uint8_t {
    kCalling,     ///< INVITE sent, nothing heard
    kTrying,      ///< another method sent, nothing heard
    kProceeding,  ///< a provisional response has come
    kAccepted,    ///< INVITE only: 2xx received (RFC 6026)
    kCompleted,   ///< final response received; for INVITE another than 2xx
    kTerminated,
  };
  struct Kind {
    bool invite = false;
    bool reliable = false;  ///< the transport: no retransmissions, and D and K are zero
  };
  struct ResponseStep {
    bool deliver = false;  ///< the user gets the response
    bool ack = false;      ///< an ACK is to be sent (RFC 3261 17.1.1.3)
  };
  enum class TimerStep : std::uint8_t { kNothing, kRetransmit, kTimedOut };

  /// The request is sent at `now`.
  ClientTransaction(Kind kind, const Timers& timers, Time now);

  [[nodiscard]] ResponseStep on_response(int status, Time now);
  /// A CANCEL has been sent: without a final response by 64*T1 from now, the INVITE's transaction
  /// ends as if it had timed out (RFC 3261 9.1).
  void on_cancel_sent(Time now);
  [[nodiscard]] TimerStep on_timer(Time now);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool has_final() const { return state_ >= State::kAccepted; }
  [[nodiscard]] std::optional<Time> deadline() const;

 private:
  ResponseStep on_invite_response(int status, Time now);
  ResponseStep on_other_response(int status, Time now);
  void complete(Duration linger, Time now);

  Kind kind_;
  const Timers* timers_;
  State state_;
  Duration interval_;               // timer A's or E's
  std::optional<Time> retransmit_;  // timer A or E
  std::optional<Time> end_;         // timer B or F; then D, K or M
};

}  // namespace sipward::sip
