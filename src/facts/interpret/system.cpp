// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "facts/interpret/host_answers.hpp"

namespace r1cluster::detail {
namespace {

/// PRETTY_NAME="Debian GNU/Linux 12 (bookworm)" of os-release(5), quoted or not.
std::string pretty_name(const std::string& os_release) {
    for (const std::string& line : lines_of(os_release)) {
        if (!line.starts_with("PRETTY_NAME=")) continue;
        std::string name = line.substr(12);
        const bool is_quoted =
            name.size() >= 2 && (name.front() == '"' || name.front() == '\'') && name.back() == name.front();
        return is_quoted ? name.substr(1, name.size() - 2) : name;
    }
    return "";
}

/// "model name	: Intel..." of the first block of /proc/cpuinfo.
std::string cpuinfo_value(const std::string& cpuinfo, std::string_view key) {
    for (const std::string& line : lines_of(cpuinfo)) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos || !line.starts_with(key)) continue;
        const std::size_t key_end = line.find_last_not_of(" \t", colon == 0 ? 0 : colon - 1) + 1;
        const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
        if (key_end == key.size() && begin != std::string::npos) return line.substr(begin);
    }
    return "";
}

void interpret_cpu(HostAnswers& answers) {
    Cpu& cpu = answers.machine().cpu;
    const std::string cpuinfo = answers.file("/proc/cpuinfo").value_or("");
    cpu.model = cpuinfo_value(cpuinfo, "model name");
    cpu.flags = cpuinfo_value(cpuinfo, "flags");
    if (cpu.flags.empty()) cpu.flags = cpuinfo_value(cpuinfo, "Features");  // Arm
    if (const auto count = answers.shaped<calls::CpuCount>("cpuinfo()", {"cpu.count", "cpu"})) {
        const auto known = [](int number) { return number > 0 ? std::optional(number) : std::nullopt; };
        cpu.sockets = known(count->sockets);
        cpu.cores = known(count->cores);
        cpu.threads = known(count->processors);
    }
    if (cpu.model.empty()) {
        answers.gap({"cpu.model", "cpu model"}, cpuinfo.empty() ? answers.why_no_file("/proc/cpuinfo")
                                                                : Reason("/proc/cpuinfo has no \"model name\""));
    }
    if (!cpu.threads) answers.gap({"cpu.count", "cpu count"}, answers.why_no_call("cpuinfo()"));
}

void interpret_memory(HostAnswers& answers) {
    const auto meminfo = answers.file("/proc/meminfo");
    answers.machine().memory_bytes = kib_value(meminfo.value_or(""), "MemTotal:");
    answers.machine().memory_available_bytes = kib_value(meminfo.value_or(""), "MemAvailable:");
    if (!answers.machine().memory_bytes) {
        answers.gap({"memory", "memory"},
                    meminfo ? Reason("/proc/meminfo has no \"MemTotal\"") : answers.why_no_file("/proc/meminfo"));
    }
    const std::string base = "/sys/devices/system/node";
    for (const std::string& name : answers.names(base)) {
        const auto id = name.starts_with("node") ? number_of<int>(std::string_view(name).substr(4)) : std::nullopt;
        if (!id) continue;
        const std::string folder = base + "/" + name;
        const auto memory = kib_value(answers.file(folder + "/meminfo").value_or(""), "MemTotal:");
        std::vector<int> distances;
        for (const std::string& word : words_of(answers.file(folder + "/distance").value_or(""))) {
            if (const auto distance = number_of<int>(word)) distances.push_back(*distance);
        }
        answers.machine().numa_nodes.push_back(
            {*id, answers.file(folder + "/cpulist").value_or(""), memory, distances});
        if (!memory)
            answers.gap({"numa_node." + name.substr(4) + ".memory", "memory of NUMA node " + name.substr(4)},
                        answers.why_no_file(folder + "/meminfo"));
    }
    auto& nodes = answers.machine().numa_nodes;
    std::sort(nodes.begin(), nodes.end(), [](const NumaNode& a, const NumaNode& b) { return a.id < b.id; });
}

void interpret_ports(HostAnswers& answers) {
    for (const auto& [call, answer] : answers.readings().calls) {
        const auto place = argument_of(call, "bind");
        if (!place) continue;
        const Topic topic{"port." + *place, "port " + *place};
        const std::size_t colon = place->rfind(':');
        const auto port = number_of<int>(std::string_view(*place).substr(std::min(colon, place->size() - 1) + 1));
        if (colon == std::string::npos || !port || *port < 1 || *port > 65535) {
            answers.gap(topic, "not an address and a port");
            continue;
        }
        if (const auto bind = answers.shaped<calls::Bind>(call, topic)) {
            answers.machine().ports.push_back(
                {place->substr(0, colon), *port, bind->is_free, bind->because, bind->holder});
        } else if (!answer.text) {
            answers.gap(topic, reason_of(answer));
        }
    }
}

}  // namespace

void interpret_system(HostAnswers& answers) {
    Machine& machine = answers.machine();
    machine.hostname = answers.call("gethostname()").value_or("");
    if (machine.hostname.empty()) answers.gap({"hostname", "hostname"}, answers.why_no_call("gethostname()"));
    machine.operating_system = pretty_name(answers.file("/etc/os-release").value_or(""));
    if (machine.operating_system.empty())
        answers.gap({"operating_system", "operating system"}, answers.why_no_file("/etc/os-release"));
    if (const auto uname = answers.shaped<calls::Uname>("uname()", {"kernel", "kernel"})) {
        machine.kernel = uname->release;
        machine.cpu.architecture = uname->machine;
    }
    if (!answers.call("uname()")) answers.gap({"kernel", "kernel"}, answers.why_no_call("uname()"));
    machine.boot_id = answers.file("/proc/sys/kernel/random/boot_id").value_or("");
    if (machine.boot_id.empty())
        answers.gap({"boot_id", "boot id"}, answers.why_no_file("/proc/sys/kernel/random/boot_id"));
    interpret_cpu(answers);
    interpret_memory(answers);
    interpret_ports(answers);
    if (const auto clock = answers.shaped<calls::Clock>("clock()", {"clock", "clock"})) {
        machine.clock_offset_s = clock->offset_s;
        machine.clock_uncertainty_s = clock->uncertainty_s;
    }
}

}  // namespace r1cluster::detail
