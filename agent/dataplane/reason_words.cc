// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/reason_words.h"

#include "bpf/abi.h"

namespace sipward::dataplane {

namespace {

constexpr ReasonWords kWords[SIPWARD_REASON_COUNT] = {
#define SIPWARD_REASON_WORDS(id, name, class, text) ReasonWords{#name, #class, text},
    SIPWARD_REASONS(SIPWARD_REASON_WORDS)
#undef SIPWARD_REASON_WORDS
};

}  // namespace

std::span<const ReasonWords> reason_words() { return kWords; }

}  // namespace sipward::dataplane
