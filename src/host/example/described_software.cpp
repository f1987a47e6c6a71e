// SPDX-License-Identifier: Apache-2.0
// vLLM 0.25.1 as pip installs it into a virtual environment of Python 3.12, and what a GPU server has beside it.
#include <fmt/format.h>

#include "host/example/described_host.hpp"
#include "readings/calls_devices.hpp"

namespace r1cluster::detail {
namespace {

constexpr auto environment = "/opt/vllm";
constexpr auto libraries = "/usr/lib/x86_64-linux-gnu";

}  // namespace

void describe_software(DescribedHost& host) {
    const std::string& python = host.identity().python;
    const std::string packages = fmt::format("{}/lib/python3.12/site-packages", environment);
    host.shaped_call("python(" + python + ")", calls::Python{"3.12.3", {packages}});
    host.link(python, "/usr/bin/python3.12");
    host.text(fmt::format("{}/pyvenv.cfg", environment),
              "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.12.3\n");
    host.list(packages, {"flashinfer_python-0.6.12.dist-info", "nvidia_nccl_cu13-2.28.9.dist-info",
                         "safetensors-0.7.0.dist-info", "torch-2.11.0.dist-info", "transformers-5.5.4.dist-info",
                         "triton-3.6.0.dist-info", "vllm-0.25.1.dist-info"});
    host.text(packages + "/torch/version.py",
              "__version__ = '2.11.0+cu130'\ndebug = False\ncuda: str | None = '13.0'\n");
    for (const char* library : {"libcuda.so", "libnvidia-ml.so"}) {
        host.link(fmt::format("{}/{}.1", libraries, library), fmt::format("{}.580.95.05", library));
    }
    host.link(fmt::format("{}/libibverbs.so.1", libraries), "libibverbs.so.1.14.50.0");
}

void describe_services(DescribedHost& host) {
    host.shaped_call(
        "processes()",
        calls::Processes{
            true, {{"containerd", 2110}, {"dockerd", 2301}, {"nv-fabricmanage", 1877}, {"nvidia-persiste", 1692}}});
    host.list("/etc/systemd/system", {});
    for (const char* folder : {"/usr/lib/systemd/system", "/lib/systemd/system"}) {
        host.list(folder, {"containerd.service", "docker.service", "nvidia-fabricmanager.service",
                           "nvidia-persistenced.service"});
    }
    host.shaped_call("dpkg()", calls::Packages{{"containerd.io", "1.7.28-1"},
                                               {"docker-ce", "5:28.5.1-1~ubuntu.24.04~noble"},
                                               {"libibverbs1", "50.0-2ubuntu0.2"},
                                               {"nvidia-compute-utils-580", "580.95.05-0ubuntu1"},
                                               {"nvidia-container-toolkit", "1.18.0-1"},
                                               {"nvidia-fabricmanager-580", "580.95.05-1"},
                                               {"rdma-core", "50.0-2ubuntu0.2"}});
    host.call("which(docker)", "/usr/bin/docker");
    host.no_call("which(podman)", "not found in /usr/bin and the like", ReasonCode::not_found);
    host.call("which(nvidia-container-runtime-hook)", "/usr/bin/nvidia-container-runtime-hook");
    host.call("connect(/var/run/docker.sock)", "connected");
    host.call("limits(containerd)", "Max locked memory         unlimited            unlimited            bytes     ");
}

}  // namespace r1cluster::detail
