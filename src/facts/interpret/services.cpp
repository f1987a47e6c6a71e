// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "facts/interpret/host_answers.hpp"
#include "readings/calls_devices.hpp"
#include "readings/pci_names.hpp"

namespace r1cluster::detail {
namespace {

struct Known {
    const char* name;
    const char* process;  ///< cut to 15 characters
    const char* unit;
    const char* package;  ///< beginning of its name
};
constexpr Known known_services[] = {
    {"nvidia-fabricmanager", "nv-fabricmanage", "nvidia-fabricmanager.service", "nvidia-fabricmanager"},
    {"nvidia-imex", "nvidia-imex", "nvidia-imex.service", "nvidia-imex"},
    {"nvidia-persistenced", "nvidia-persiste", "nvidia-persistenced.service", "nvidia-persistenced"},
    {"docker", "dockerd", "docker.service", "docker"},
    {"containerd", "containerd", "containerd.service", "containerd"}};

/// The folder that has this unit; empty: none.
std::string folder_of_unit(const HostAnswers& answers, const std::string& unit) {
    for (const std::string folder : {"/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"}) {
        const std::vector<std::string> names = answers.names(folder);
        if (std::find(names.begin(), names.end(), unit) != names.end()) return folder;
    }
    return "";
}

/// NVSwitches that their driver knows and /sys/bus/pci did not show.
void add_nvswitches(HostAnswers& answers) {
    auto& devices = answers.machine().pci_devices;
    for (const std::string& address : answers.names("/proc/driver/nvidia-nvswitch/devices")) {
        const bool is_known =
            std::any_of(devices.begin(), devices.end(), [&](const PciDevice& one) { return one.address == address; });
        if (!is_pci_address(address) || is_known || devices.size() >= max_detailed_pci_devices) continue;
        PciDevice found;
        found.address = address;
        found.kind = PciKind::nvswitch;
        devices.push_back(std::move(found));
    }
    std::sort(devices.begin(), devices.end(),
              [](const PciDevice& a, const PciDevice& b) { return a.address < b.address; });
}

}  // namespace

std::string upstream_version(const std::string& version) {
    const std::size_t epoch = version.find(':');
    const std::string rest = epoch == std::string::npos ? version : version.substr(epoch + 1);
    return rest.substr(0, rest.rfind('-'));
}

void interpret_services(HostAnswers& answers) {
    add_nvswitches(answers);
    const auto processes = answers.shaped<calls::Processes>("processes()", {"services", "services"});
    if (!processes && !answers.call("processes()"))
        answers.gap({"services", "services"}, answers.why_no_call("processes()"));
    const auto packages = answers.shaped<calls::Packages>("dpkg()", {"packages.dpkg", "package database"});
    if (!packages && !answers.call("dpkg()"))
        answers.gap({"packages.dpkg", "package database"}, answers.why_no_call("dpkg()"));
    for (const Known& known : known_services) {
        const std::string folder = folder_of_unit(answers, known.unit);
        const bool is_running = processes && processes->found.contains(known.process);
        if (folder.empty() && !is_running) continue;
        Service service;
        service.name = known.name;
        if (is_running) {
            service.is_running = true;
            service.because = fmt::format("process {} \"{}\"", processes->found.at(known.process), known.process);
        } else if (processes && processes->sees_host) {
            service.is_running = false;
            service.because = fmt::format("{}/{} is there, and no process \"{}\"", folder, known.unit, known.process);
        } else {
            service.because =
                fmt::format("{}/{} is there; the processes of the host do not show here", folder, known.unit);
            answers.gap({fmt::format("service.{}", known.name), fmt::format("service {}", known.name)}, service.because,
                        "read on the host itself");
        }
        for (const auto& [package, version] : packages.value_or(calls::Packages{})) {
            if (package.starts_with(known.package) && service.version.empty())
                service.version = upstream_version(version);
        }
        answers.machine().services.push_back(std::move(service));
    }
    if (processes && processes->found.contains("firewalld")) {
        answers.machine().firewalls.push_back({"firewalld", true, "process \"firewalld\""});
    } else if (processes && processes->sees_host && !folder_of_unit(answers, "firewalld.service").empty()) {
        answers.machine().firewalls.push_back({"firewalld", false, "installed, and no process \"firewalld\""});
    }
}

}  // namespace r1cluster::detail
