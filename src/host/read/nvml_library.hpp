// SPDX-License-Identifier: Apache-2.0
#pragma once

/// NVML as it is called here: by name at run time, since the driver installs it and no build may link it.

#include <fmt/format.h>

#include <array>
#include <string>
#include <type_traits>

#include "host/os/files.hpp"
#include "host/read/nvml_declarations.hpp"

namespace r1cluster::detail {

using namespace nvml;  // names of C, each with the prefix "nvml" or "NVML_"

/// A function by its name, which is also what its answer is kept under.
template <class Signature>
struct NvmlFunction {
    const char* name;
};

/// The type is that of the declaration; nothing is linked.
#define R1CLUSTER_NVML(function) \
    ::r1cluster::detail::NvmlFunction<std::remove_pointer_t<decltype(&function)>> { #function }

/// The library, opened and initialised for as long as this lives. Throws Error with NVML's own words.
class Nvml {
public:
    explicit Nvml(const std::string& library);
    ~Nvml();
    Nvml(const Nvml&) = delete;
    Nvml& operator=(const Nvml&) = delete;

    /// Throws Error where this driver's NVML is too old for the function.
    template <class... Parameters, class... Arguments>
    nvmlReturn_t call(NvmlFunction<nvmlReturn_t(Parameters...)> function, Arguments... arguments) const {
        return reinterpret_cast<nvmlReturn_t (*)(Parameters...)>(find(function.name))(arguments...);
    }
    std::string error_text(nvmlReturn_t result) const;
    void check(nvmlReturn_t result) const;

private:
    void* find(const char* name) const;

    void* library_;
};

/// Plain text of a number or of an enumeration.
template <class Number>
std::string number_text(Number number) {
    if constexpr (std::is_enum_v<Number>) {
        return std::to_string(static_cast<long long>(number));
    } else {
        return std::to_string(number);
    }
}

/// One GPU that is asked; each answer is kept under the call's name, such as "nvmlDeviceGetName(0)".
class NvmlGpu {
public:
    NvmlGpu(const Nvml& nvml, nvmlDevice_t handle, unsigned index, Readings& readings)
        : nvml_(nvml), handle_(handle), index_(index), readings_(readings) {}

    const Nvml& nvml() const { return nvml_; }
    unsigned index() const { return index_; }
    Readings& readings() { return readings_; }

    /// What `ask` returns, or why there is none, as the answer of "function(N)" or "function(N, more)".
    template <class Ask>
    const Answer& keep(const std::string& function, const std::string& more, Ask ask) {
        const std::string call = fmt::format("{}({}{}{})", function, index_, more.empty() ? "" : ", ", more);
        return readings_.calls[call] = answer([&]() -> std::string {
                   // Each call to a lost GPU can wait for seconds, and its answer is known.
                   if (is_lost_) nvml_.check(NVML_ERROR_GPU_IS_LOST);
                   return ask();
               });
    }

    /// For use inside of `ask`: calls the function for this GPU.
    template <class... Parameters, class... Arguments>
    nvmlReturn_t result_of(NvmlFunction<nvmlReturn_t(nvmlDevice_t, Parameters...)> function, Arguments... arguments) {
        const nvmlReturn_t result = nvml_.call(function, handle_, arguments...);
        is_lost_ = is_lost_ || result == NVML_ERROR_GPU_IS_LOST;
        return result;
    }
    template <class Function, class... Arguments>
    void call(Function function, Arguments... arguments) {
        nvml_.check(result_of(function, arguments...));
    }

    /// Functions that answer one number.
    template <class Number>
    const Answer& number(NvmlFunction<nvmlReturn_t(nvmlDevice_t, Number*)> function) {
        return keep(function.name, "", [&] {
            Number number{};
            call(function, &number);
            return number_text(number);
        });
    }
    /// The same for one of several: a clock, a link. `name` is how the call shows it.
    template <class Which, class Number, class Value>
    const Answer& number(NvmlFunction<nvmlReturn_t(nvmlDevice_t, Which, Number*)> function, Value which,
                         const std::string& name) {
        return keep(function.name, name, [&] {
            Number number{};
            call(function, static_cast<Which>(which), &number);
            return number_text(number);
        });
    }
    /// Functions that answer a text.
    const Answer& text(NvmlFunction<nvmlReturn_t(nvmlDevice_t, char*, unsigned)> function) {
        return keep(function.name, "", [&] {
            std::array<char, 128> text{};
            call(function, text.data(), static_cast<unsigned>(text.size()));
            return std::string(text.data());
        });
    }

private:
    const Nvml& nvml_;
    nvmlDevice_t handle_;
    unsigned index_;
    Readings& readings_;
    bool is_lost_ = false;
};

void read_identity(NvmlGpu& gpu);   ///< what it is: also whether its device node may be opened
void read_state(NvmlGpu& gpu);      ///< memory, modes, errors, clocks, power, PCIe link
void read_processes(NvmlGpu& gpu);  ///< who holds its memory
void read_nvlinks(NvmlGpu& gpu);    ///< NVLinks and the fabric behind them
void read_mig_devices(NvmlGpu& gpu);

}  // namespace r1cluster::detail
