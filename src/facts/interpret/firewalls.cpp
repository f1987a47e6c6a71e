// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "facts/interpret/host_answers.hpp"
#include "readings/reason.hpp"

namespace r1cluster::detail {
namespace {

/// Says "off" only where something proves it; what cannot be told is a gap as well.
void add(HostAnswers& answers, Firewall firewall, const std::string& remedy = "") {
    if (!firewall.is_active)
        answers.gap({"firewall." + firewall.name, "firewall " + firewall.name}, firewall.because, remedy);
    answers.machine().firewalls.push_back(std::move(firewall));
}

/// Legacy iptables: the kernel lists the tables that it holds. Without the file it holds none.
void interpret_iptables(HostAnswers& answers) {
    const std::string path = "/proc/net/ip_tables_names";
    const auto& files = answers.readings().files;
    const auto answer = files.find(path);
    if (answer == files.end()) return;
    if (!answer->second.text) {
        const bool is_absent = code_of(answer->second) == ReasonCode::not_found;
        if (is_absent) {
            add(answers, {"iptables", false, "the kernel has no legacy iptables: no " + path});
        } else {
            add(answers, {"iptables", std::nullopt, answers.why_no_file(path).text}, "read as root");
        }
        return;
    }
    const std::vector<std::string> tables = words_of(*answer->second.text);
    if (tables.empty()) {
        add(answers, {"iptables", false, path + " names no table"});
    } else {
        add(answers,
            {"iptables", std::nullopt,
             fmt::format("tables that exist: {}; whether they hold rules was not read", few_of(tables))},
            "iptables-save, as root");
    }
}

void interpret_nftables(HostAnswers& answers) {
    // Absence of the module proves nothing: it may be part of the kernel itself.
    const std::string module = "/sys/module/nf_tables";
    if (!answers.file(module + "/initstate")) return;
    add(answers, {"nftables", std::nullopt, "the module nf_tables is loaded; its rules were not read"},
        "nft list ruleset, as root");
}

void interpret_ufw(HostAnswers& answers) {
    const std::string path = "/etc/ufw/ufw.conf";
    if (!answers.readings().files.contains(path)) return;  // not installed
    for (const std::string& line : lines_of(answers.file(path).value_or(""))) {
        if (line == "ENABLED=yes" || line == "ENABLED=no") {
            add(answers, {"ufw", line == "ENABLED=yes", line + " in " + path});
            return;
        }
    }
    add(answers,
        {"ufw", std::nullopt, answers.file(path) ? path + " does not say ENABLED" : answers.why_no_file(path).text},
        "ufw status, as root");
}

}  // namespace

void interpret_firewalls(HostAnswers& answers) {
    interpret_nftables(answers);
    interpret_iptables(answers);
    interpret_ufw(answers);
}

}  // namespace r1cluster::detail
