// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What is fuzzed: one function for each reader of bytes from outside. Each takes any bytes and returns, or ends the
/// process where an invariant does not hold. The only exception that a reader may throw is Error (invalid_input).

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "r1cluster/base/error.hpp"

namespace r1cluster::fuzz {

void spec(std::string_view bytes);
void safetensors(std::string_view bytes);
void config(std::string_view bytes);
void checkpoint(std::string_view bytes);
void recording(std::string_view bytes);
void json(std::string_view bytes);
void frame(std::string_view bytes);
void engine_log(std::string_view bytes);
void engine_plan(std::string_view bytes);
void interpret(std::string_view bytes);
void nccl_topology(std::string_view bytes);
void hwloc(std::string_view bytes);
void nvidia_smi(std::string_view bytes);
void lspci(std::string_view bytes);
void topo_matrix(std::string_view bytes);
void import(std::string_view bytes);
void knowledge(std::string_view bytes);

/// Ends the process so that the fuzzer keeps the input.
inline void expect(bool holds, const char* invariant) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", invariant);
    std::abort();
}

/// The value that `read` gives, or nothing where it refuses its input as it should.
template <class Read>
auto accepted(Read read) -> std::optional<decltype(read())> {
    try {
        return read();
    } catch (const Error& error) {
        expect(error.kind() == ErrorKind::invalid_input, "bad bytes are invalid input, nothing else");
        expect(error.what()[0] != '\0', "an error says something");
        return std::nullopt;
    }
}

}  // namespace r1cluster::fuzz
