// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "r1cluster/base/error.hpp"

/// Message of the Error that a call throws, with its kind before it unless that is invalid_input; so that tests
/// compare whole messages.
template <class Call>
std::string error_of(Call call) {
    try {
        call();
    } catch (const r1cluster::Error& error) {
        if (error.kind() == r1cluster::ErrorKind::invalid_input) return error.what();
        return std::string(to_text(error.kind())) + ": " + error.what();
    }
    return "no error";
}
