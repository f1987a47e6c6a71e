// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "facts/interpret/host_answers.hpp"

namespace r1cluster::detail {
namespace {

constexpr auto modules = "/sys/module";
constexpr auto peer_symbol = "kallsyms(ib_register_peer_memory_client)";
constexpr auto driver_file = "/proc/driver/nvidia/version";

/// Whether one of these modules is loaded; unset where the modules were not listed and no file of it shows.
std::optional<bool> is_loaded(const HostAnswers& answers, std::initializer_list<const char*> names) {
    const std::vector<std::string> listed = answers.names(modules);
    for (const char* name : names) {
        const bool is_listed = std::find(listed.begin(), listed.end(), name) != listed.end();
        if (is_listed || answers.file(std::string(modules) + "/" + name + "/version")) return true;
    }
    const auto listing = answers.readings().listings.find(modules);
    if (listing == answers.readings().listings.end() || !listing->second.text) return std::nullopt;
    return false;
}

/// Whether a kernel such as "6.1.0-18-amd64" can give memory of a GPU to verbs as DMA-BUF.
std::optional<bool> is_dmabuf_kernel(const std::string& release, const Knowledge& knowledge) {
    const std::size_t dot = release.find('.');
    if (dot == std::string::npos) return std::nullopt;
    const std::string rest = release.substr(dot + 1);
    const auto major = number_of<int>(release.substr(0, dot));
    const auto minor = number_of<int>(rest.substr(0, rest.find_first_not_of("0123456789")));
    if (!major || !minor) return std::nullopt;
    return knowledge.tool_has("linux", "DMA-BUF of GPU memory", Version{{*major, *minor}, "", ""});
}

}  // namespace

void interpret_gpudirect(HostAnswers& answers, const Knowledge& knowledge) {
    Machine& machine = answers.machine();
    GpuDirectRdma& terms = machine.gpudirect;
    terms.is_peermem_loaded = is_loaded(answers, {"nvidia_peermem", "nv_peer_mem"});
    for (const char* kind : {"nv_mem", "nv_mem_nc"}) {  // the place where NCCL looks for the older module
        if (answers.file(std::string("/sys/kernel/mm/memory_peers/") + kind + "/version"))
            terms.is_peermem_loaded = true;
    }
    terms.is_gdrcopy_loaded = is_loaded(answers, {"gdrdrv"});
    if (const auto symbol = answers.call(peer_symbol)) terms.can_peermem_register = *symbol == "found";
    terms.is_kernel_dmabuf_able = is_dmabuf_kernel(machine.kernel, knowledge);
    if (const auto driver = answers.file(driver_file)) {
        terms.is_driver_open = driver->find("Open Kernel Module") != std::string::npos;
    }
    if (machine.gpus.empty() || machine.hcas.empty()) return;  // nobody will ask
    if (!terms.is_peermem_loaded)
        answers.gap({"gpudirect.peermem", "module nvidia_peermem"}, "\"/sys/module\" was not listed");
    if (!terms.can_peermem_register)
        answers.gap({"gpudirect.peer_memory", "peer memory of ib_core"}, answers.why_no_call(peer_symbol));
    if (!terms.is_driver_open) answers.gap({"driver.kind", "kind of GPU driver"}, answers.why_no_file(driver_file));
}

}  // namespace r1cluster::detail
