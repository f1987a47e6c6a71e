// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "base/lenient_json.hpp"
#include "host/os/command.hpp"
#include "host/os/files.hpp"
#include "host/read/sources.hpp"
#include "r1cluster/base/json.hpp"
#include "readings/calls.hpp"
#include "readings/describe.hpp"

namespace r1cluster::detail {
namespace {

constexpr double inspect_s = 20;
constexpr double look_inside_s = 90;  // some storage drivers copy the whole image
constexpr const char* reader_path = "/r1cluster-reader";

/// What is used of the JSON of `image inspect`, by its names.
struct InspectedConfig {
    std::string User;
};
BOOST_DESCRIBE_STRUCT(InspectedConfig, (), (User))
struct InspectedImage {
    std::string Id, Architecture, Os;
    std::optional<std::vector<std::string>> RepoDigests;
    std::uint64_t Size = 0;
    InspectedConfig Config;
};
BOOST_DESCRIBE_STRUCT(InspectedImage, (), (Id, Architecture, Os, RepoDigests, Size, Config))

Error failed(const std::string& subject, const CommandOutput& said) {
    return {ErrorKind::unavailable, subject, said.complaint()};
}

calls::Image inspect_image(const std::string& program, const std::string& image) {
    const CommandOutput listed = run_command({program, "images", "--quiet", image}, inspect_s);
    if (!listed.is_success()) throw failed(image, listed);
    if (listed.output.empty())
        throw CodedError(ErrorKind::not_found, image, fmt::format("{} has no image of this name", program),
                         ReasonCode::not_found);
    const CommandOutput said = run_command({program, "image", "inspect", image}, inspect_s);
    if (!said.is_success()) throw failed(image, said);
    const std::string source = program + " image inspect " + image;
    const auto found = from_value_leniently<std::vector<InspectedImage>>(parse_json(said.output, source), source);
    if (found.empty()) throw Error(ErrorKind::not_found, image, "there is no such image");
    const InspectedImage& first = found.front();
    // Podman leaves out what Docker writes before the digest.
    const std::string id = first.Id.find(':') == std::string::npos ? "sha256:" + first.Id : first.Id;
    return {id, first.Architecture, first.Os, first.RepoDigests, first.Size, first.Config.User};
}

/// This very program, in a container of the image, without network: it reads package metadata and libraries there as
/// it would read them on a host. Nothing of the engine runs.
Readings look_inside(const ReadRequest& request, const std::string& program) {
    std::vector<std::string> command{program, "run", "--rm", "--pull", "never", "--network", "none"};
    const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
    command.insert(command.end(),
                   {"--mount", fmt::format("type=bind,source={},target={},readonly", self, reader_path)});
    command.insert(command.end(), request.container_options.begin(), request.container_options.end());
    command.insert(command.end(),
                   {"--entrypoint", reader_path, request.image, read_engine_verb, request.python, request.python_path});
    const CommandOutput said = run_command(std::move(command), look_inside_s);
    if (!said.is_success()) throw failed(request.image, said);
    return from_json<Readings>(said.output, "what was read in " + request.image);
}

}  // namespace

Readings read_engine_environment(const std::string& python, const std::string& python_path) {
    Readings readings;
    const std::vector<std::string> packages = read_python(python, python_path, readings);
    read_engine_software(HostTree(readings), packages);
    return readings;
}

void read_image(const HostTree& tree, const ReadRequest& request) {
    Readings& readings = tree.readings();
    Answer& python = readings.calls["python(" + request.python + ")"];
    std::string program = request.container_program;
    if (program.find('/') == std::string::npos) {
        const auto found = find_program(tree, program);
        if (!found) {
            python.because = fmt::format("it is in the image {}, and there is no {} here", request.image, program);
            return;
        }
        program = *found;
    }
    Answer& image = readings.calls["image(" + request.image + ")"];
    image = answer([&] { return calls::to_text(inspect_image(program, request.image)); });
    if (!image.text) {
        python = {std::nullopt, fmt::format("it is in the image {}, which could not be looked into", request.image),
                  image.code};
        return;
    }
    try {
        Readings inside = look_inside(request, program);
        readings.calls.erase("python(" + request.python + ")");
        readings.files.merge(inside.files);
        readings.links.merge(inside.links);
        readings.listings.merge(inside.listings);
        readings.calls.merge(inside.calls);
    } catch (const std::exception& error) {
        python.because = fmt::format("looking into a container of {}: {}", request.image, error.what());
    }
}

}  // namespace r1cluster::detail
