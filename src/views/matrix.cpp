// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "r1cluster/views/views.hpp"
#include "views/tree.hpp"
#include "views/words.hpp"

namespace r1cluster {
namespace {

using detail::columns;
using detail::joined;

struct Cell {
    std::string text;
    std::string mark = {};  ///< GPUDirect RDMA: "*" used, "?" not known; not for two GPUs
};

/// A row and column of the matrix.
struct Device {
    std::string name;    ///< in DevicePath
    std::string title;   ///< as the matrix shows it
    std::string detail;  ///< second line of the header: a rate
    const Gpu* gpu = nullptr;
    const Hca* hca = nullptr;
};

std::string short_rate(const std::optional<double>& gbps) { return gbps ? fmt::format("{:g}G", *gbps) : "?"; }

std::vector<Device> devices_of(const Machine& machine) {
    std::vector<Device> devices;
    for (const Gpu& gpu : machine.gpus)
        devices.push_back({device_name(gpu), fmt::format("GPU{}", gpu.nvml_index), "", &gpu, nullptr});
    for (const Hca& hca : machine.hcas) {
        const HcaPort* port = detail::main_port(hca);
        devices.push_back({detail::device_name(hca), detail::device_name(hca),
                           short_rate(port ? port->rate_gbps : std::nullopt), nullptr, &hca});
    }
    for (const Nic* nic : detail::nics_without_hca(machine)) {
        std::optional<double> gbps;
        if (nic->speed_mbps && *nic->speed_mbps > 0) gbps = static_cast<double>(*nic->speed_mbps) / 1000;
        devices.push_back({nic->pci_address, nic->name, short_rate(gbps), nullptr, nullptr});
    }
    return devices;
}

std::string mark_of(const Device& a, const Device& b) {
    const Gpu* gpu = a.gpu ? a.gpu : b.gpu;
    const std::string& name = a.gpu ? b.name : a.name;
    if (!gpu || (a.gpu && b.gpu)) return "";
    for (const NearHca& near : gpu->hcas) {
        if (near.hca == name) return near.uses_gpudirect ? (*near.uses_gpudirect ? "*" : "") : "?";
    }
    return "";
}

Cell cell_of(const Machine& machine, const Device& a, const Device& b) {
    if (&a == &b) return {"X"};
    const DevicePath* path = machine.find_path(a.name, b.name);
    if (!path || path->path.empty()) return {"?"};
    return {path->path, mark_of(a, b)};
}

/// The words of a legend for the cells that occur; NV# stands for all counts.
std::string legend_of(const std::set<std::string>& texts, const std::set<std::string>& marks) {
    static constexpr std::pair<const char*, const char*> meanings[] = {
        {"X", "itself"},
        {"NV#", "that many NVLinks"},
        {"PIX", "at most one PCIe switch"},
        {"PXB", "several PCIe switches, not by way of the CPU"},
        {"PHB", "by way of a PCIe host bridge of the CPU"},
        {"NODE", "by way of two host bridges of one NUMA node"},
        {"SYS", "from one NUMA node to another"},
        {"?", "not known"}};
    std::string out = "\n";
    for (const auto& [word, meaning] : meanings) {
        const bool is_there = std::string_view(word) == "NV#"
                                  ? std::any_of(texts.begin(), texts.end(),
                                                [](const std::string& text) { return text.starts_with("NV"); })
                                  : texts.count(word) > 0;
        if (is_there) out += fmt::format("  {:<4} = {}\n", word, meaning);
    }
    if (marks.count("*")) {
        out += "  *    = NCCL would use GPUDirect RDMA between the two, at its default NCCL_NET_GDR_LEVEL\n";
    }
    if (marks.count("?")) out += "  PIX? = the path is PIX; not known whether NCCL would use GPUDirect RDMA on it\n";
    return out;
}

std::string hca_lines(const Machine& machine) {
    std::string out;
    for (const Hca& hca : machine.hcas) {
        out += fmt::format("{}: {}{}\n", detail::device_name(hca), detail::ports_text(hca),
                           hca.role == HcaRole::unknown ? "" : fmt::format(", {}", to_text(hca.role)));
    }
    return out.empty() ? "" : "\n" + out;
}

std::string padded(const std::string& text, std::size_t width) {
    return text + std::string(width - std::min(width, columns(text)), ' ');
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
    }
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) line += padded(row[i], widths[i] + 2);
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    return out;
}

}  // namespace

std::string show_matrix(const Machine& machine) {
    if (!machine.is_reached()) return fmt::format("{}: not reached: {}\n", machine.host, machine.unreachable_because);
    const std::vector<Device> devices = devices_of(machine);
    if (devices.empty()) return fmt::format("{}: no GPU, HCA or network controller seen\n", machine.host);
    std::vector<std::vector<std::string>> rows{{""}, {""}};
    for (const Device& device : devices) {
        rows[0].push_back(device.title);
        rows[1].push_back(device.detail);
    }
    rows[0].insert(rows[0].end(), {"CPU Affinity", "NUMA Affinity"});
    rows[1].insert(rows[1].end(), {"", ""});
    std::set<std::string> texts, marks;
    for (const Device& a : devices) {
        std::vector<std::string> row{a.title};
        for (const Device& b : devices) {
            const Cell cell = cell_of(machine, a, b);
            row.push_back(cell.text + cell.mark);
            texts.insert(cell.text);
            marks.insert(cell.mark);
        }
        const std::string cpus = a.gpu ? a.gpu->cpu_affinity : "";
        const std::optional<int> node = a.gpu ? a.gpu->numa_node : a.hca ? a.hca->numa_node : std::nullopt;
        row.push_back(cpus.empty() && a.gpu ? "?" : cpus);
        row.push_back(node ? std::to_string(*node) : a.gpu || a.hca ? "?" : "");
        texts.insert(row.end() - 2, row.end());
        rows.push_back(row);
    }
    if (std::all_of(rows[1].begin(), rows[1].end(), [](const std::string& text) { return text.empty(); }))
        rows.erase(rows.begin() + 1);
    return machine.host + "\n" + table(rows) + legend_of(texts, marks) + hca_lines(machine);
}

}  // namespace r1cluster
