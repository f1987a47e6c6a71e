// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "facts/enum_words.hpp"
#include "facts/gpu_words.hpp"
#include "facts/interpret/gpus.hpp"
#include "readings/pci_names.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t max_nvlinks = 64;

/// Name of a field or counter of NVML -> our name of the counter.
using CounterNames = std::vector<std::pair<const char*, const char*>>;
const CounterNames field_counters{{"NVLINK_ERROR_DL_REPLAY", "replay"},
                                  {"NVLINK_ERROR_DL_RECOVERY", "recovery"},
                                  {"NVLINK_ERROR_DL_CRC", "crc"},
                                  {"NVLINK_COUNT_LINK_RECOVERY_EVENTS", "recovery"},
                                  {"NVLINK_COUNT_LINK_RECOVERY_FAILED_EVENTS", "recovery_failed"},
                                  {"NVLINK_COUNT_RCV_ERRORS", "receive"},
                                  {"NVLINK_COUNT_EFFECTIVE_ERRORS", "effective"}};
const CounterNames function_counters{{"NVML_NVLINK_ERROR_DL_REPLAY", "replay"},
                                     {"NVML_NVLINK_ERROR_DL_RECOVERY", "recovery"},
                                     {"NVML_NVLINK_ERROR_DL_CRC_FLIT", "crc_flit"},
                                     {"NVML_NVLINK_ERROR_DL_CRC_DATA", "crc_data"}};

/// Links as nvmlDeviceGetFieldValues knows them.
void links_of_fields(const calls::NvmlFieldValues& fields, std::vector<NvLink>& links) {
    const auto words = [&](const char* field) {
        const auto found = fields.values.find(field);
        return found == fields.values.end() ? std::vector<std::string>{} : words_of(found->second);
    };
    const auto count = words("NVLINK_LINK_COUNT");
    const std::size_t most = count.empty() ? max_nvlinks : number_of<std::size_t>(count[0]).value_or(max_nvlinks);
    for (const std::string& state : words("NVLINK_GET_STATE")) {
        if (!number_of<int>(state) || links.size() >= std::min(most, max_nvlinks)) break;
        NvLink& link = links.emplace_back();
        link.index = static_cast<int>(links.size()) - 1;
        link.is_active = state == "1";
    }
    const auto for_each = [&](const char* field, auto set) {
        const auto values = words(field);
        for (std::size_t i = 0; i < std::min(values.size(), links.size()); ++i) set(links[i], values[i]);
    };
    for_each("NVLINK_GET_VERSION", [](NvLink& link, const auto& word) { link.version = number_of<int>(word); });
    for_each("NVLINK_GET_SPEED", [](NvLink& link, const auto& word) { link.speed_mbps = number_of<int>(word); });
    for (const auto& [field, counter] : field_counters) {
        for_each(field, [name = counter](NvLink& link, const auto& word) {
            if (const auto errors = number_of<std::uint64_t>(word)) link.errors[name] = *errors;
        });
    }
}

/// The same by a function for each link.
void links_of_functions(NvmlSaid& nvml, std::vector<NvLink>& links) {
    HostAnswers& answers = nvml.answers();
    for (std::size_t i = 0; i < max_nvlinks; ++i) {
        const std::string name = std::to_string(i);
        const auto state = answers.call(nvml.call("nvmlDeviceGetNvLinkState", name));
        if (!state) return;
        NvLink& link = links.emplace_back();
        link.index = static_cast<int>(i);
        link.is_active = *state == "1";
        link.version = number_of<int>(answers.call(nvml.call("nvmlDeviceGetNvLinkVersion", name)).value_or(""));
        for (const auto& [counter, our_name] : function_counters) {
            const auto errors = answers.call(nvml.call("nvmlDeviceGetNvLinkErrorCounter", name + ", " + counter));
            if (const auto number = number_of<std::uint64_t>(errors.value_or(""))) link.errors[our_name] = *number;
        }
    }
}

void interpret_remote_ends(NvmlSaid& nvml, std::vector<NvLink>& links) {
    if (links.empty()) return;
    const auto words = [&](const char* function) {
        auto found = words_of(nvml.text(function, "remote ends of NVLinks", "*").value_or(""));
        found.resize(links.size(), "-");
        return found;
    };
    const auto types = words("nvmlDeviceGetNvLinkRemoteDeviceType");
    const auto addresses = words("nvmlDeviceGetNvLinkRemotePciInfo_v2");
    for (std::size_t i = 0; i < links.size(); ++i) {
        links[i].remote = link_end_of_number(number_of<int>(types[i]).value_or(-1));
        // What a hypervisor hides has all bits set.
        const bool is_hidden = addresses[i] == "-" || addresses[i].starts_with("FFFFFFF");
        if (!is_hidden) links[i].remote_pci_address = sysfs_pci_address(addresses[i]);
    }
}

void interpret_fabric(NvmlSaid& nvml, Gpu& gpu) {
    // Where the versioned function is too new for the driver, the older one was asked, and its answer decides.
    const bool has_old = nvml.answers().readings().calls.contains(nvml.call("nvmlDeviceGetGpuFabricInfo"));
    const auto fabric = nvml.shaped<calls::NvmlFabric>(
        has_old ? "nvmlDeviceGetGpuFabricInfo" : "nvmlDeviceGetGpuFabricInfoV", "NVLink fabric");
    if (!fabric) return;
    GpuFabric& facts = gpu.fabric.emplace();
    facts.state = fabric_state_of_number(fabric->state);
    if (facts.state == FabricState::completed) facts.status = fabric->status == 0 ? "success" : fabric->status_text;
    if (fabric->cluster_uuid.find_first_not_of("0-") != std::string::npos) facts.cluster_uuid = fabric->cluster_uuid;
    if (fabric->clique_id <= 0x7fffffffU) facts.clique_id = static_cast<int>(fabric->clique_id);
    facts.unhealthy = fabric_health_words(fabric->health_mask.value_or(0));
}

}  // namespace

void interpret_gpu_links(NvmlSaid& nvml, Gpu& gpu) {
    const auto fields = nvml.answers().shaped<calls::NvmlFieldValues>(nvml.call("nvmlDeviceGetFieldValues"),
                                                                      gpu_topic(gpu.nvml_index, "nvlinks", "NVLinks"));
    if (fields) links_of_fields(*fields, gpu.nvlinks);
    if (gpu.nvlinks.empty()) {
        // For its Gap alone, where the first link is refused.
        nvml.text("nvmlDeviceGetNvLinkState", "NVLinks", "0");
        links_of_functions(nvml, gpu.nvlinks);
    }
    interpret_remote_ends(nvml, gpu.nvlinks);
    interpret_fabric(nvml, gpu);
}

}  // namespace r1cluster::detail
