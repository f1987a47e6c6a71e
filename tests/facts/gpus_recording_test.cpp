// SPDX-License-Identifier: Apache-2.0
// What NVML answered on a real machine, recorded by another program, against what nvidia-smi wrote about it.
#include "base/reflect_json.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/host/os/text_file.hpp"
#include "readings/calls_gpu.hpp"
#include "support/catch.hpp"
#include "support/shared_data.hpp"

using namespace r1cluster;
namespace json = boost::json;

namespace {

std::string recorded(const std::string& file) { return shared_text("recordings/h200-2gpu-vm/" + file); }

std::uint64_t number(const json::value& value, const char* key) {
    return value.get_object().at(key).to_number<std::uint64_t>();
}

std::string text_of(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

/// The recording's own form of NVML's answers -> ours.
void add_gpu(const json::value& gpu, int index, Readings& readings) {
    const auto call = [&](const std::string& function) -> Answer& {
        return readings.calls[function + "(" + std::to_string(index) + ")"];
    };
    for (const auto& [key, value] : gpu.get_object()) {
        const bool is_plain = value.is_number() || (value.is_string() && !value.get_string().starts_with('!'));
        if (is_plain) call(std::string(key)) = {text_of(value), ""};
    }
    call("nvmlDeviceGetPciInfo_v3") = {text_of(gpu.at("nvmlDeviceGetPciInfo_v3").at("busId")), ""};
    const json::value& memory = gpu.at("mem_v2");
    call("nvmlDeviceGetMemoryInfo_v2") = {
        calls::to_text(calls::NvmlMemory{number(memory, "total"), number(memory, "free"), number(memory, "used"),
                                         number(memory, "reserved")}),
        ""};
    call("nvmlDeviceGetBAR1MemoryInfo") = {
        calls::to_text(calls::NvmlMemory{number(gpu.at("nvmlDeviceGetBAR1MemoryInfo"), "bar1Total"), 0, 0, {}}), ""};
    for (const char* mode : {"nvmlDeviceGetEccMode", "nvmlDeviceGetMigMode"}) {
        const auto& both = gpu.at(mode).get_array();
        call(mode) = {calls::to_text(calls::NvmlMode{both[0].to_number<int>(), both[1].to_number<int>()}), ""};
    }
    std::string types, addresses;
    for (const json::value& link : gpu.at("links").get_array()) {
        const std::string which = "(" + std::to_string(index) + ", " + text_of(link.at("l")) + ")";
        readings.calls["nvmlDeviceGetNvLinkState" + which] = {text_of(link.at("state")), ""};
        readings.calls["nvmlDeviceGetNvLinkVersion" + which] = {text_of(link.at("ver")), ""};
        types += text_of(link.at("type")) + " ";
        addresses += text_of(link.at("remote").at("busId")) + " ";
    }
    const std::string all_links = "(" + std::to_string(index) + ", *)";
    readings.calls["nvmlDeviceGetNvLinkRemoteDeviceType" + all_links] = {types, ""};
    readings.calls["nvmlDeviceGetNvLinkRemotePciInfo_v2" + all_links] = {addresses, ""};
}

}  // namespace

TEST_CASE("a recorded H200 virtual machine means what nvidia-smi wrote about it", "[facts]") {
    const json::value nvml = detail::parse_json(recorded("host/nvml.json"), "nvml.json");
    Readings readings;
    readings.calls["nvmlInit_v2()"] = {"0", ""};
    readings.calls["nvmlSystemGetDriverVersion()"] = {text_of(nvml.at("driver")), ""};
    readings.calls["nvmlSystemGetCudaDriverVersion_v2()"] = {text_of(nvml.at("cuda_driver")), ""};
    const auto& gpus = nvml.at("gpus").get_array();
    readings.calls["nvmlDeviceGetCount_v2()"] = {std::to_string(gpus.size()), ""};
    for (std::size_t i = 0; i < gpus.size(); ++i) add_gpu(gpus[i], static_cast<int>(i), readings);
    readings.calls["nvmlDeviceGetTopologyCommonAncestor(0, 1)"] = {text_of(gpus[0].at("ancestor").get_array()[0]), ""};
    const char* abilities[] = {"READ", "WRITE", "NVLINK", "ATOMICS"};
    for (std::size_t i = 0; i < 4; ++i) {
        readings.calls[std::string("nvmlDeviceGetP2PStatus(0, 1, NVML_P2P_CAPS_INDEX_") + abilities[i] + ")"] = {
            text_of(gpus[0].at("p2p").get_array()[0].get_array()[i]), ""};
    }

    const Machine machine = interpret(readings);
    const std::string smi = recorded("nvidia-smi/nvidia-smi-q.xml");
    const auto smi_says = [&](const std::string& element, const std::string& value) {
        INFO(element << " " << value);
        CHECK(smi.find("<" + element + ">" + value + "</" + element + ">") != std::string::npos);
    };
    smi_says("driver_version", machine.gpu_driver_version);
    smi_says("cuda_version", machine.cuda_driver_version);
    REQUIRE(machine.gpus.size() == 2);
    for (const Gpu& gpu : machine.gpus) {
        smi_says("product_name", gpu.name);
        smi_says("minor_number", std::to_string(gpu.minor_number.value_or(-1)));
        smi_says("pci_bus_id", "0000" + gpu.pci_address);
        smi_says("vbios_version", gpu.vbios_version);
        smi_says("persistence_mode", gpu.is_persistent == true ? "Enabled" : "not so");
        smi_says("current_ecc", gpu.is_ecc_enabled == true ? "Enabled" : "not so");
        smi_says("pending_ecc", gpu.is_ecc_pending == true ? "Enabled" : "not so");
        smi_says("current_mig", gpu.is_mig_enabled == false ? "Disabled" : "not so");
        smi_says("max_link_width", std::to_string(gpu.link.max_width.value_or(0)) + "x");
        CHECK(gpu.link.speed_gts == 32.0);  // <current_link_gen>5
        const auto mib = [](std::uint64_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20U) + " MiB"; };
        smi_says("total", std::to_string(gpu.memory_bytes.value_or(0) >> 20U) + " MiB");
        smi_says("reserved", mib(gpu.memory_reserved_bytes.value_or(0)));
        smi_says("used", mib(gpu.memory_used_bytes.value_or(1)));
        smi_says("free", mib(gpu.memory_free_bytes.value_or(0)));
        smi_says("total", mib(gpu.bar1_bytes.value_or(0)));
        // nvidia-smi nvlink -R: 18 links to FFFFFFFF:FF:FF.0
        CHECK(gpu.nvlinks.size() == 18);
        for (const NvLink& link : gpu.nvlinks) {
            CHECK(link == NvLink{link.index, true, 6, {}, NvLinkEnd::nvswitch, "", {}});
        }
    }
    // nvidia-smi topo -p2p r, w, n: OK; topo -m would say PHB, were there no NVLinks.
    CHECK(machine.gpus[0].peers ==
          std::vector<GpuPeer>{{1, "PHB", PeerAccess::ok, PeerAccess::ok, PeerAccess::ok, PeerAccess::ok}});
    CHECK(machine.find_path("gpu0", "gpu1")->path == "NV18");
}
