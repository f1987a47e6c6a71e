// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "facts/derive/derive.hpp"
#include "facts/derive/pci_tree.hpp"
#include "facts/problem_kinds.hpp"

namespace r1cluster::detail {
namespace {

namespace kinds = problem_kinds;

class Problems {
public:
    explicit Problems(Machine& machine) : machine_(machine) {}
    void add(const ProblemKind& kind, std::string subject, std::string because, std::string remedy) {
        machine_.problems.push_back(
            {std::string(kind.id), kind.severity, std::move(subject), std::move(because), std::move(remedy)});
    }

private:
    Machine& machine_;
};

/// The lower of what a device and the port above it can do; unset where neither says.
template <class T>
std::optional<T> lower_of(const std::optional<T>& a, const std::optional<T>& b) {
    return a && b ? std::min(*a, *b) : (a ? a : b);
}

void check_link(const PciTree& tree, const std::string& subject, const std::string& address, const PciLink* other,
                bool is_speed_telling, Problems& problems) {
    const PciDevice* device = tree.find(address);
    const PciLink link = device && device->link.width ? device->link : (other ? *other : PciLink{});
    const PciDevice* port = device ? tree.find(device->parent) : nullptr;
    const auto lanes = lower_of(link.max_width, port ? port->link.max_width : std::nullopt);
    const auto rate = lower_of(link.max_speed_gts, port ? port->link.max_speed_gts : std::nullopt);
    const std::string reseat = "reseat the card or its riser; look for correctable errors with `dmesg | grep AER`";
    // Firmware writes 0 or 255 lanes where a virtual machine has no link to speak of.
    if (link.width && lanes && *link.width > 0 && *lanes <= 32 && *link.width < *lanes) {
        problems.add(kinds::pcie_width, subject,
                     fmt::format("its PCIe link runs on {} of {} lanes", *link.width, *lanes), reseat);
    }
    if (is_speed_telling && link.speed_gts && rate && *link.speed_gts < *rate) {
        problems.add(kinds::pcie_speed, subject,
                     fmt::format("its PCIe link runs at {:g} of {:g} GT/s", *link.speed_gts, *rate), reseat);
    }
}

void check_nvlinks(const Machine& machine, Problems& problems) {
    std::size_t most = 0;
    for (const Gpu& gpu : machine.gpus) most = std::max(most, static_cast<std::size_t>(active_nvlinks(gpu)));
    for (const Gpu& gpu : machine.gpus) {
        const auto count = static_cast<std::size_t>(active_nvlinks(gpu));
        const std::size_t has = std::max(gpu.nvlinks.size(), count > 0 ? most : 0);
        if (count < has && most > 0) {
            problems.add(kinds::nvlink_down, device_name(gpu), fmt::format("{} of its {} NVLinks are up", count, has),
                         "nvidia-smi nvlink -s; reset the GPU; on HGX boards restart nvidia-fabricmanager");
        }
        for (const NvLink& link : gpu.nvlinks) {
            const auto recovery = link.errors.find("recovery");
            if (recovery == link.errors.end() || recovery->second == 0) continue;
            problems.add(kinds::nvlink_errors, device_name(gpu),
                         fmt::format("NVLink {} recovered {} times from errors", link.index, recovery->second),
                         "nvidia-smi nvlink -e; have the board looked at if the number grows");
        }
    }
}

void check_fabric(const Machine& machine, const Gpu& gpu, Problems& problems) {
    if (!gpu.fabric) return;
    const bool has_switch =
        std::any_of(gpu.nvlinks.begin(), gpu.nvlinks.end(),
                    [](const NvLink& link) { return link.is_active && link.remote == NvLinkEnd::nvswitch; }) ||
        std::any_of(machine.pci_devices.begin(), machine.pci_devices.end(),
                    [](const PciDevice& device) { return device.kind == PciKind::nvswitch; });
    const std::string remedy = "systemctl status nvidia-fabricmanager; its version must be that of the driver";
    if (has_switch &&
        (gpu.fabric->state == FabricState::not_started || gpu.fabric->state == FabricState::in_progress)) {
        problems.add(kinds::fabric_not_formed, device_name(gpu),
                     fmt::format("registration with the NVLink fabric is {}", to_text(gpu.fabric->state)), remedy);
    }
    if (gpu.fabric->state == FabricState::completed && !gpu.fabric->status.empty() && gpu.fabric->status != "success") {
        problems.add(kinds::fabric_failed, device_name(gpu),
                     "registration with the NVLink fabric ended with: " + gpu.fabric->status, remedy);
    }
    for (const std::string& word : gpu.fabric->unhealthy) {
        problems.add(kinds::fabric_unhealthy, device_name(gpu), "the NVLink fabric reports: " + word, remedy);
    }
}

void check_gpu(const Gpu& gpu, Problems& problems) {
    const std::string name = device_name(gpu);
    if (gpu.is_ecc_enabled && gpu.is_ecc_pending && *gpu.is_ecc_enabled != *gpu.is_ecc_pending) {
        problems.add(kinds::ecc_pending, name,
                     *gpu.is_ecc_pending ? "ECC will be on after a reset" : "ECC will be off after a reset",
                     "nvidia-smi -r, or reboot");
    }
    if (gpu.is_mig_enabled && gpu.is_mig_pending && *gpu.is_mig_enabled != *gpu.is_mig_pending) {
        problems.add(kinds::mig_pending, name,
                     *gpu.is_mig_pending ? "MIG will be on after a reset" : "MIG will be off after a reset",
                     "nvidia-smi -r, or reboot");
    }
    if (gpu.is_remap_pending.value_or(false)) {
        problems.add(kinds::row_remap_pending, name, "rows of its memory wait to be replaced",
                     "nvidia-smi -r, or reboot");
    }
    if (gpu.has_remap_failed.value_or(false)) {
        problems.add(kinds::row_remap_failed, name, "rows of its memory could not be replaced",
                     "have the GPU exchanged");
    }
    for (const std::string& reason : gpu.throttle_reasons) {
        if (reason.starts_with("hardware")) {
            problems.add(kinds::gpu_slowed, name, "it is slowed down: " + reason,
                         "look at power and cooling; nvidia-smi -q -d PERFORMANCE");
        }
    }
    if (gpu.is_device_openable == false) {
        problems.add(kinds::gpu_device_node, name, "it is visible, and its device node cannot be opened",
                     "run the container with --gpus all; see the rights of /dev/nvidia*");
    }
}

void check_hca(const Hca& hca, Problems& problems) {
    for (const HcaPort& port : hca.ports) {
        const std::string subject = fmt::format("{} port {}", hca.name, port.number);
        if (port.link_layer == LinkLayer::infiniband && port.state == HcaPortState::init) {
            problems.add(kinds::no_subnet_manager, subject, "it is up and has no LID: no subnet manager answers",
                         "start opensm, or the subnet manager of the switch");
        } else if (port.physical_state == "Polling" ||
                   (port.state == HcaPortState::down && port.physical_state == "LinkUp")) {
            problems.add(
                kinds::hca_port_down, subject,
                fmt::format("it is {} ({})", port.state == HcaPortState::unknown ? "not active" : to_text(port.state),
                            port.physical_state),
                "look at the cable and the switch port");
        }
    }
    if (hca.is_usable == false) {
        problems.add(kinds::hca_unusable, hca.name, "it is visible, and cannot be used: " + hca.unusable_because,
                     "give the container --device=/dev/infiniband and --cap-add=IPC_LOCK");
    }
}

/// A rail that is down while the others are up.
void check_rails_down(const Machine& machine, Problems& problems) {
    std::map<std::string, std::pair<int, std::vector<std::string>>>
        boards;  // model and board -> up, names of those down
    for (const Hca& hca : machine.hcas) {
        auto& [up, down] = boards[hca.model + " " + hca.board_id];
        if (hca.role == HcaRole::compute) ++up;
        if (hca.role == HcaRole::down) down.push_back(hca.name);
    }
    for (const auto& [board, state] : boards) {
        if (state.first < 2) continue;
        for (const std::string& name : state.second) {
            problems.add(kinds::hca_down, name,
                         fmt::format("no port of it is up, while {} HCAs of its model are", state.first),
                         "look at the cable and the switch port");
        }
    }
}

void check_gpudirect(const Machine& machine, const PciTree& tree, Problems& problems) {
    if (machine.gpudirect.is_peermem_loaded == true && machine.gpudirect.can_peermem_register == false) {
        problems.add(kinds::peermem_without_core, "nvidia_peermem",
                     "it is loaded, and the RDMA core takes no peer memory clients",
                     "install DOCA-OFED (MLNX_OFED), or use DMA-BUF with the open driver");
    }
    const auto address_of = [&](const std::string& name) {
        for (const Hca& hca : machine.hcas) {
            if (hca.name == name) return hca.pci_address;
        }
        return name;  // a controller without a verbs device goes by its address
    };
    std::set<std::string> seen;
    for (const Gpu& gpu : machine.gpus) {
        for (const NearHca& near : gpu.hcas) {
            if (near.nccl_path != NcclPath::pix && near.nccl_path != NcclPath::pxb) continue;
            // Ports below the one switch that joins the two; what a root port redirects was on its way up anyway.
            const std::vector<const PciDevice*> others = tree.above(address_of(near.hca));
            for (const PciDevice* bridge : tree.above(gpu.pci_address)) {
                if (std::find(others.begin(), others.end(), bridge) != others.end()) break;
                if (bridge->is_acs_redirecting != true || !seen.insert(bridge->address).second) continue;
                problems.add(
                    kinds::acs_redirects, bridge->address,
                    fmt::format("ACS sends traffic between {} and {} up to the CPU", device_name(gpu), near.hca),
                    "switch ACS off on this bridge (setpci), or IOMMU and ACS in the firmware");
            }
        }
    }
}

void check_services(const Machine& machine, Problems& problems) {
    const bool has_nvswitch = std::any_of(machine.pci_devices.begin(), machine.pci_devices.end(),
                                          [](const PciDevice& device) { return device.kind == PciKind::nvswitch; });
    for (const Service& service : machine.services) {
        if (service.name != "nvidia-fabricmanager" || !has_nvswitch) continue;
        if (service.is_running == false) {
            problems.add(kinds::fabric_manager_stopped, service.name,
                         "it is not running, and this machine has NVSwitches: CUDA will fail with error 802",
                         "systemctl enable --now nvidia-fabricmanager");
        }
        if (!service.version.empty() && !machine.gpu_driver_version.empty() &&
            !service.version.starts_with(machine.gpu_driver_version)) {
            problems.add(kinds::fabric_manager_version, service.name,
                         fmt::format("its version is {}, that of the driver {}; they must be equal", service.version,
                                     machine.gpu_driver_version),
                         "install the package of the driver's version");
        }
    }
    std::set<std::string> seen;
    for (const SoftwareBuild& build : machine.software) {
        if (build.name == "driver_on_disk" && !build.version.empty() && !machine.gpu_driver_version.empty() &&
            build.version != machine.gpu_driver_version && seen.insert(build.version).second) {
            problems.add(kinds::driver_mismatch, "GPU driver",
                         fmt::format("version {} is loaded, and {} is on disk: NVML will refuse",
                                     machine.gpu_driver_version, build.version),
                         "reboot, or unload and load the module");
        }
    }
    const Gap* without_gpus = machine.find_gap("gpus");
    if (seen.empty() && without_gpus && without_gpus->code == ReasonCode::driver_mismatch) {
        problems.add(kinds::driver_mismatch, "GPU driver",
                     "the driver on disk is not the one that is loaded: " + without_gpus->because,
                     "reboot, or unload and load the module");
    }
}

}  // namespace

void derive_problems(Machine& machine) {
    machine.problems.clear();
    Problems problems(machine);
    const PciTree tree(machine);
    check_services(machine, problems);
    for (const Gpu& gpu : machine.gpus) {
        check_gpu(gpu, problems);
        check_fabric(machine, gpu, problems);
        // An idle GPU lowers the speed of its link, not its width.
        check_link(tree, device_name(gpu), gpu.pci_address, &gpu.link, false, problems);
    }
    check_nvlinks(machine, problems);
    for (const Hca& hca : machine.hcas) {
        check_hca(hca, problems);
        check_link(tree, hca.name, hca.pci_address, nullptr, true, problems);
    }
    check_rails_down(machine, problems);
    check_gpudirect(machine, tree, problems);
}

}  // namespace r1cluster::detail
