// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "sip/timers.h"

namespace sipward::sip {

/// The state of one server transaction: INVITE (RFC 3261 17.2.1, RFC 6026 7.1) or any other method
/// (17.2.2). It holds no message and sends nothing: each stimulus returns what is to be done.
/// `timers` must outlive it.
class ServerTransaction {
 public:
  enum class State : std::uint8_t {
    kTrying,      ///< non-INVITE only: no response yet
    kProceeding,  ///< INVITE: no final response yet; others: a provisional one has been sent
    kAccepted,    ///< INVITE only: 2xx sent (RFC 6026)
    kCompleted,   ///< final response sent; for INVITE another than 2xx
    kConfirmed,   ///< INVITE only: ACK received
    kTerminated,
  };
  struct Kind {
    bool invite = false;
    bool reliable = false;  ///< the transport: no retransmissions, and I and J are zero
  };

  ServerTransaction(Kind kind, const Timers& timers);

  /// The request once more. True: the last response, if there is one, is to be sent again.
  [[nodiscard]] bool on_request() const;
  /// The user's response. True: it is to be sent; false: it comes too late.
  [[nodiscard]] bool on_response(int status, Time now);
  /// An ACK with the INVITE's branch. True: it belongs to the user (RFC 6026 7.1).
  [[nodiscard]] bool on_ack(Time now);
  /// A deadline is over. True: the last response is to be sent again (timer G).
  [[nodiscard]] bool on_timer(Time now);

  [[nodiscard]] State state() const { return state_; }
  /// Whether a final response has been given.
  [[nodiscard]] bool is_answered() const { return state_ > State::kProceeding; }
  [[nodiscard]] std::optional<Time> deadline() const;

 private:
  void on_invite_final(int status, Time now);
  void end_after(Duration time, Time now);

  Kind kind_;
  const Timers* timers_;
  State state_;
  Duration interval_{};             // timer G's
  std::optional<Time> retransmit_;  // timer G
  std::optional<Time> end_;         // timer H, I, J or L
};

}  // namespace sipward::sip
