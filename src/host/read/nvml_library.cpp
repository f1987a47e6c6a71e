// SPDX-License-Identifier: Apache-2.0
#include "host/read/nvml_library.hpp"

#include <dlfcn.h>

#include "readings/reason.hpp"

namespace r1cluster::detail {

Nvml::Nvml(const std::string& library) : library_(dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (!library_) {
        const char* why = dlerror();
        const bool is_absent = !why || std::string_view(why).ends_with("No such file or directory");
        throw CodedError(ErrorKind::unavailable, "NVML", is_absent ? library + " not found" : why,
                         is_absent ? std::optional(ReasonCode::no_library) : std::nullopt);
    }
    try {
        check(call(R1CLUSTER_NVML(nvmlInit_v2)));
    } catch (...) {
        dlclose(library_);
        throw;
    }
}

Nvml::~Nvml() {
    if (void* shutdown = dlsym(library_, "nvmlShutdown")) reinterpret_cast<decltype(&nvmlShutdown)>(shutdown)();
    dlclose(library_);
}

void* Nvml::find(const char* name) const {
    void* found = dlsym(library_, name);
    if (!found)
        throw CodedError(ErrorKind::unavailable, name, fmt::format("this driver's NVML has no {}", name),
                         ReasonCode::no_function);
    return found;
}

std::string Nvml::error_text(nvmlReturn_t result) const {
    void* found = dlsym(library_, "nvmlErrorString");
    const char* text = found ? reinterpret_cast<decltype(&nvmlErrorString)>(found)(result) : nullptr;
    return text ? text : fmt::format("NVML error {}", static_cast<int>(result));
}

void Nvml::check(nvmlReturn_t result) const {
    if (result != NVML_SUCCESS)
        throw CodedError(ErrorKind::system, "NVML", error_text(result), code_of_nvml(static_cast<int>(result)));
}

}  // namespace r1cluster::detail
