// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>
#include <sstream>

#include "host/read/nvml_library.hpp"
#include "readings/calls_gpu.hpp"

namespace r1cluster::detail {
namespace {

constexpr auto refused = "-";
constexpr unsigned max_nvlinks = NVML_NVLINK_MAX_LINKS;

/// Numbers of NVML_FI_DEV_NVLINK_*.
struct LinkField {
    unsigned id;
    const char* name;
};
constexpr std::array link_fields{LinkField{165, "NVLINK_GET_STATE"},         LinkField{166, "NVLINK_GET_VERSION"},
                                 LinkField{164, "NVLINK_GET_SPEED"},         LinkField{161, "NVLINK_ERROR_DL_REPLAY"},
                                 LinkField{162, "NVLINK_ERROR_DL_RECOVERY"}, LinkField{163, "NVLINK_ERROR_DL_CRC"}};
/// Instead of the three errors, from Blackwell on.
constexpr std::array blackwell_fields{
    LinkField{215, "NVLINK_COUNT_LINK_RECOVERY_EVENTS"}, LinkField{214, "NVLINK_COUNT_LINK_RECOVERY_FAILED_EVENTS"},
    LinkField{208, "NVLINK_COUNT_RCV_ERRORS"}, LinkField{219, "NVLINK_COUNT_EFFECTIVE_ERRORS"}};
constexpr LinkField link_count{NVML_FI_DEV_NVLINK_LINK_COUNT, "NVLINK_LINK_COUNT"};

std::uint64_t value_of(const nvmlFieldValue_t& field) {
    switch (field.valueType) {
        case NVML_VALUE_TYPE_DOUBLE: return static_cast<std::uint64_t>(field.value.dVal);
        case NVML_VALUE_TYPE_UNSIGNED_LONG: return field.value.ulVal;
        case NVML_VALUE_TYPE_UNSIGNED_LONG_LONG: return field.value.ullVal;
        case NVML_VALUE_TYPE_SIGNED_LONG_LONG: return static_cast<std::uint64_t>(field.value.sllVal);
        default: return field.value.uiVal;
    }
}

void ask_for(std::span<const LinkField> fields, unsigned links, std::vector<nvmlFieldValue_t>& asked) {
    for (const LinkField& field : fields) {
        for (unsigned link = 0; link < links; ++link) {
            nvmlFieldValue_t& value = asked.emplace_back();
            value.fieldId = field.id;
            value.scopeId = link;
        }
    }
}

void add_values(const Nvml& nvml, std::span<const LinkField> fields, const std::vector<nvmlFieldValue_t>& answered,
                calls::NvmlFieldValues& found) {
    for (const LinkField& field : fields) {
        std::vector<std::string> words;
        bool has_value = false;
        for (const nvmlFieldValue_t& answer : answered) {
            if (answer.fieldId != field.id) continue;
            const bool is_value = answer.nvmlReturn == NVML_SUCCESS;
            words.push_back(is_value ? std::to_string(value_of(answer)) : refused);
            has_value = has_value || is_value;
            if (!is_value) found.because.try_emplace(field.name, nvml.error_text(answer.nvmlReturn));
        }
        if (has_value) found.values[field.name] = fmt::format("{}", fmt::join(words, " "));
    }
}

/// Which links are up, by the words of NVLINK_GET_STATE, up to the last that the GPU has.
std::vector<bool> active_links(const std::string& states) {
    std::vector<bool> active;
    std::istringstream words(states);
    for (std::string word; words >> word && word != refused;) active.push_back(word == "1");
    return active;
}

/// One call for all fields of all links: NVML serves them together.
calls::NvmlFieldValues field_values(NvmlGpu& gpu) {
    calls::NvmlFieldValues found;
    gpu.keep("nvmlDeviceGetFieldValues", "", [&] {
        std::vector<nvmlFieldValue_t> asked;
        ask_for(std::span(&link_count, 1), 1, asked);
        ask_for(link_fields, max_nvlinks, asked);
        gpu.call(R1CLUSTER_NVML(nvmlDeviceGetFieldValues), static_cast<int>(asked.size()), asked.data());
        add_values(gpu.nvml(), std::span(&link_count, 1), asked, found);
        add_values(gpu.nvml(), link_fields, asked, found);
        const auto state = found.values.find("NVLINK_GET_STATE");
        if (state != found.values.end() && !found.values.contains("NVLINK_ERROR_DL_REPLAY")) {
            asked.clear();
            ask_for(blackwell_fields, static_cast<unsigned>(active_links(state->second).size()), asked);
            gpu.call(R1CLUSTER_NVML(nvmlDeviceGetFieldValues), static_cast<int>(asked.size()), asked.data());
            add_values(gpu.nvml(), blackwell_fields, asked, found);
        }
        return calls::to_text(found);
    });
    return found;
}

/// Drivers before 530 and GPUs before Hopper know their links by functions. Until the first that is not there.
std::vector<bool> read_each_link(NvmlGpu& gpu) {
    std::vector<bool> active;
    for (unsigned link = 0; link < max_nvlinks; ++link) {
        const std::string name = std::to_string(link);
        const Answer& state = gpu.number(R1CLUSTER_NVML(nvmlDeviceGetNvLinkState), link, name);
        if (!state.text) break;
        active.push_back(*state.text == "1");
        gpu.number(R1CLUSTER_NVML(nvmlDeviceGetNvLinkVersion), link, name);
        for (const auto& [counter, counter_name] :
             {std::pair{NVML_NVLINK_ERROR_DL_REPLAY, "NVML_NVLINK_ERROR_DL_REPLAY"},
              std::pair{NVML_NVLINK_ERROR_DL_RECOVERY, "NVML_NVLINK_ERROR_DL_RECOVERY"},
              std::pair{NVML_NVLINK_ERROR_DL_CRC_FLIT, "NVML_NVLINK_ERROR_DL_CRC_FLIT"},
              std::pair{NVML_NVLINK_ERROR_DL_CRC_DATA, "NVML_NVLINK_ERROR_DL_CRC_DATA"}}) {
            gpu.keep("nvmlDeviceGetNvLinkErrorCounter", name + ", " + counter_name, [&, which = counter] {
                unsigned long long count = 0;
                gpu.call(R1CLUSTER_NVML(nvmlDeviceGetNvLinkErrorCounter), link, which, &count);
                return number_text(count);
            });
        }
    }
    return active;
}

/// One word a link, from a function that is asked for each link that is up: "FFFFFFFF:FF:FF.0 - FFFFFFFF:FF:FF.0".
template <class Word>
void keep_words(NvmlGpu& gpu, const char* function, const std::vector<bool>& active, Word word_of) {
    gpu.keep(function, "*", [&] {
        std::vector<std::string> words;
        std::string because;
        bool has_word = false;
        for (unsigned link = 0; link < active.size(); ++link) {
            const Answer word = active[link] ? answer([&] { return word_of(link); }) : Answer{};
            words.push_back(word.text.value_or(refused));
            has_word = has_word || word.text;
            if (because.empty()) because = word.because;
        }
        if (!has_word) throw Error(ErrorKind::system, function, because);
        return fmt::format("{}", fmt::join(words, " "));
    });
}

void read_remote_ends(NvmlGpu& gpu, const std::vector<bool>& active) {
    if (std::find(active.begin(), active.end(), true) == active.end()) return;
    keep_words(gpu, "nvmlDeviceGetNvLinkRemoteDeviceType", active, [&](unsigned link) {
        nvmlIntNvLinkDeviceType_t type{};
        gpu.call(R1CLUSTER_NVML(nvmlDeviceGetNvLinkRemoteDeviceType), link, &type);
        return number_text(type);
    });
    keep_words(gpu, "nvmlDeviceGetNvLinkRemotePciInfo_v2", active, [&](unsigned link) {
        nvmlPciInfo_t info{};
        gpu.call(R1CLUSTER_NVML(nvmlDeviceGetNvLinkRemotePciInfo_v2), link, &info);
        return std::string(info.busId);
    });
}

template <class Fabric>
calls::NvmlFabric fabric_of(const Nvml& nvml, const Fabric& fabric) {
    calls::NvmlFabric shape;
    shape.state = fabric.state;
    shape.status = static_cast<int>(fabric.status);
    shape.status_text = nvml.error_text(fabric.status);
    for (std::size_t i = 0; i < std::size(fabric.clusterUuid); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) shape.cluster_uuid += '-';
        shape.cluster_uuid += fmt::format("{:02x}", static_cast<unsigned>(fabric.clusterUuid[i]));
    }
    shape.clique_id = fabric.cliqueId;
    return shape;
}

void read_fabric(NvmlGpu& gpu) {
    const Answer& versioned = gpu.keep("nvmlDeviceGetGpuFabricInfoV", "", [&] {
        nvmlGpuFabricInfoV_t fabric{};
        fabric.version = nvmlGpuFabricInfo_v2;
        gpu.call(R1CLUSTER_NVML(nvmlDeviceGetGpuFabricInfoV), &fabric);
        calls::NvmlFabric shape = fabric_of(gpu.nvml(), fabric);
        shape.health_mask = fabric.healthMask;
        return calls::to_text(shape);
    });
    // "Not Supported" is of the GPU, and the older function would say the same.
    if (versioned.text || versioned.code == ReasonCode::not_supported) return;
    gpu.keep("nvmlDeviceGetGpuFabricInfo", "", [&] {
        nvmlGpuFabricInfo_t fabric{};
        gpu.call(R1CLUSTER_NVML(nvmlDeviceGetGpuFabricInfo), &fabric);
        return calls::to_text(fabric_of(gpu.nvml(), fabric));
    });
}

}  // namespace

void read_nvlinks(NvmlGpu& gpu) {
    const calls::NvmlFieldValues fields = field_values(gpu);
    std::vector<bool> active;
    if (const auto state = fields.values.find("NVLINK_GET_STATE"); state != fields.values.end()) {
        active = active_links(state->second);
    } else {
        active = read_each_link(gpu);
    }
    read_remote_ends(gpu, active);
    read_fabric(gpu);
}

}  // namespace r1cluster::detail
