// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the functions of the stand-in are written: each counts, and is refused where the test wants it so.

#include <string>

#include "nvml_stand_in.hpp"

inline std::size_t index_of(nvmlDevice_t device) { return reinterpret_cast<std::size_t>(device) - 1; }
inline nvmlDevice_t handle_of(std::size_t index) { return reinterpret_cast<nvmlDevice_t>(index + 1); }

nvmlReturn_t asked(const std::string& function);
nvmlReturn_t asked(const std::string& function, nvmlDevice_t device);
nvmlReturn_t write_text(char* text, unsigned length, const std::string& value);

#define ASKED(...) \
    if (const nvmlReturn_t refused = asked(__VA_ARGS__); refused != NVML_SUCCESS) return refused

#define TEXT(function, value)                                                 \
    nvmlReturn_t function(nvmlDevice_t device, char* text, unsigned length) { \
        ASKED(#function, device);                                             \
        return write_text(text, length, value);                               \
    }
#define NUMBER(function, type, answer)                         \
    nvmlReturn_t function(nvmlDevice_t device, type* number) { \
        ASKED(#function, device);                              \
        *number = answer;                                      \
        return NVML_SUCCESS;                                   \
    }
#define NUMBER_OF(function, which_type, type, answer)                            \
    nvmlReturn_t function(nvmlDevice_t device, which_type which, type* number) { \
        ASKED(#function, device);                                                \
        *number = answer;                                                        \
        return NVML_SUCCESS;                                                     \
    }
#define MODES(function, type, answer)                                          \
    nvmlReturn_t function(nvmlDevice_t device, type* current, type* pending) { \
        ASKED(#function, device);                                              \
        *current = *pending = answer;                                          \
        return NVML_SUCCESS;                                                   \
    }
