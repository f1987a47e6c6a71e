// SPDX-License-Identifier: Apache-2.0
#include "readings/reason.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace r1cluster {

std::string_view to_text(ReasonCode code) {
    switch (code) {
        case ReasonCode::not_asked: return "not_asked";
        case ReasonCode::not_found: return "not_found";
        case ReasonCode::no_permission: return "no_permission";
        case ReasonCode::not_supported: return "not_supported";
        case ReasonCode::invalid_argument: return "invalid_argument";
        case ReasonCode::no_function: return "no_function";
        case ReasonCode::no_library: return "no_library";
        case ReasonCode::driver_not_loaded: return "driver_not_loaded";
        case ReasonCode::driver_mismatch: return "driver_mismatch";
        case ReasonCode::gpu_lost: return "gpu_lost";
    }
    return "not_asked";
}

namespace detail {
namespace {

struct Words {
    std::string_view text;
    ReasonCode code;
};

/// What the C library and NVML say in recordings without codes.
constexpr std::array words_of_codes{
    Words{"No such file or directory", ReasonCode::not_found},
    Words{"Not a directory", ReasonCode::not_found},
    Words{"Permission denied", ReasonCode::no_permission},
    Words{"Operation not permitted", ReasonCode::no_permission},
    Words{"Insufficient Permissions", ReasonCode::no_permission},
    Words{"Not Supported", ReasonCode::not_supported},
    Words{"Invalid Argument", ReasonCode::invalid_argument},
    Words{"Function Not Found", ReasonCode::no_function},
    Words{"Driver Not Loaded", ReasonCode::driver_not_loaded},
    Words{"Driver/library version mismatch", ReasonCode::driver_mismatch},
    Words{"GPU is lost", ReasonCode::gpu_lost},
};

}  // namespace

std::optional<ReasonCode> code_of(const Answer& answer) {
    if (answer.code || answer.text) return answer.code;
    const auto found = std::find_if(words_of_codes.begin(), words_of_codes.end(),
                                    [&](const Words& words) { return words.text == answer.because; });
    if (found != words_of_codes.end()) return found->code;
    if (answer.because.starts_with("this driver's NVML has no ")) return ReasonCode::no_function;
    return std::nullopt;
}

std::optional<ReasonCode> code_of_errno(int number) {
    switch (number) {
        case ENOENT:
        case ENOTDIR: return ReasonCode::not_found;
        case EACCES:
        case EPERM: return ReasonCode::no_permission;
        default: return std::nullopt;
    }
}

std::optional<ReasonCode> code_of_nvml(int result) {
    // nvmlReturn_t of nvml.h
    switch (result) {
        case 2: return ReasonCode::invalid_argument;
        case 3: return ReasonCode::not_supported;
        case 4: return ReasonCode::no_permission;
        case 9: return ReasonCode::driver_not_loaded;
        case 12: return ReasonCode::no_library;
        case 13: return ReasonCode::no_function;
        case 15: return ReasonCode::gpu_lost;
        case 18: return ReasonCode::driver_mismatch;
        default: return std::nullopt;
    }
}

}  // namespace detail
}  // namespace r1cluster
