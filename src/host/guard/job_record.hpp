// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iostream>
#include <optional>
#include <string>

#include "base/lenient_json.hpp"
#include "host/guard/job_folder.hpp"
#include "launch/describe.hpp"

namespace r1cluster::detail {

/// What a file of the folder says, which a guard of another build may have written; nullopt: nothing to be read.
template <class Value>
std::optional<Value> saved(const JobFolder& folder, const std::string& name) {
    try {
        if (const auto text = folder.read(name)) return from_json_leniently<Value>(*text, folder.file(name));
    } catch (const Error& error) {
        std::cerr << error.what() << std::endl;
    }
    return std::nullopt;
}

/// A guard was started for this folder, and `down` has not been here since.
bool is_created(const JobFolder& folder);

/// The status where no guard answers: it has ended, it died, or there never was one.
HostStatus last_word(const JobFolder& folder, const std::string& host);

/// The status for a request of one `up` where the host has the job of another one.
HostStatus word_of_another_up(const std::string& host);

/// Ends what a guard left that died before its processes did. Blocks for at most `timeout_s`. Returns how many
/// processes are left.
int end_leftovers(const JobFolder& folder, double timeout_s);
/// Those that are there, with what each waits for in the kernel: "4711 (VLLM::Worker_TP0, state D in nv_wait)".
std::string describe_leftovers(const JobFolder& folder);

}  // namespace r1cluster::detail
