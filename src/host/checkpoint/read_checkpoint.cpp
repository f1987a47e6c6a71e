// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <optional>

#include "host/checkpoint/checkpoint_digest.hpp"
#include "host/checkpoint/checkpoint_folder.hpp"
#include "host/checkpoint/mirror_source.hpp"
#include "host/checkpoint/shard_header.hpp"
#include "host/checkpoint/url.hpp"
#include "host/os/digest.hpp"
#include "host/os/files.hpp"
#include "r1cluster/host/checkpoint/checkpoint.hpp"
#include "r1cluster/host/os/text_file.hpp"
#include "readings/calls.hpp"

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

CheckpointText read_small_files(const std::string& path, const CheckpointFolder& folder) {
    return {path,
            read_text_file(folder.path_of(detail::config_name), detail::config_limit_bytes),
            read_if_there(folder.path_of(detail::index_name), detail::index_limit_bytes),
            {}};
}

/// One shard's header after the other, in the order of their names.
class Shards {
public:
    Shards(const std::string& path, const CheckpointFolder& folder)
        : path_(path), folder_(folder), names_(folder.shard_names()) {}

    /// nullopt: that was the last.
    std::optional<ShardText> next() {
        if (next_ == names_.size()) return std::nullopt;
        ShardText shard = read_shard(folder_, names_[next_++]);
        total_bytes_ += shard.header.text ? shard.header.text->size() : 0;
        if (total_bytes_ > detail::all_headers_limit_bytes) {
            throw Error(ErrorKind::invalid_input, path_, "headers of more than 1 GiB together");
        }
        return shard;
    }

private:
    const std::string& path_;
    const CheckpointFolder& folder_;
    const std::vector<std::string> names_;
    std::size_t next_ = 0;
    std::uint64_t total_bytes_ = 0;
};

std::string expected_text(const CheckpointFolder& folder) {
    const std::string expected = fmt::format("expected a folder with {} and *.safetensors", detail::config_name);
    if (!folder.has(mistral_name) || folder.has(detail::config_name)) return expected;
    return expected + fmt::format(
                          "; {} says that this is Mistral's own form, for which there are no rules: fetch the "
                          "form for Hugging Face's transformers",
                          mistral_name);
}

/// What `read` returns; its errors also say which checkpoint was read, and what belongs there.
template <class Read>
auto explained(const std::string& path, const CheckpointFolder& folder, Read read) {
    try {
        return read();
    } catch (const Error& error) {
        throw Error(error.kind(), path,
                    fmt::format("reading the checkpoint \"{}\": {}; {}", path, error.what(), expected_text(folder)));
    }
}

}  // namespace

CheckpointText read_checkpoint(const std::string& path, const CheckpointOptions& options) {
    if (detail::is_url(path)) return detail::read_mirror(path, options);
    const CheckpointFolder folder(path, options.revision);
    return explained(path, folder, [&] {
        CheckpointText text = read_small_files(path, folder);
        Shards shards(path, folder);
        while (std::optional<ShardText> shard = shards.next()) text.shards.push_back(*std::move(shard));
        return text;
    });
}

Checkpoint read_model(const std::string& path, const CheckpointOptions& options) {
    // Shards of a mirror come from several connections, in any order.
    if (detail::is_url(path)) return parse_checkpoint(detail::read_mirror(path, options));
    const CheckpointFolder folder(path, options.revision);
    const CheckpointText small = explained(path, folder, [&] { return read_small_files(path, folder); });
    Shards shards = explained(path, folder, [&] { return Shards(path, folder); });
    CheckpointParser parser(path, small.config, small.index);
    while (const auto shard = explained(path, folder, [&] { return shards.next(); })) parser.add(*shard);
    return parser.finish();
}

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
