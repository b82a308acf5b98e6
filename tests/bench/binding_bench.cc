// SPDX-License-Identifier: Apache-2.0
// The IP address check table in user space: look-up and refresh at 1 k and 1 M rows. A bare
// std::unordered_map look-up with the same key is the yardstick.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <random>
#include <unordered_map>

#include "agent/pcscf/binding_table.h"

namespace sipward::pcscf {
namespace {

constexpr sip::Time kNow{std::chrono::hours(1)};

sip::Endpoint endpoint(std::uint32_t i) {
  const std::array<std::uint8_t, 4> bytes = {10, static_cast<std::uint8_t>(i >> 16),
                                             static_cast<std::uint8_t>(i >> 8),
                                             static_cast<std::uint8_t>(i)};
  return {.ip = *sip::IpAddress::from_bytes(bytes), .port = 5060};
}

FlowBinding row(std::uint32_t i) {
  FlowBinding binding;
  binding.flow = {.remote = endpoint(i)};
  binding.key = {.ip = binding.flow.remote.ip, .port = 5060};
  binding.impi = {"user" + std::to_string(i) + "@home1.example"};
  binding.registrations.push_back({.aor = *ims::Impu::parse("sip:" + binding.impi.text),
                                   .contact = {},
                                   .identities = {},
                                   .expires = kNow + std::chrono::seconds(3600 + i % 600)});
  return binding;
}

BindingTable filled(std::uint32_t count) {
  BindingTable table(count, 16);
  for (std::uint32_t i = 0; i < count; ++i) table.put(row(i));
  return table;
}

void plain_map(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  std::unordered_map<ims::BindingKey, std::uint32_t> map;
  for (std::uint32_t i = 0; i < count; ++i) map[row(i).key] = i;
  std::mt19937 random(1);
  std::uniform_int_distribution<std::uint32_t> pick(0, count - 1);
  for (auto _ : state) {
    const ims::BindingKey key{.ip = endpoint(pick(random)).ip, .port = 5060};
    benchmark::DoNotOptimize(map.find(key));
  }
}
void find_source(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  const BindingTable table = filled(count);
  std::mt19937 random(1);
  std::uniform_int_distribution<std::uint32_t> pick(0, count - 1);
  if (table.find({.remote = endpoint(0)}, kNow) == nullptr) std::abort();  // no row would flatter
  for (auto _ : state) {
    benchmark::DoNotOptimize(table.find({.remote = endpoint(pick(random))}, kNow));
  }
}
void refresh(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  BindingTable table = filled(count);
  std::mt19937 random(1);
  std::uniform_int_distribution<std::uint32_t> pick(0, count - 1);
  for (auto _ : state) benchmark::DoNotOptimize(table.put(row(pick(random))));
}
BENCHMARK(plain_map)->Arg(1'000)->Arg(1'000'000);
BENCHMARK(find_source)->Arg(1'000)->Arg(1'000'000);
BENCHMARK(refresh)->Arg(1'000)->Arg(1'000'000);

}  // namespace
}  // namespace sipward::pcscf

BENCHMARK_MAIN();
