// SPDX-License-Identifier: Apache-2.0
#include "spec/container.hpp"

#include <fmt/format.h>

#include <string_view>

namespace r1cluster::detail {

RuntimeKind runtime_of(const DeploymentSpec& spec, const HostSpec& host) {
    return spec.container ? host.runtime.value_or(spec.container->runtime) : RuntimeKind::process;
}

std::string container_program(const DeploymentSpec& spec, const HostSpec& host, const std::string& found_path) {
    if (!spec.container->program.empty()) return spec.container->program;
    return found_path.empty() ? std::string(to_text(runtime_of(spec, host))) : found_path;
}

std::vector<std::string> bind_mount(const std::string& source, const std::string& target, bool is_read_only) {
    return {"--mount", fmt::format("type=bind,source={},target={}{}", source, target, is_read_only ? ",readonly" : "")};
}

std::vector<std::string> asked_options(const ContainerSpec& container) {
    std::vector<std::string> options;
    for (std::string_view mount : container.mounts) {
        const bool is_read_only = mount.ends_with(":ro");
        if (is_read_only) mount.remove_suffix(3);
        const std::size_t colon = mount.find(':');
        const auto words =
            bind_mount(std::string(mount.substr(0, colon)), std::string(mount.substr(colon + 1)), is_read_only);
        options.insert(options.end(), words.begin(), words.end());
    }
    options.insert(options.end(), container.options.begin(), container.options.end());
    return options;
}

}  // namespace r1cluster::detail
