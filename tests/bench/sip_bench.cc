// SPDX-License-Identifier: Apache-2.0
// Reader, writer and Digest. A copy of the message's bytes is measured beside the reader: it is the
// least that any reader which owns its buffer does, and the yardstick of the ratios.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>

#include "sip/digest.h"
#include "sip/reader.h"
#include "sip/writer.h"

namespace sipward::sip {
namespace {

const std::string kRegister =
    "REGISTER sip:home1.example SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKr1;rport;keep\r\n"
    "Max-Forwards: 70\r\n"
    "From: <sip:alice@home1.example>;tag=a1\r\n"
    "To: <sip:alice@home1.example>\r\n"
    "Call-ID: reg-1@10.0.0.5\r\n"
    "CSeq: 1 REGISTER\r\n"
    "Contact: <sip:alice@10.0.0.5:5060>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-"
    "AABBCCDDEEFF>\";reg-id=1;expires=3600\r\n"
    "Supported: path, outbound, gruu\r\n"
    "Authorization: Digest username=\"alice_priv@home1.example\", realm=\"home1.example\", "
    "nonce=\"Tm9uY2VSZWcwMDAx\", uri=\"sip:home1.example\", "
    "response=\"652ebd4dc230ab239824fd45d4d9bd33\", algorithm=MD5, cnonce=\"c0a80001\", qop=auth, "
    "nc=00000001\r\n"
    "Content-Length: 0\r\n\r\n";

const std::string kInvite =
    "INVITE sip:carol@home2.example SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKi1;rport\r\n"
    "Max-Forwards: 70\r\n"
    "Route: <sip:pcscf1.home1.example;lr>, <sip:orig@scscf1.home1.example;lr>\r\n"
    "P-Preferred-Identity: <tel:+15551000>\r\n"
    "From: \"Alice\" <sip:alice@home1.example>;tag=x\r\n"
    "To: <sip:carol@home2.example>\r\n"
    "Call-ID: 843817637684230@998sdasdh09\r\n"
    "CSeq: 1826 INVITE\r\n"
    "Contact: <sip:alice@10.0.0.5:5060>\r\n"
    "Allow: INVITE, ACK, CANCEL, BYE, MESSAGE, PRACK, UPDATE\r\n"
    "Content-Type: application/sdp\r\n"
    "Content-Length: 129\r\n\r\n"
    "v=0\r\no=alice 2890844526 2890844526 IN IP4 10.0.0.5\r\ns=-\r\nc=IN IP4 10.0.0.5\r\n"
    "t=0 0\r\nm=audio 49170 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";

const std::string& sample(int64_t which) { return which == 0 ? kRegister : kInvite; }

Message parsed(const std::string& bytes) {
  auto message = parse_message(bytes);
  if (!message) std::abort();  // a benchmark of a refusal would flatter
  return std::move(*message);
}

void copy_bytes(benchmark::State& state) {
  for (auto _ : state) {
    std::string copy = sample(state.range(0));
    benchmark::DoNotOptimize(copy);
  }
}
void read_message(benchmark::State& state) {
  benchmark::DoNotOptimize(parsed(sample(state.range(0))));
  for (auto _ : state) {
    auto message = parse_message(sample(state.range(0)));
    benchmark::DoNotOptimize(message);
  }
}
void write_message(benchmark::State& state) {
  const Message message = parsed(sample(state.range(0)));
  for (auto _ : state) {
    std::string bytes = sip::write_message(message);
    benchmark::DoNotOptimize(bytes);
  }
}
BENCHMARK(copy_bytes)->ArgName("invite")->Arg(0)->Arg(1);
BENCHMARK(read_message)->ArgName("invite")->Arg(0)->Arg(1);
BENCHMARK(write_message)->ArgName("invite")->Arg(0)->Arg(1);

void verify_digest(benchmark::State& state) {
  const auto algorithm = static_cast<DigestAlgorithm>(state.range(0));
  const std::string ha1 = digest_ha1(algorithm, "alice_priv@home1.example", "home1.example", "pw");
  const DigestInput input{.algorithm = algorithm,
                          .ha1 = ha1,
                          .nonce = "Tm9uY2VSZWcwMDAx",
                          .nc = "00000001",
                          .cnonce = "c0a80001",
                          .method = "REGISTER",
                          .uri = "sip:home1.example"};
  const std::string sent = digest_response(input);
  for (auto _ : state) {
    benchmark::DoNotOptimize(constant_time_equal(digest_response(input), sent));
  }
}
BENCHMARK(verify_digest)->ArgName("algorithm")->Arg(0)->Arg(1)->Arg(2);

}  // namespace
}  // namespace sipward::sip

BENCHMARK_MAIN();
