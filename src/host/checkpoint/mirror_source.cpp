// SPDX-License-Identifier: Apache-2.0
#include "host/checkpoint/mirror_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <set>

#include "base/address.hpp"
#include "host/checkpoint/http_client.hpp"
#include "host/checkpoint/shard_header.hpp"
#include "host/os/files.hpp"
#include "model/headers/index.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

namespace asio = boost::asio;

constexpr auto single_name = "model.safetensors";
constexpr std::size_t max_mirror_shards = 10'000;
constexpr int max_connections = 64;
// A server that ignores Range may still send a whole file that is this small.
constexpr std::uint64_t whole_file_limit_bytes = 16 << 20;
constexpr auto poll_interval = std::chrono::milliseconds(100);

/// The folder below which the files are: as it was given, or as a hub has them (huggingface_hub, constants.py:
/// HUGGINGFACE_CO_URL_TEMPLATE, "{repo_id}/resolve/{revision}/{filename}").
std::vector<Url> possible_folders(const Url& given, const std::string& revision) {
    std::string path(given.path());
    if (path.size() != given.target.size()) {
        throw Error(ErrorKind::invalid_input, given.shown(),
                    fmt::format("reading the checkpoint \"{}\": expected an address without a query", given.shown()));
    }
    const bool is_folder = path.ends_with('/');
    while (path.ends_with('/')) path.pop_back();
    if (const std::size_t tree = path.find("/tree/"); tree != path.npos) path.replace(tree, 6, "/resolve/");
    const auto with = [&](const std::string& target) {
        Url url = given;
        url.target = target;
        return url;
    };
    std::vector<Url> folders{with(path + "/")};
    if (std::count(path.begin(), path.end(), '/') == 2) {
        const Url of_hub = with(fmt::format("{}/resolve/{}/", path, encoded(revision.empty() ? "main" : revision)));
        folders.insert(is_folder ? folders.end() : folders.begin(), of_hub);
    }
    return folders;
}

Url file_in(const Url& folder, const std::string& name) {
    Url file = folder;
    file.target += encoded(name);
    return file;
}

[[noreturn]] void refuse_status(const HttpAnswer& answer) {
    const bool is_closed = answer.status == 401 || answer.status == 403;
    throw Error(answer.status == 404 ? ErrorKind::not_found : ErrorKind::unavailable, answer.url.shown(),
                fmt::format("asking \"{}\": HTTP {}{}", answer.url.shown(), answer.status,
                            is_closed ? "; it may want a token (--token-file)" : ""));
}

class Mirror {
public:
    Mirror(const std::string& address, const CheckpointOptions& options)
        : options_(options), given_(parse_url(address)), tls_(make_tls(options.ca_file)) {
        access_.tls = &tls_;
        access_.timeout_s = std::clamp(options.timeout_s, 1, 3600);
        access_.token_origin = given_.origin();
        if (options.token_file.empty()) return;
        if (!given_.is_secure && !is_loopback(given_.host)) {
            throw Error(ErrorKind::invalid_input, given_.shown(),
                        fmt::format("reading the checkpoint \"{}\": a token is sent over https only", given_.shown()));
        }
        access_.token = read_secret(options.token_file);
        const auto is_printable = [](char c) { return c > 0x20 && c < 0x7f; };
        if (!std::all_of(access_.token.begin(), access_.token.end(), is_printable)) {
            throw Error(
                ErrorKind::invalid_input, options.token_file,
                fmt::format("reading the token \"{}\": blanks or control characters in it", options.token_file));
        }
    }

    CheckpointText read() {
        text_.path = given_.shown();
        begin_ = std::chrono::steady_clock::now();
        asio::co_spawn(context_, read_small_files(), ended());
        run();
        const int workers = std::clamp(options_.connections, 1, max_connections);
        for (int i = 0; i < workers; ++i) asio::co_spawn(context_, read_shards(), ended());
        run();
        std::erase_if(text_.shards, [](const ShardText& shard) { return shard.name.empty(); });
        report(true);
        return std::move(text_);
    }

private:
    std::function<void(std::exception_ptr)> ended() {
        return [this](std::exception_ptr thrown) {
            if (!thrown || failure_) return;
            failure_ = thrown;
            context_.stop();
        };
    }

    void run() {
        context_.restart();
        while (!context_.stopped()) {
            context_.run_for(poll_interval);
            if (!context_.stopped() && options_.is_cancelled && options_.is_cancelled()) {
                throw Error(ErrorKind::interrupted, text_.path,
                            fmt::format("reading the checkpoint \"{}\": interrupted", text_.path));
            }
        }
        if (failure_) std::rethrow_exception(failure_);
    }

    asio::awaitable<void> read_small_files() {
        HttpClient client(access_);
        std::string tried;
        for (const Url& folder : possible_folders(given_, options_.revision)) {
            HttpAnswer answer = co_await client.get(file_in(folder, config_name), std::nullopt, config_limit_bytes);
            if (answer.status == 200) {
                folder_ = folder;
                text_.config = std::move(answer.body);
                break;
            }
            tried += fmt::format("{}\"{}\" gives HTTP {}", tried.empty() ? "" : ", ",
                                 file_in(folder, config_name).shown(), answer.status);
        }
        if (folder_.target.empty()) {
            throw Error(
                ErrorKind::not_found, text_.path,
                fmt::format("reading the checkpoint \"{}\": {}; expected the folder with {}, or HOST/ORG/NAME of "
                            "a hub (some want --token-file)",
                            text_.path, tried, config_name));
        }
        HttpAnswer index = co_await client.get(file_in(folder_, index_name), std::nullopt, index_limit_bytes);
        if (index.status != 200 && index.status != 404) refuse_status(index);
        if (index.status == 200) text_.index = std::move(index.body);
        name_shards();
    }

    void name_shards() {
        std::set<std::string> names{single_name};
        if (!text_.index.empty()) {
            const Index index = parse_index(text_.index, index_name);
            names = {index.files.begin(), index.files.end()};
        }
        if (names.size() > max_mirror_shards) {
            throw Error(ErrorKind::invalid_input, text_.path,
                        fmt::format("{} shards, at most {} are read", format_count(names.size()),
                                    format_count(max_mirror_shards)));
        }
        for (const std::string& name : names) text_.shards.push_back({name, 0, 0, {}});
    }

    asio::awaitable<void> read_shards() {
        HttpClient client(access_);
        while (next_ < text_.shards.size()) {
            ShardText& shard = text_.shards[next_++];
            co_await read_shard(client, shard);
            ++done_;
            report(false);
        }
    }

    /// Those bytes of a file, fewer where it ends. Leaves in `seen` what the server says of the whole file.
    asio::awaitable<std::string> read_range(HttpClient& client, HttpAnswer& seen, std::uint64_t first,
                                            std::uint64_t count) {
        const ByteRange wanted{first, first + count - 1};
        const std::uint64_t limit_bytes = std::max(count, whole_file_limit_bytes);
        HttpAnswer answer = co_await client.get(seen.url, wanted, limit_bytes);
        if (answer.status != 200 && answer.status != 206) {
            seen = std::move(answer);
            co_return "";
        }
        std::string bytes = std::move(answer.body);
        received_bytes_ += bytes.size();
        if (answer.status == 200) {
            answer.total_bytes = bytes.size();
            bytes = bytes.substr(std::min<std::size_t>(first, bytes.size()), count);
        } else if (answer.range->first != first ||
                   answer.range->last != std::min(wanted.last, answer.total_bytes - 1)) {
            throw Error(ErrorKind::unavailable, answer.url.host,
                        fmt::format("asking \"{}\" for bytes {}-{}: the server sent {}-{}", answer.url.shown(), first,
                                    wanted.last, answer.range->first, answer.range->last));
        }
        seen = std::move(answer);
        co_return bytes;
    }

    asio::awaitable<void> read_shard(HttpClient& client, ShardText& shard) {
        HttpAnswer seen;
        seen.url = file_in(folder_, shard.name);
        const std::string first_bytes = co_await read_range(client, seen, 0, length_field_bytes);
        if (seen.status == 404) {
            shard.name.clear();  // parse_checkpoint() says which tensors are missing with it
            co_return;
        }
        if (seen.status >= 300) refuse_status(seen);
        shard.size_bytes = seen.total_bytes;
        try {
            read_declared_length(shard, first_bytes);
        } catch (const Error& refusal) {
            shard.header.because = refusal.what();
            co_return;
        }
        header_bytes_ += shard.declared_header_bytes;
        if (header_bytes_ > all_headers_limit_bytes) {
            throw Error(ErrorKind::invalid_input, text_.path, "headers of more than 1 GiB together");
        }
        const std::string tag = seen.tag;
        std::string header = co_await read_range(client, seen, length_field_bytes, shard.declared_header_bytes);
        if (seen.status >= 300) refuse_status(seen);
        if (seen.tag != tag || seen.total_bytes != shard.size_bytes) {
            throw Error(ErrorKind::unavailable, shard.name,
                        fmt::format("reading \"{}\": the file changed while it was read", seen.url.shown()));
        }
        shard.header = answer([&] {
            check_header_text(shard, header);
            return std::move(header);
        });
    }

    void report(bool is_done) const {
        if (!options_.on_progress) return;
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin_;
        options_.on_progress({"read",
                              fmt::format("{} of {} headers, {}", done_, text_.shards.size(),
                                          format_bytes(received_bytes_ + text_.config.size() + text_.index.size())),
                              elapsed.count(), is_done});
    }

    const CheckpointOptions& options_;
    const Url given_;
    asio::ssl::context tls_;
    HttpAccess access_;
    CheckpointText text_;
    Url folder_;
    std::size_t next_ = 0, done_ = 0;
    std::uint64_t header_bytes_ = 0, received_bytes_ = 0;
    std::chrono::steady_clock::time_point begin_;
    std::exception_ptr failure_;
    asio::io_context context_;  // last: what still runs in it ends before the rest
};

}  // namespace

CheckpointText read_mirror(const std::string& address, const CheckpointOptions& options) {
    return Mirror(address, options).read();
}

}  // namespace r1cluster::detail
