// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "facts/interpret/said.hpp"
#include "readings/reason.hpp"

namespace r1cluster::detail {
namespace {

/// Says "off" only where something proves it; what cannot be told is a gap as well.
void add(Said& said, Firewall firewall, const std::string& remedy = "") {
    if (!firewall.is_active)
        said.gap({"firewall." + firewall.name, "firewall " + firewall.name}, firewall.because, remedy);
    said.machine().firewalls.push_back(std::move(firewall));
}

/// Legacy iptables: the kernel lists the tables that it holds. Without the file it holds none.
void interpret_iptables(Said& said) {
    const std::string path = "/proc/net/ip_tables_names";
    const auto& files = said.readings().files;
    const auto answer = files.find(path);
    if (answer == files.end()) return;
    if (!answer->second.text) {
        const bool is_absent = code_of(answer->second) == ReasonCode::not_found;
        if (is_absent) {
            add(said, {"iptables", false, "the kernel has no legacy iptables: no " + path});
        } else {
            add(said, {"iptables", std::nullopt, said.why_no_file(path).text}, "read as root");
        }
        return;
    }
    const std::vector<std::string> tables = words_of(*answer->second.text);
    if (tables.empty()) {
        add(said, {"iptables", false, path + " names no table"});
    } else {
        add(said,
            {"iptables", std::nullopt,
             fmt::format("tables that exist: {}; whether they hold rules was not read", few_of(tables))},
            "iptables-save, as root");
    }
}

void interpret_nftables(Said& said) {
    // Absence of the module proves nothing: it may be part of the kernel itself.
    const std::string module = "/sys/module/nf_tables";
    if (!said.file(module + "/initstate")) return;
    add(said, {"nftables", std::nullopt, "the module nf_tables is loaded; its rules were not read"},
        "nft list ruleset, as root");
}

void interpret_ufw(Said& said) {
    const std::string path = "/etc/ufw/ufw.conf";
    if (!said.readings().files.contains(path)) return;  // not installed
    for (const std::string& line : lines_of(said.file(path).value_or(""))) {
        if (line == "ENABLED=yes" || line == "ENABLED=no") {
            add(said, {"ufw", line == "ENABLED=yes", line + " in " + path});
            return;
        }
    }
    add(said, {"ufw", std::nullopt, said.file(path) ? path + " does not say ENABLED" : said.why_no_file(path).text},
        "ufw status, as root");
}

}  // namespace

void interpret_firewalls(Said& said) {
    interpret_nftables(said);
    interpret_iptables(said);
    interpret_ufw(said);
}

}  // namespace r1cluster::detail
