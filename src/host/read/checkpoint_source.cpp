// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "host/read/checkpoint_folder.hpp"
#include "host/read/digest.hpp"
#include "host/read/files.hpp"
#include "host/read/mirror_source.hpp"
#include "host/read/shard_header.hpp"
#include "host/read/sources.hpp"
#include "host/read/url.hpp"
#include "r1cluster/host/checkpoint_options.hpp"

namespace r1cluster {
namespace {

using detail::CheckpointFolder;

constexpr auto mistral_name = "params.json";

/// The header alone; of the weights nothing is read.
ShardText read_shard(const CheckpointFolder& folder, const std::string& name) {
    ShardText shard;
    shard.name = name;
    shard.header = detail::answer([&] {
        const detail::OpenFile file(folder.path_of(name));
        shard.size_bytes = file.size_bytes();
        detail::read_declared_length(shard, file.read(0, detail::length_field_bytes));
        std::string header =
            file.read(detail::length_field_bytes, static_cast<std::size_t>(shard.declared_header_bytes));
        detail::check_header_text(shard, header);
        return header;
    });
    return shard;
}

/// A file that may be absent: then empty.
std::string read_if_there(const std::string& path, std::size_t limit_bytes) {
    try {
        return detail::OpenFile(path).read_all(limit_bytes);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::not_found) return "";
        throw;
    }
}

CheckpointText read_folder(const std::string& path, const CheckpointFolder& folder) {
    CheckpointText checkpoint{path,
                              read_text_file(folder.path_of(detail::config_name), detail::config_limit_bytes),
                              read_if_there(folder.path_of(detail::index_name), detail::index_limit_bytes),
                              {}};
    std::uint64_t total_bytes = 0;
    for (const std::string& name : folder.shard_names()) {
        checkpoint.shards.push_back(read_shard(folder, name));
        total_bytes += checkpoint.shards.back().header.text.value_or("").size();
        if (total_bytes > detail::all_headers_limit_bytes) {
            throw Error(ErrorKind::invalid_input, path, "headers of more than 1 GiB together");
        }
    }
    return checkpoint;
}

std::string expected_text(const CheckpointFolder& folder) {
    const std::string expected = fmt::format("expected a folder with {} and *.safetensors", detail::config_name);
    if (!folder.has(mistral_name) || folder.has(detail::config_name)) return expected;
    return expected + fmt::format(
                          "; {} says that this is Mistral's own form, for which there are no rules: fetch the "
                          "form for Hugging Face's transformers",
                          mistral_name);
}

}  // namespace

CheckpointText read_checkpoint(const std::string& path, const CheckpointOptions& options) {
    if (detail::is_url(path)) return detail::read_mirror(path, options);
    const CheckpointFolder folder(path, options.revision);
    try {
        return read_folder(path, folder);
    } catch (const Error& error) {
        throw Error(error.kind(), path,
                    fmt::format("reading the checkpoint \"{}\": {}; {}", path, error.what(), expected_text(folder)));
    }
}

CheckpointText read_checkpoint(const std::string& path) { return read_checkpoint(path, CheckpointOptions()); }

void detail::read_checkpoint_digest(const std::string& path, Readings& readings) {
    readings.calls["checkpoint(" + path + ")"] = answer([&] {
        const CheckpointFolder folder(path, "");
        const std::vector<std::string> names = folder.shard_names();
        const auto digest_of = [&](const char* name, std::size_t limit_bytes) {
            const std::string text = read_if_there(folder.path_of(name), limit_bytes);
            return text.empty() ? "" : detail::sha256_hex(text);
        };
        calls::Checkpoint digest{
            digest_of(config_name, config_limit_bytes), digest_of(index_name, index_limit_bytes), {}};
        for (const std::string& name : names) {
            const ShardText shard = read_shard(folder, name);
            digest.shards.push_back({name, shard.size_bytes,
                                     shard.header.text ? detail::sha256_hex(*shard.header.text) : "",
                                     shard.header.because});
        }
        return calls::to_text(digest);
    });
    readings.files[path + "/" + config_name] =
        answer([&] { return OpenFile(CheckpointFolder(path, "").path_of(config_name)).read_all(config_limit_bytes); });
}

}  // namespace r1cluster
