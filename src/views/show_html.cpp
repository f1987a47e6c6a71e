// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/html.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/views/views.hpp"
#include "views/judgement.hpp"
#include "views/words.hpp"

namespace r1cluster {
namespace {

std::string table(const std::string& heading, const std::string& rows) {
    if (rows.empty()) return "";
    return "<table>\n" + heading + rows + "</table>\n";
}

std::string gpu_rows(const Machine& machine) {
    std::string rows;
    for (const Gpu& gpu : machine.gpus) {
        rows += detail::html_row({std::to_string(gpu.nvml_index), gpu.name, gpu.pci_address,
                                  gpu.memory_bytes ? format_bytes(*gpu.memory_bytes) : "?", gpu.compute_capability,
                                  gpu.numa_node ? std::to_string(*gpu.numa_node) : "?",
                                  std::to_string(active_nvlinks(gpu))});
    }
    return rows;
}

std::string hca_rows(const Machine& machine) {
    std::string rows;
    for (const Hca& hca : machine.hcas) {
        rows += detail::html_row(
            {detail::device_name(hca), hca.role == HcaRole::unknown ? "?" : std::string(to_text(hca.role)),
             detail::ports_text(hca), hca.pci_address, hca.numa_node ? std::to_string(*hca.numa_node) : "?", hca.model,
             hca.firmware_version});
    }
    return rows;
}

std::string problem_rows(const Machine& machine) {
    std::string rows;
    for (const Problem& problem : machine.problems)
        rows += detail::html_row({problem.subject, problem.because, problem.remedy});
    return rows;
}

std::string nic_rows(const Machine& machine) {
    std::string rows;
    for (const Nic& nic : machine.nics) {
        std::string addresses;
        for (const NicAddress& address : nic.addresses) {
            addresses += fmt::format("{}{}/{}", addresses.empty() ? "" : " ", address.address, address.prefix_length);
        }
        rows += detail::html_row(
            {nic.name, to_text(nic.kind), detail::state_of(nic), nic.mtu ? std::to_string(*nic.mtu) : "?",
             nic.speed_mbps ? format_count(static_cast<std::uint64_t>(*nic.speed_mbps)) + " Mb/s" : "?", addresses});
    }
    return rows;
}

std::string gap_rows(const Machine& machine) {
    std::string rows;
    for (const Gap& gap : machine.gaps) rows += detail::html_row({gap.subject, gap.because, gap.remedy});
    return rows;
}

}  // namespace

std::string show_html(const Machine& machine) {
    std::string html = "<div class=\"r1cluster-machine\">\n";
    if (machine.is_reached()) {
        html += to_svg(machine);
    } else {
        html += fmt::format("<p><b>{}</b>: {}</p>\n", detail::html_escaped(machine.host),
                            detail::html_escaped(detail::judgement(machine)));
    }
    html += table(detail::html_row({"problem", "because", "remedy"}, "th"), problem_rows(machine));
    html += table(detail::html_row({"GPU", "name", "PCI", "memory", "compute", "NUMA", "NVLinks"}, "th"),
                  gpu_rows(machine));
    html +=
        table(detail::html_row({"HCA", "role", "ports", "PCI", "NUMA", "model", "firmware"}, "th"), hca_rows(machine));
    html +=
        table(detail::html_row({"interface", "kind", "state", "MTU", "speed", "addresses"}, "th"), nic_rows(machine));
    html += table(detail::html_row({"not seen", "because", "remedy"}, "th"), gap_rows(machine));
    return html + "</div>\n";
}

}  // namespace r1cluster
