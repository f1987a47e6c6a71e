// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>

#include "check/rule.hpp"
#include "spec/container.hpp"

namespace r1cluster::detail {
namespace {

Judgement judge_runtime(const CheckInput& input, const Subject& subject) {
    const RuntimeKind kind = runtime_of(input.spec, subject.host);
    if (kind == RuntimeKind::process) return not_concerned;
    const std::string expected = fmt::format("{} that this user may use", to_text(kind));
    if (const ContainerRuntime* runtime = installed_runtime(input, subject)) {
        if (runtime->is_usable == true) return passed;
        const std::string remedy = command_on(
            subject.host,
            kind == RuntimeKind::docker ? "sudo systemctl start docker; sudo usermod -aG docker $USER" : "podman info");
        const Severity severity = runtime->is_usable ? Severity::error : Severity::unknown;
        return {{{severity, runtime->because, expected, remedy, "", std::string(cause_runtime)}}};
    }
    // A program of another place is found to run or not when the image is looked at.
    if (!input.spec.container->program.empty()) return passed;
    return {{{Severity::error, fmt::format("there is no {} in the usual folders", to_text(kind)), expected,
              fmt::format("install {} there, or name its executable in [container] program", to_text(kind)), "",
              std::string(cause_runtime)}}};
}

/// By Go's names for what the kernel calls x86_64 and aarch64.
std::string image_architecture(const std::string& machine) {
    if (machine == "x86_64") return "amd64";
    return machine == "aarch64" ? "arm64" : machine;
}

std::string fetch_command(const CheckInput& input, const Subject& subject) {
    const ContainerSpec& container = *input.spec.container;
    const std::string program = container_program(input, subject);
    const std::string command = container.archive.empty() ? fmt::format("{} pull {}", program, container.image)
                                                          : fmt::format("{} load -i {}", program, container.archive);
    return command_on(subject.host, command);
}

Judgement judge_image(const CheckInput& input, const Subject& subject) {
    if (runtime_of(input.spec, subject.host) == RuntimeKind::process) return not_concerned;
    const std::string expected = fmt::format("the image {}", input.spec.container->image);
    if (!subject.machine.image) {
        Violation violation =
            absent_or_unseen(subject.machine, "engine.image", expected, fetch_command(input, subject));
        violation.remedy = fetch_command(input, subject);
        if (installed_runtime(input, subject) == nullptr) violation.cause = cause_runtime;
        return {{violation}};
    }
    const ContainerImage& image = *subject.machine.image;
    const std::string wanted = image_architecture(subject.machine.cpu.architecture);
    if (wanted.empty() || image.architecture == wanted) return passed;
    return {{{Severity::error, fmt::format("the image {} is for {}", image.name, image.architecture),
              fmt::format("an image for {}, as the processor of the host", wanted),
              command_on(subject.host, fmt::format("{} pull --platform linux/{} {}", container_program(input, subject),
                                                   wanted, image.name))}}};
}

Judgement judge_same_image(const CheckInput& input, const Subject& subject) {
    if (!subject.machine.image || subject.host.name == input.spec.hosts.front().name) return not_concerned;
    const Machine* head = input.cluster.find(input.spec.hosts.front().name);
    if (!head || !head->image || head->cpu.architecture != subject.machine.cpu.architecture) return not_concerned;
    // Docker and Podman give one image the same id, the digest of its configuration.
    if (head->image->id == subject.machine.image->id) return passed;
    return {{{Severity::warning, fmt::format("the image has the id {}", subject.machine.image->id.substr(0, 19)),
              fmt::format("{}, as on {}", head->image->id.substr(0, 19), head->host), fetch_command(input, subject)}}};
}

Judgement judge_gpus(const CheckInput& input, const Subject& subject) {
    const RuntimeKind kind = runtime_of(input.spec, subject.host);
    const ContainerRuntime* runtime = installed_runtime(input, subject);
    if (kind == RuntimeKind::process || !runtime || !uses_gpus(input, subject)) return not_concerned;
    const bool is_cdi_needed = kind == RuntimeKind::podman;
    if (is_cdi_needed ? runtime->has_cdi : runtime->gives_gpus) return passed;
    return {{{Severity::error,
              is_cdi_needed ? "no CDI specification of nvidia.com/gpu in /etc/cdi or /var/run/cdi"
                            : "neither the NVIDIA container toolkit nor a CDI specification is there",
              fmt::format("{} can give GPUs to a container", to_text(kind)),
              command_on(subject.host, "sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml")}}};
}

constexpr std::array container_rule_list{
    Rule{"container.runtime", each_host<judge_runtime>},
    Rule{"container.image", each_host<judge_image>},
    Rule{"container.same_image", each_of_several_hosts<judge_same_image>},
    Rule{"container.gpus", each_host<judge_gpus>},
};

}  // namespace

std::span<const Rule> container_rules() { return container_rule_list; }

}  // namespace r1cluster::detail
