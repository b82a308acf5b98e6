// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "tests/kernel/lab.h"

namespace sipward::test {

/// Whether packets of this counter are refused.
[[nodiscard]] bool refuses(std::string_view counter);

/// Runs the frame. It must rise the one counter (empty: none, it is not for a guarded listener),
/// pass unless that is a refusal in enforce mode, have the mark `unbound` when monitor mode lets a
/// refused one pass, and come out as it went in.
Outcome expect_counted(GateUnderTest& gate, const Frame& frame, std::string_view counted,
                       dataplane::Mode mode = dataplane::Mode::kEnforce);

/// A frame and the counter it must rise.
struct Counted {
  std::string name;
  Frame frame;
  std::string counted;
};
void expect_all(GateUnderTest& gate, const std::vector<Counted>& cases,
                dataplane::Mode mode = dataplane::Mode::kEnforce);

/// Installs rows; a test that cannot fails.
void install(GateUnderTest& gate, const std::vector<ims::KernelRow>& rows);

inline constexpr dataplane::Mode kBothModes[] = {dataplane::Mode::kEnforce,
                                                 dataplane::Mode::kMonitor};

}  // namespace sipward::test
