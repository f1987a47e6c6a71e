// SPDX-License-Identifier: Apache-2.0
#include <cctype>

#include "facts/interpret/host_answers.hpp"

namespace r1cluster::detail {
namespace {

/// "nvidia_nccl_cu12" -> "nvidia-nccl-cu12" (PEP 503).
std::string normalised(std::string_view name) {
    std::string result;
    for (const char c : name) {
        const bool is_separator = c == '-' || c == '_' || c == '.';
        if (is_separator && result.ends_with('-')) continue;
        result += is_separator ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return result;
}

/// Packages of one folder by the names of their metadata: "torch-2.11.0+cu130.dist-info". The version is what
/// stands behind the last '-'; a name of an egg may add "-py3.11".
void add_packages(HostAnswers& answers, const std::string& folder, std::map<std::string, std::string>& packages) {
    std::map<std::string, std::string> here;
    for (const std::string& entry : answers.names(folder)) {
        std::string_view name = entry;
        if (!name.ends_with(".dist-info") && !name.ends_with(".egg-info")) continue;
        name.remove_suffix(std::string_view(".dist-info").size() - (name.ends_with(".egg-info") ? 1 : 0));
        if (const std::size_t python = name.rfind("-py");
            python != std::string_view::npos && entry.ends_with(".egg-info")) {
            name = name.substr(0, python);
        }
        const std::size_t dash = name.rfind('-');
        if (dash == std::string_view::npos || dash == 0 || dash + 1 == name.size()) continue;
        const std::string package = normalised(name.substr(0, dash));
        const std::string version(name.substr(dash + 1));
        const auto [place, is_new] = here.emplace(package, version);
        if (!is_new && place->second != version) {
            answers.gap({"engine.package." + package, "version of " + package},
                        "\"" + folder + "\" has metadata of " + place->second + " and of " + version,
                        "reinstall " + package);
        }
    }
    packages.insert(here.begin(), here.end());  // the interpreter, too, takes the first folder's
}

}  // namespace

void interpret_image(HostAnswers& answers) {
    for (const auto& [call, answer] : answers.readings().calls) {
        const auto name = argument_of(call, "image");
        if (!name) continue;
        const Topic topic{"engine.image", "image " + *name};
        const auto found = answers.shaped<calls::Image>(call, topic);
        if (found) {
            answers.machine().image = ContainerImage{*name,
                                                     found->id,
                                                     found->architecture,
                                                     found->digests.value_or(std::vector<std::string>()),
                                                     found->size_bytes,
                                                     found->user};
        } else if (!answer.text) {
            answers.gap(topic, reason_of(answer));
        }
        return;
    }
}

void interpret_engine(HostAnswers& answers) {
    for (const auto& [call, answer] : answers.readings().calls) {
        const auto python = argument_of(call, "python");
        if (!python) continue;
        const Topic topic{"engine", "engine environment " + *python};
        const auto found = answers.shaped<calls::Python>(call, topic);
        if (!found) {
            if (!answer.text) answers.gap(topic, reason_of(answer), "ls -l " + *python);
            continue;
        }
        EngineEnvironment engine{*python, found->version, {}};
        for (const std::string& folder : found->site_packages) add_packages(answers, folder, engine.packages);
        if (engine.packages.empty()) {
            answers.gap({"engine.packages", "packages of " + *python}, "no package metadata was found for it",
                        "name the interpreter inside the engine's virtual environment");
        }
        answers.machine().engine = std::move(engine);
        return;
    }
}

void interpret_checkpoint(HostAnswers& answers) {
    for (const auto& [call, answer] : answers.readings().calls) {
        const auto path = argument_of(call, "checkpoint");
        if (!path) continue;
        const Topic topic{"checkpoint", "checkpoint " + *path};
        if (const auto found = answers.shaped<calls::Checkpoint>(call, topic)) {
            CheckpointDigest digest{*path, found->config_sha256, found->index_sha256, {}};
            for (const calls::Shard& shard : found->shards) {
                digest.shards.push_back({shard.name, shard.size_bytes, shard.header_sha256, shard.because});
            }
            answers.machine().checkpoint = std::move(digest);
            return;
        }
        if (!answer.text) answers.gap(topic, reason_of(answer), "ls -l " + *path);
    }
}

}  // namespace r1cluster::detail
