// SPDX-License-Identifier: Apache-2.0
// Any octets: the reader refuses them, or what it made of them is written and read again as the
// same message.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "sip/reader.h"
#include "sip/writer.h"
#include "tests/sip/round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sipward::sip;
  const std::string datagram(reinterpret_cast<const char*>(data), size);
  const auto message = parse_message(datagram);
  if (!message) {
    if (const auto answer = make_rejection(datagram, message.error())) (void)write_message(*answer);
    return 0;
  }
  const std::string difference = test::round_trip_difference(*message);
  if (!difference.empty()) {
    std::fprintf(stderr, "round trip: %s\n", difference.c_str());
    std::abort();
  }
  return 0;
}
