// SPDX-License-Identifier: Apache-2.0
// Faults of hardware and drivers, from what a host said to the finding: which of them stop a deployment.
#include "check/two_hosts.hpp"
#include "facts/problem_kinds.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

/// A host with one GPU and an NVSwitch, whose driver and fabric manager are in order.
Readings hgx() {
    Readings readings;
    readings.calls = {{"nvmlInit_v2()", {"0", ""}},
                      {"nvmlDeviceGetCount_v2()", {"1", ""}},
                      {"nvmlSystemGetDriverVersion()", {"580.65.06", ""}},
                      {"nvmlDeviceGetName(0)", {"NVIDIA H200", ""}},
                      {"nvmlDeviceGetMinorNumber(0)", {"0", ""}},
                      {"open(/dev/nvidia0)", {"", ""}},
                      {"processes()", {R"({"sees_host":true,"found":{"nv-fabricmanage":7}})", ""}},
                      {"dpkg()", {R"({"nvidia-fabricmanager-580":"580.65.06-1"})", ""}}};
    readings.listings["/proc/driver/nvidia-nvswitch/devices"] = {"0000:07:00.0\n", ""};
    readings.listings["/usr/lib/systemd/system"] = {"nvidia-fabricmanager.service\n", ""};
    return readings;
}

/// "error fabric_manager.not_running": what check says when the second host has the faults of these readings.
std::vector<std::string> faults_of(const Readings& readings) {
    TwoHosts hosts;
    hosts.machine(1).problems = interpret(readings).problems;
    for (Problem& problem : hosts.machine(1).problems) {
        if (problem.subject == "gpu0") CHECK_FALSE(problem.remedy.empty());
    }
    std::vector<std::string> faults;
    for (const Finding& finding : hosts.check().findings) {
        faults.push_back(std::string(to_text(finding.severity)) + " " + finding.id);
    }
    return faults;
}

using Faults = std::vector<std::string>;

}  // namespace

TEST_CASE("a host in order has no fault", "[check]") { CHECK(faults_of(hgx()) == Faults{}); }

TEST_CASE("NVSwitches without a fabric manager stop a deployment, because CUDA fails with error 802", "[check]") {
    Readings readings = hgx();
    readings.calls["processes()"].text = R"({"sees_host":true,"found":{}})";
    CHECK(faults_of(readings) == Faults{"error fabric_manager.not_running"});
}

TEST_CASE("a fabric manager of another version than the driver's stops a deployment", "[check]") {
    Readings readings = hgx();
    readings.calls["dpkg()"].text = R"({"nvidia-fabricmanager-570":"570.86.10-1"})";
    CHECK(faults_of(readings) == Faults{"error fabric_manager.version"});
}

TEST_CASE("a GPU that has not joined its fabric stops a deployment", "[check]") {
    Readings readings = hgx();
    readings.calls["nvmlDeviceGetGpuFabricInfoV(0)"] = {
        R"({"cluster_uuid":"","status":0,"status_text":"","clique_id":0,"state":2,"health_mask":null})", ""};
    CHECK(faults_of(readings) == Faults{"error fabric.not_formed"});
}

TEST_CASE("a driver on disk that is not the loaded one stops a deployment, because NVML refuses", "[check]") {
    Readings readings;
    readings.calls["nvmlInit_v2()"] = {std::nullopt, "Driver/library version mismatch", ReasonCode::driver_mismatch};
    CHECK(faults_of(readings) == Faults{"error nvml.driver_mismatch"});
    // A recording from before answers had codes.
    readings.calls["nvmlInit_v2()"].code.reset();
    CHECK(faults_of(readings) == Faults{"error nvml.driver_mismatch"});
}

TEST_CASE("a device node that cannot be opened stops a deployment", "[check]") {
    Readings readings = hgx();
    readings.calls["open(/dev/nvidia0)"] = {std::nullopt, "Operation not permitted"};
    CHECK(faults_of(readings) == Faults{"error gpu.device_node"});
}

TEST_CASE("memory rows that could not be replaced stop a deployment, rows that wait for a reset do not", "[check]") {
    Readings readings = hgx();
    readings.calls["nvmlDeviceGetRemappedRows(0)"] = {R"({"corrected":0,"uncorrected":9,"pending":0,"failed":1})", ""};
    CHECK(faults_of(readings) == Faults{"error gpu.row_remap_failed"});
    readings.calls["nvmlDeviceGetRemappedRows(0)"].text = R"({"corrected":0,"uncorrected":9,"pending":1,"failed":0})";
    CHECK(faults_of(readings) == Faults{"warning gpu.row_remap_pending"});
}

TEST_CASE("each kind of fault has an id of its own", "[check]") {
    std::vector<std::string_view> ids;
    for (const detail::ProblemKind& kind : detail::problem_kinds::all) ids.push_back(kind.id);
    std::sort(ids.begin(), ids.end());
    CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
}
