// SPDX-License-Identifier: Apache-2.0
// The options of `docker create` and `podman create`: the least set that an engine over several hosts needs instead of
// --privileged.
#include <fmt/format.h>

#include "launch/group.hpp"
#include "spec/container.hpp"

namespace r1cluster::detail {
namespace {

using Words = std::vector<std::string>;

void append(Words& words, const Words& more) { words.insert(words.end(), more.begin(), more.end()); }

/// A file of Hugging Face's cache is a link from snapshots/REVISION to blobs/, beside snapshots/.
std::string folder_to_mount(const std::string& model) {
    const std::size_t snapshots = model.find("/snapshots/");
    const std::size_t repository = model.rfind("/models--", snapshots);
    const bool is_cache = snapshots != std::string::npos && repository != std::string::npos;
    return is_cache ? model.substr(0, snapshots) : model;
}

Words gpu_options(LaunchPlan& plan, RuntimeKind kind, const ContainerRuntime* runtime) {
    // A CDI specification alone, or the only way that Podman has.
    const bool is_cdi = kind == RuntimeKind::podman || (runtime && runtime->has_cdi);
    say_once(plan, is_cdi ? "--device nvidia.com/gpu=all: all GPUs by CDI; CUDA_VISIBLE_DEVICES chooses among them"
                          : "--gpus all: all GPUs by the NVIDIA container toolkit; CUDA_VISIBLE_DEVICES chooses among "
                            "them");
    Words options = is_cdi ? Words{"--device", "nvidia.com/gpu=all"} : Words{"--gpus", "all"};
    append(options, {"--ulimit", "stack=67108864"});
    return options;
}

/// Memory that an HCA reads and writes is pinned: without a limit where the kernel counts it.
Words rdma_options(LaunchPlan& plan, const Group& group, const GroupHost& host) {
    if (group.hosts.size() == 1 || !host.machine || host.machine->hcas.empty()) return {};
    const Setting* disabled = host.settings->find("NCCL_IB_DISABLE");
    if (disabled && disabled->value == "1") return {};
    say_once(
        plan,
        "--device /dev/infiniband, --cap-add IPC_LOCK, --ulimit memlock=-1:-1: RDMA opens the HCAs and pins memory");
    return {"--device", "/dev/infiniband", "--cap-add", "IPC_LOCK", "--ulimit", "memlock=-1:-1"};
}

}  // namespace

Runtime engine_runtime(LaunchPlan& plan, const Group& group, const GroupHost& host) {
    Runtime runtime;
    if (!group.spec->container) return runtime;
    const ContainerSpec& spec = *group.spec->container;
    runtime.kind = runtime_of(*group.spec, *host.spec);
    const ContainerRuntime* installed =
        host.machine ? host.machine->find_container_runtime(to_text(runtime.kind)) : nullptr;
    runtime.program = container_program(*group.spec, *host.spec, installed ? installed->path : "");
    runtime.image = spec.image;
    runtime.cache_volume = fmt::format("r1cluster-{}-{}", group.spec->name, host.spec->name);
    Words& options = runtime.options;
    // The ranks tell each other addresses and ports of the host, and choose ports by themselves.
    options = {"--pull", "never", "--network", "host", "--init", "--shm-size", std::to_string(spec.shm_bytes)};
    if (runtime.kind == RuntimeKind::podman) append(options, {"--security-opt", "label=disable"});
    if (group.is_on_gpus) append(options, gpu_options(plan, runtime.kind, installed));
    append(options, rdma_options(plan, group, host));
    const std::string model = folder_to_mount(group.spec->model.path);
    append(options, bind_mount(model, model, true));
    append(options, asked_options(spec));
    say_once(plan, fmt::format("{}: the host's network, since ranks tell each other its addresses and choose ports by "
                               "themselves; /dev/shm of its own, the checkpoint read-only, a volume for caches",
                               to_text(runtime.kind)));
    return runtime;
}

}  // namespace r1cluster::detail
