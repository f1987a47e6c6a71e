// SPDX-License-Identifier: Apache-2.0
// The CUDA driver as source, with tests/programs/cuda_stand_in.cpp in its place; the environment and device nodes.
#include "programs/cuda_stand_in.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <optional>

#include "host/read/sources.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

class Library {
public:
    Library() : handle_(dlopen(R1CLUSTER_CUDA_STAND_IN, RTLD_NOW | RTLD_LOCAL)) {
        REQUIRE(handle_);
        *operator->() = {};
    }
    ~Library() { dlclose(handle_); }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    CudaStandIn* operator->() const {
        return reinterpret_cast<decltype(&cuda_stand_in)>(dlsym(handle_, "cuda_stand_in"))();
    }

private:
    void* handle_;
};

/// A variable of the environment for one test.
class Variable {
public:
    Variable(const char* name, const char* value) : name_(name) {
        if (const char* old = std::getenv(name)) old_ = old;
        setenv(name, value, 1);
    }
    ~Variable() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
    std::optional<std::string> old_;
};

Readings read_all() {
    Readings readings;
    detail::read_gpu_files(readings);
    detail::read_gpus({"/no/such/libnvidia-ml.so.1", R1CLUSTER_CUDA_STAND_IN}, readings);
    return readings;
}

}  // namespace

TEST_CASE("without NVML the CUDA driver says what GPUs there are", "[host/read]") {
    const Library library;
    const Machine machine = interpret(read_all());
    CHECK(machine.cuda_driver_version == "12.8");
    REQUIRE(machine.gpus.size() == 2);
    Gpu second;
    second.nvml_index = 1;
    second.name = "NVIDIA H200";
    second.uuid = "GPU-11111111-1111-1111-1111-111111111165";  // the last byte is 101
    second.pci_address = "0000:1b:00.0";
    second.memory_bytes = 150109880320;
    second.compute_capability = "9.0";
    CHECK(machine.gpus[1] == second);
    CHECK(machine.gpus[0].peers == std::vector<GpuPeer>{{1, "", PeerAccess::not_supported, PeerAccess::not_supported,
                                                         PeerAccess::unknown, PeerAccess::unknown}});
    const Gap gap{"gpus", "gpus",
                  "nvmlInit_v2(): /no/such/libnvidia-ml.so.1 not found; the GPUs are as the CUDA driver shows them",
                  "install the NVIDIA driver, or run the container with --gpus all", ReasonCode::no_library};
    CHECK(std::count(machine.gaps.begin(), machine.gaps.end(), gap) == 1);
}

TEST_CASE("the CUDA driver is never initialised in the process that reads", "[host/read]") {
    const Library library;
    REQUIRE(read_all().calls.at("cuInit(0)").text == "0");
    CHECK(library->inits_here == 0);
}

TEST_CASE("a CUDA driver that refuses or dies is an answer with its reason", "[host/read]") {
    const Library library;
    library->init = 803;
    const Readings refused = read_all();
    CHECK(refused.calls.at("cuInit(0)").because == "system has unsupported display driver / cuda driver combination");
    CHECK(refused.calls.at("cuDriverGetVersion()").text == "12080");  // that needs no GPU
    CHECK(interpret(refused).gpus.empty());
    library->dies = true;
    CHECK(read_all().calls.at("cuInit(0)").because == "the CUDA driver brought its process down");
    Readings absent;
    detail::read_cuda("/no/such/libcuda.so.1", absent);
    CHECK(absent.calls.at("cuInit(0)").because == "/no/such/libcuda.so.1 not found");
}

TEST_CASE("CUDA_VISIBLE_DEVICES is a fact of its own and hides no GPU of the machine", "[host/read]") {
    const Library library;
    const Variable variable("CUDA_VISIBLE_DEVICES", "1,0");
    const Machine machine = interpret(read_all());
    CHECK(machine.visible_gpus == "1,0");
    CHECK(machine.gpus.size() == 2);
    CHECK(std::getenv("CUDA_DEVICE_ORDER") == nullptr);  // what the child sets stays there
}

TEST_CASE("CUDA_VISIBLE_DEVICES set to nothing hides every GPU", "[host/read]") {
    const Variable variable("CUDA_VISIBLE_DEVICES", "");
    Readings readings;
    detail::read_gpu_files(readings);
    CHECK(interpret(readings).visible_gpus == "-1");
}

TEST_CASE("a device node that cannot be opened says why", "[host/read]") {
    Readings readings;
    detail::read_device_node("/dev/null", readings);
    detail::read_device_node("/dev/no such node", readings);
    CHECK(readings.calls.at("open(/dev/null)") == Answer{"0", ""});
    CHECK(readings.calls.at("open(/dev/no such node)") ==
          Answer{std::nullopt, "No such file or directory", ReasonCode::not_found});
}
