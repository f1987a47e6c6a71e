// SPDX-License-Identifier: Apache-2.0
#include "documents/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/text.hpp"
#include "facts/enum_words.hpp"
#include "facts/gpu_words.hpp"
#include "readings/pci_names.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t max_cpus = 8192;             // NR_CPUS of Linux
constexpr std::size_t max_cpu_text_bytes = 65536;  // every second CPU of those takes 20,000 as a list
constexpr std::size_t max_devices = 4096;          // of a kind; no machine has them
constexpr std::size_t max_numa_nodes = 1024;       // MAX_NUMNODES of Linux; distances grow with the square

bool is_hex(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

std::optional<std::string> pci_address_of(std::string_view text) {
    const bool has_domain = std::count(text.begin(), text.end(), ':') > 1;
    if (has_domain && text.find(':') > 8) return std::nullopt;
    const std::string address = sysfs_pci_address(has_domain ? std::string(text) : "0000:" + std::string(text));
    return is_pci_address(address) ? std::optional(address) : std::nullopt;
}

std::optional<std::string> pci_number_of(std::string_view text, std::size_t digits) {
    std::string lower = lower_case(text);
    if (lower.starts_with("0x")) lower.erase(0, 2);
    if (lower.size() > digits || !is_hex(lower)) return std::nullopt;
    return "0x" + std::string(digits - lower.size(), '0') + lower;
}

bool is_device_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~'; });
}

PciKind pci_kind_of(std::string_view class_code, std::string_view vendor_id) {
    // Clouds' files for NCCL name no vendor; a display controller in them is a GPU.
    const bool is_taken_for_gpu = vendor_id.empty() && class_code.starts_with("0x03");
    return pci_kind_of(pci_kind(class_code, is_taken_for_gpu ? "0x10de" : vendor_id));
}

std::optional<std::string> cpu_list_of_mask(std::string_view mask) {
    if (mask.size() > max_cpu_text_bytes) return std::nullopt;
    const std::vector<std::string_view> words = split(mask, ',');
    if (trimmed(mask).empty() || words.size() > max_cpus / 32) return std::nullopt;
    std::vector<std::uint64_t> bits((words.size() + 1) / 2);
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string digits = lower_case(trimmed(words[words.size() - 1 - i]));
        if (digits.starts_with("0x")) digits.erase(0, 2);
        if (digits.empty() && words.size() > 1) digits = "0";
        std::uint32_t word = 0;
        if (!is_hex(digits) || digits.size() > 8) return std::nullopt;
        std::from_chars(digits.data(), digits.data() + digits.size(), word, 16);
        bits[i / 2] |= std::uint64_t{word} << (i % 2 * 32);
    }
    return list_of_bits(bits);
}

std::optional<std::string> mask_of_cpu_list(std::string_view list) {
    if (list.size() > max_cpu_text_bytes) return std::nullopt;
    std::vector<std::uint32_t> words;
    std::size_t least = 0;  // the kernel's lists rise; so that none makes us set the same bits again and again
    for (const std::string_view part : split(list, ',')) {
        const std::size_t dash = part.find('-');
        const auto first = number_of<std::size_t>(part.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : number_of<std::size_t>(part.substr(dash + 1));
        if (!first || !last || *first < least || *first > *last || *last >= max_cpus) return std::nullopt;
        least = *last + 1;
        if (words.size() <= *last / 32) words.resize(*last / 32 + 1);
        for (std::size_t cpu = *first; cpu <= *last; ++cpu) words[cpu / 32] |= std::uint32_t{1} << cpu % 32;
    }
    std::string mask;
    for (auto word = words.rbegin(); word != words.rend(); ++word) {
        mask += fmt::format("{}{:08x}", mask.empty() ? "" : ",", *word);
    }
    return mask;
}

std::string excess_of(const Machine& machine) {
    const std::pair<std::size_t, const char*> kinds[] = {{machine.gpus.size(), "GPUs"},
                                                         {machine.pci_devices.size(), "PCI devices"},
                                                         {machine.hcas.size(), "HCAs"},
                                                         {machine.nics.size(), "network interfaces"}};
    for (const auto& [count, name] : kinds) {
        if (count > max_devices) return fmt::format("more than 4,096 {}", name);
    }
    return machine.numa_nodes.size() > max_numa_nodes ? "more than 1,024 NUMA nodes" : "";
}

void add_gap(Machine& machine, std::string key, std::string subject, std::string because, std::string remedy) {
    machine.gaps.push_back({std::move(key), std::move(subject), std::move(because), std::move(remedy)});
}

void order_devices(Machine& machine, bool numbers_gpus) {
    const auto by_address = [](const auto& a, const auto& b) { return a.pci_address < b.pci_address; };
    std::sort(machine.pci_devices.begin(), machine.pci_devices.end(),
              [](const PciDevice& a, const PciDevice& b) { return a.address < b.address; });
    if (numbers_gpus) {
        std::stable_sort(machine.gpus.begin(), machine.gpus.end(), by_address);
        for (std::size_t i = 0; i < machine.gpus.size(); ++i) machine.gpus[i].nvml_index = static_cast<int>(i);
    } else {
        std::stable_sort(machine.gpus.begin(), machine.gpus.end(),
                         [](const Gpu& a, const Gpu& b) { return a.nvml_index < b.nvml_index; });
    }
    std::stable_sort(machine.hcas.begin(), machine.hcas.end(),
                     [](const Hca& a, const Hca& b) { return a.name < b.name; });
    std::stable_sort(machine.nics.begin(), machine.nics.end(),
                     [](const Nic& a, const Nic& b) { return a.name < b.name; });
}

}  // namespace r1cluster::detail
