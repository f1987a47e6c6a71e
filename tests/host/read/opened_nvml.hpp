// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Shared by the tests of NVML.

#include "programs/nvml_stand_in.hpp"

#include <dlfcn.h>

#include <algorithm>

#include "host/read/sources.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

/// The stand-in for NVML, set as the test wants it, and what a read of it gives.
class NvmlLibrary {
public:
    explicit NvmlLibrary(std::string path = R1CLUSTER_NVML_STAND_IN)
        : path_(std::move(path)), handle_(dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL)) {
        REQUIRE(handle_);
        *operator->() = {};
    }
    ~NvmlLibrary() { dlclose(handle_); }
    NvmlLibrary(const NvmlLibrary&) = delete;
    NvmlLibrary& operator=(const NvmlLibrary&) = delete;

    NvmlStandIn* operator->() const {
        return reinterpret_cast<decltype(&nvml_stand_in)>(dlsym(handle_, "nvml_stand_in"))();
    }
    Readings read() const {
        Readings readings;
        detail::read_nvml(path_, readings);
        return readings;
    }
    Machine machine() const { return interpret(read()); }

private:
    std::string path_;
    void* handle_;
};

/// Those about GPUs; the rest of the machine was not read.
inline std::vector<Gap> gpu_gaps(const Machine& machine) {
    std::vector<Gap> gaps;
    for (const Gap& gap : machine.gaps) {
        // The stand-in's minor numbers have no nodes, on any machine.
        const bool is_about = gap.subject == "gpus" || gap.subject.find("GPU") != std::string::npos;
        if (is_about) gaps.push_back(gap);
    }
    return gaps;
}

inline std::string because_of(const Readings& readings, const std::string& call) {
    return readings.calls.at(call).because;
}
