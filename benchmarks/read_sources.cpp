// SPDX-License-Identifier: Apache-2.0
// Where reading this machine spends its time: each source alone, one after another, and all of them as read does it.
#include <chrono>
#include <cstdio>
#include <functional>

#include "host/os/host_tree.hpp"
#include "host/read/sources.hpp"

namespace {

using namespace r1cluster;

double milliseconds(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

void time_source(const char* name, const std::function<void(Readings&)>& read) {
    Readings readings;
    const double first = milliseconds([&] { read(readings); });
    Readings again;
    const double second = milliseconds([&] { read(again); });
    std::printf("%-14s %8.1f ms, again %8.1f ms, %zu answers\n", name, first, second,
                readings.files.size() + readings.links.size() + readings.listings.size() + readings.calls.size());
}

}  // namespace

int main() {
    using detail::HostTree;
    time_source("system", [](Readings& r) { detail::read_system(r); });
    time_source("limits", [](Readings& r) { detail::read_limits(HostTree(r)); });
    time_source("pci", [](Readings& r) { detail::read_pci(HostTree(r)); });
    time_source("interfaces", [](Readings& r) { detail::read_interfaces(HostTree(r)); });
    time_source("tables", [](Readings& r) { detail::read_network_tables(r); });
    time_source("firewalls", [](Readings& r) { detail::read_firewalls(HostTree(r)); });
    time_source("hcas", [](Readings& r) { detail::read_hcas(HostTree(r)); });
    time_source("verbs", [](Readings& r) { detail::read_verbs(r); });
    time_source("gpudirect", [](Readings& r) { detail::read_gpudirect(HostTree(r)); });
    time_source("services", [](Readings& r) { detail::read_services(HostTree(r)); });
    time_source("software", [](Readings& r) { detail::read_software(HostTree(r)); });
    time_source("gpu files", [](Readings& r) { detail::read_gpu_files(r); });
    time_source("gpus", [](Readings& r) { detail::read_gpus({}, r); });
    std::printf("all together   %8.1f ms\n", milliseconds([] { discover(); }));
    return 0;
}
