// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/layout/layout.hpp"
#include "r1cluster/report/report.hpp"

namespace r1cluster {

/// One environment variable that is set, or one that deliberately stays unset.
struct Setting {
    std::string name;                  ///< of the variable
    std::optional<std::string> value;  ///< unset: the default applies; `because` says why
    std::string because;               ///< why it has this value, or none
    bool is_from_user = false;         ///< from [env] or [host.env]; kept even if r1cluster would choose another value
    std::optional<std::string> ours;   ///< the value that r1cluster would choose, where a user's value differs
    bool operator==(const Setting&) const = default;
};

/// The environment of the engine's processes on one host.
struct HostSettings {
    std::string host;               ///< name in the spec
    std::string interface;          ///< network interface through which the host reaches the other hosts
    std::string address;            ///< address of that interface, to which the other hosts connect
    std::vector<Setting> settings;  ///< ordered by name

    /// nullptr if no setting has that name.
    const Setting* find(std::string_view name) const;
    bool operator==(const HostSettings&) const = default;
};

/// The environment of every engine process, host by host.
struct Settings {
    std::vector<HostSettings> hosts;  ///< in the order of the spec
    std::vector<Finding> findings;    ///< values of the user that r1cluster would choose differently

    const HostSettings* find(std::string_view host) const;
    bool operator==(const Settings&) const = default;
};

/// Chooses interface, address and environment for each host by its own route to its peers (names may
/// differ between hosts), for the engine and device of the layout. A host without a rank gets no settings.
/// Throws Error (invalid_input) for a rank on a host that the spec does not have, and for a name in [env]
/// that is not one of a variable. `knowledge`: its tables of variables name the rule for each.
Settings choose_settings(const DeploymentSpec& spec, const Cluster& cluster, const Layout& layout,
                         const Knowledge& knowledge = Knowledge::embedded());

/// NAME=value lines, for --env-file. Values that begin with "{state}" are left out of both forms: only the
/// guard on the host knows that folder. A value with a line break has no such form: Error (invalid_input).
std::string render_env_file(const HostSettings& settings);
std::string render_shell(const HostSettings& settings);  ///< export NAME='value' lines
/// Text for a terminal; with `explain`, each line has its reason.
std::string show(const Settings& settings, bool explain = false);

}  // namespace r1cluster
