// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "config/shell.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/config/settings.hpp"

namespace r1cluster {
namespace {

bool is_for_the_guard(const Setting& setting) { return setting.value && setting.value->starts_with("{state}"); }

}  // namespace

std::string render_env_file(const HostSettings& settings) {
    std::string out;
    for (const Setting& setting : settings.settings) {
        if (!setting.value || is_for_the_guard(setting)) continue;
        if (setting.value->find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos) {
            throw Error(
                ErrorKind::invalid_input, setting.name,
                fmt::format(
                    "writing \"{}\" of host \"{}\" to an env file: its value has a line break; expected one line",
                    setting.name, settings.host));
        }
        out += setting.name + "=" + *setting.value + "\n";
    }
    return out;
}

std::string render_shell(const HostSettings& settings) {
    std::string out;
    for (const Setting& setting : settings.settings) {
        if (!setting.value || is_for_the_guard(setting)) continue;
        out += "export " + setting.name + "=" + detail::shell_quoted(*setting.value) + "\n";
    }
    return out;
}

std::string show(const Settings& settings, bool explain) {
    std::string out;
    for (const HostSettings& host : settings.hosts) {
        out += fmt::format("{}: {} on {}\n", host.host, host.address.empty() ? "address unknown" : host.address,
                           host.interface.empty() ? "an unknown interface" : host.interface);
        for (const Setting& setting : host.settings) {
            if (!setting.value && !explain) continue;
            out += "  " + setting.name;
            out += setting.value ? "=" + detail::shell_quoted(*setting.value) : "  (left unset)";
            if (setting.is_from_user) out += "  (from the spec)";
            out += "\n";
            if (explain) out += "      because " + setting.because + "\n";
        }
    }
    for (const Finding& finding : settings.findings) {
        out += fmt::format("{} {} {}: {}\n", to_text(finding.severity), finding.id, finding.subject, finding.observed);
        out += fmt::format("    expected: {}\n    do: {}\n", finding.expected, finding.remedy);
    }
    return out;
}

}  // namespace r1cluster
