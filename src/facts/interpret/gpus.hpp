// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Parts of interpret_gpus(): by source, and within NVML by subject.

#include <fmt/format.h>

#include <map>
#include <set>

#include "facts/interpret/host_answers.hpp"
#include "readings/calls_gpu.hpp"

namespace r1cluster::detail {

constexpr int max_gpus = 64;

/// What could not be seen of GPUs, put together: the same reason for all eight is one Gap, not eight.
class GpuGaps {
public:
    void add(int gpu, const std::string& what, const Reason& because) {
        Group& group = seen_[because.text];
        group.code = because.code;
        group.gpus_of[what].insert(gpu);
    }
    /// "power limit, temperature of GPUs 0-7"
    void write(HostAnswers& answers) const;

private:
    struct Group {
        std::optional<ReasonCode> code;
        std::map<std::string, std::set<int>> gpus_of;  // what -> GPUs
    };
    std::map<std::string, Group> seen_;  // by reason
};

/// One GPU that NVML was asked about.
class NvmlSaid {
public:
    NvmlSaid(HostAnswers& answers, GpuGaps& gaps, int index) : answers_(answers), gaps_(gaps), index_(index) {}

    HostAnswers& answers() { return answers_; }
    int index() const { return index_; }
    std::string call(std::string_view function, std::string_view more = "") const {
        return fmt::format("{}({}{}{})", function, index_, more.empty() ? "" : ", ", more);
    }

    /// Nullopt without a Gap where the GPU has no such thing ("Not Supported") or nobody asked.
    std::optional<std::string> text(std::string_view function, const std::string& what, std::string_view more = "");
    template <class Number>
    std::optional<Number> number(std::string_view function, const std::string& what, std::string_view more = "") {
        const auto answer = text(function, what, more);
        if (!answer) return std::nullopt;
        const auto number = number_of<Number>(*answer);
        if (!number) gaps_.add(index_, what, fmt::format("{}: not a number: \"{}\"", call(function, more), *answer));
        return number;
    }
    template <class Shape>
    std::optional<Shape> shaped(std::string_view function, const std::string& what) {
        const auto answer = text(function, what);
        if (!answer) return std::nullopt;
        try {
            return calls::parse<Shape>(*answer, call(function));
        } catch (const Error& error) {
            gaps_.add(index_, what, error.what());
            return std::nullopt;
        }
    }

private:
    HostAnswers& answers_;
    GpuGaps& gaps_;
    int index_;
};

void interpret_gpu_state(NvmlSaid& nvml, Gpu& gpu);
void interpret_gpu_links(NvmlSaid& nvml, Gpu& gpu);
void interpret_gpu_processes(NvmlSaid& nvml, Gpu& gpu);

/// Versions, GPUs and pairs of GPUs. How many GPUs NVML counts and cannot reach.
int interpret_nvml(HostAnswers& answers);
/// The same from the CUDA driver, and from /proc/driver/nvidia; false where the source shows none.
bool interpret_cuda(HostAnswers& answers);
bool interpret_driver_files(HostAnswers& answers);

/// What the kernel shows of GPUs, for what is not usable here: addresses.
std::set<std::string> gpus_of_kernel(const HostAnswers& answers);
void interpret_device_nodes(HostAnswers& answers);

}  // namespace r1cluster::detail
