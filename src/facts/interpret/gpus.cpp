// SPDX-License-Identifier: Apache-2.0
#include "facts/interpret/gpus.hpp"

#include <algorithm>

namespace r1cluster::detail {
namespace {

constexpr auto give_gpus = "install the NVIDIA driver, or run the container with --gpus all";

/// What to do about NVML's reason.
std::string remedy_of(std::optional<ReasonCode> code) {
    if (code == ReasonCode::driver_mismatch) return "reboot: the driver on disk is not the one in the kernel";
    if (code == ReasonCode::driver_not_loaded) return "sudo modprobe nvidia";
    return give_gpus;
}

/// {0, 1, 2, 5} -> "0-2, 5"
std::string ranges_of(const std::set<int>& numbers) {
    std::string text;
    for (auto first = numbers.begin(); first != numbers.end();) {
        auto last = first;
        while (std::next(last) != numbers.end() && *std::next(last) == *last + 1) ++last;
        text += fmt::format("{}{}", text.empty() ? "" : ", ", *first);
        if (first != last) text += fmt::format("-{}", *last);
        first = std::next(last);
    }
    return text;
}

std::string remedy_of_call(std::optional<ReasonCode> code) {
    if (code == ReasonCode::no_permission) return "read the host as root";
    if (code == ReasonCode::no_function) return "a newer driver";
    if (code == ReasonCode::gpu_lost) return "nvidia-smi; dmesg | grep Xid";
    return "";
}

/// CUDA_VISIBLE_DEVICES: set to nothing, it hides every GPU as "-1" does.
std::string visible_gpus(const HostAnswers& answers) {
    const auto value = answers.call("getenv(CUDA_VISIBLE_DEVICES)");
    return value && value->empty() ? "-1" : value.value_or("");
}

/// GPUs that the kernel has and no library shows, as in a container that was given fewer.
void gap_of_unusable(HostAnswers& answers, std::size_t lost, const Reason& because) {
    std::set<std::string> hidden = gpus_of_kernel(answers);
    for (const Gpu& gpu : answers.machine().gpus) hidden.erase(gpu.pci_address);
    if (hidden.size() <= lost) {
        if (!because.text.empty()) answers.gap({"gpus", "gpus"}, because, remedy_of(because.code));
        return;
    }
    std::string addresses;
    for (const std::string& address : hidden) addresses += (addresses.empty() ? "" : ", ") + address;
    answers.gap({"gpus", "gpus"},
                {fmt::format("{}{} visible, not usable: {}", because.text.empty() ? "" : because.text + "; ",
                             hidden.size() == 1 ? "1 GPU is" : fmt::format("{} GPUs are", hidden.size()), addresses),
                 because.code},
                remedy_of(because.code));
}

}  // namespace

void GpuGaps::write(HostAnswers& answers) const {
    for (const auto& [because, group] : seen_) {
        std::map<std::string, std::string> what_of;  // GPUs -> what
        for (const auto& [what, gpus] : group.gpus_of) {
            std::string& whats = what_of[(gpus.size() == 1 ? "GPU " : "GPUs ") + ranges_of(gpus)];
            whats += (whats.empty() ? "" : ", ") + what;
        }
        for (const auto& [gpus, whats] : what_of) {
            answers.gap({"gpus.state", whats + " of " + gpus}, {because, group.code}, remedy_of_call(group.code));
        }
    }
}

void interpret_gpus(HostAnswers& answers) {
    answers.machine().visible_gpus = visible_gpus(answers);
    std::size_t lost = 0;
    Reason because = "";
    if (answers.call("nvmlInit_v2()")) {
        lost = static_cast<std::size_t>(interpret_nvml(answers));
    } else {
        because = answers.why_no_call("nvmlInit_v2()");
    }
    if (answers.machine().gpus.empty() && lost == 0) {
        if (interpret_cuda(answers)) {
            because.text += because.text.empty() ? "" : "; the GPUs are as the CUDA driver shows them";
        } else if (interpret_driver_files(answers)) {
            because.text += because.text.empty() ? "" : "; the GPUs are as /proc/driver/nvidia shows them";
        }
    }
    gap_of_unusable(answers, lost, because);
    interpret_device_nodes(answers);
}

}  // namespace r1cluster::detail
