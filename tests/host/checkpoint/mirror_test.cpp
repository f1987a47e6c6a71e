// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>

#include "host/checkpoint/range_server.hpp"
#include "model/synthetic.hpp"
#include "r1cluster/host/checkpoint/checkpoint.hpp"
#include "support/catch.hpp"
#include "support/scratch_folder.hpp"

using namespace r1cluster;

namespace {

std::string length_field(std::uint64_t length) {
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(length >> (8 * i) & 0xffU);
    return bytes;
}

/// Puts a checkpoint below `folder`, with shards as large as they say.
void put(RangeServer& server, const std::string& folder, const CheckpointText& text) {
    server.put(folder + "config.json", text.config);
    server.put(folder + "model.safetensors.index.json", text.index);
    for (const ShardText& shard : text.shards) {
        server.files[folder + shard.name] = {
            length_field(shard.declared_header_bytes) + *shard.header.text, shard.size_bytes, {}};
    }
}

const std::string tiny_config = R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 8,
    "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "vocab_size": 100, "max_position_embeddings": 64})";

CheckpointText tiny() {
    return test::checkpoint_text(test::llama_tensors(2, 8, 16, 4, 100), tiny_config, 1'700, "/tiny");
}

/// A server with the tiny checkpoint in /m/.
struct TinyMirror : RangeServer {
    explicit TinyMirror(const SelfSigned& tls = {}) : RangeServer(tls.certificate, tls.key) {
        ::put(*this, "/m/", tiny());
    }
    File& shard(int number) { return files.at(fmt::format("/m/model-{:05}-of-00004.safetensors", number)); }
};

CheckpointOptions quick() {
    CheckpointOptions options;
    options.timeout_s = 20;
    options.connections = 3;
    return options;
}

std::string refusal(const std::string& address, const CheckpointOptions& options = quick()) {
    return test::message_of([&] { read_checkpoint(address, options); });
}

}  // namespace

TEST_CASE("a checkpoint on a mirror is what it is in a folder", "[host/checkpoint]") {
    const TinyMirror server;
    CheckpointText expected = tiny();
    expected.path = server.address("/m/");
    CHECK(read_checkpoint(server.address("/m/"), quick()) == expected);
    for (const RangeServer::Request& request : server.requests()) {
        const bool is_shard = request.target.ends_with(".safetensors");
        CHECK(request.range.empty() != is_shard);
        CHECK(request.authorization.empty());
    }
    CHECK(server.connections() == 1 + 3);  // for the small files, and one for each of the workers
}

TEST_CASE("R1 is known from 21 MB of its 642 GB", "[host/checkpoint]") {
    const CheckpointText r1 = test::checkpoint_text(test::r1_tensors(), test::r1_config, 4'300'000'000, "/r1");
    RangeServer server;
    put(server, "/deepseek-ai/DeepSeek-R1/resolve/main/", r1);
    std::uint64_t file_bytes = 0, header_bytes = 0;
    for (const ShardText& shard : r1.shards) {
        file_bytes += shard.size_bytes;
        header_bytes += 8 + shard.declared_header_bytes;
    }
    CHECK(file_bytes == 688'574'839'360 + header_bytes);

    std::vector<Progress> steps;
    CheckpointOptions options;
    options.on_progress = [&](const Progress& progress) { steps.push_back(progress); };
    const Checkpoint read = parse_checkpoint(read_checkpoint(server.address("/deepseek-ai/DeepSeek-R1"), options));
    CHECK(read.tensor_count() == 91'991);
    CHECK(read.tensor_bytes() == 688'574'839'360);
    CHECK(server.body_bytes() == r1.config.size() + r1.index.size() + header_bytes);
    CHECK(header_bytes < 12'500'000);  // published: 11,888,393
    CHECK(server.connections() == 1 + 8);
    REQUIRE(steps.size() == r1.shards.size() + 1);
    CHECK(steps.back().is_done);
    CHECK_THAT(steps.back().text, StartsWith(fmt::format("{0} of {0} headers, ", r1.shards.size())));
}

TEST_CASE("a hub's address is tried as one, and a folder's as it is", "[host/checkpoint]") {
    RangeServer server;
    put(server, "/org/name/resolve/v2/", tiny());
    CheckpointOptions options = quick();
    options.revision = "v2";
    CHECK(read_checkpoint(server.address("/org/name"), options).shards.size() == 4);
    CHECK(read_checkpoint(server.address("/org/name/tree/v2"), quick()).shards.size() == 4);
    CHECK(read_checkpoint(server.address("/org/name/resolve/v2/"), quick()).shards.size() == 4);
    CHECK(refusal(server.address("/org/name")) ==
          fmt::format(
              "reading the checkpoint \"{0}/org/name\": \"{0}/org/name/resolve/main/config.json\" gives HTTP 404, "
              "\"{0}/org/name/config.json\" gives HTTP 404; expected the folder with config.json, or "
              "HOST/ORG/NAME of a hub (some want --token-file)",
              server.address("")));
}

TEST_CASE("without an index there is one file", "[host/checkpoint]") {
    RangeServer server;
    put(server, "/m/", test::checkpoint_text(test::llama_tensors(2, 8, 16, 4, 100), tiny_config, 1'000'000, ""));
    server.files["/m/model.safetensors"] = server.files.at("/m/model-00001-of-00001.safetensors");
    server.files.erase("/m/model.safetensors.index.json");
    CHECK(parse_checkpoint(read_checkpoint(server.address("/m"), quick())).tensor_count() == 21);
}

TEST_CASE("a redirect is followed to another server, and the token is not", "[host/checkpoint]") {
    TinyMirror other;
    TinyMirror server;
    server.token = "sesame";
    const ScratchFolder folder;
    CheckpointOptions options = quick();
    options.token_file = folder.write("token", "sesame\n");
    std::filesystem::permissions(options.token_file, std::filesystem::perms(0600));
    server.shard(2).redirect = other.address("/m/model-00002-of-00004.safetensors?signature=secret");
    other.files["/m/model-00002-of-00004.safetensors?signature=secret"] =
        other.files.at("/m/model-00002-of-00004.safetensors");
    CHECK(parse_checkpoint(read_checkpoint(server.address("/m"), options)).tensor_count() == 21);
    REQUIRE(other.requests().size() == 2);  // the length, then the header, without asking the first server again
    for (const RangeServer::Request& request : other.requests()) CHECK(request.authorization.empty());
    for (const RangeServer::Request& request : server.requests()) CHECK(request.authorization == "Bearer sesame");

    other.files.at("/m/model-00002-of-00004.safetensors?signature=secret").is_range_ignored = true;
    other.files.at("/m/model-00002-of-00004.safetensors?signature=secret").size_bytes = 20 << 20;
    CHECK(refusal(server.address("/m"), options) ==
          fmt::format("asking \"{}\": the server ignores Range and would send the whole file of 20.00 MiB; expected "
                      "HTTP 206 with the 8 bytes that were asked for",
                      other.address("/m/model-00002-of-00004.safetensors")));
}

TEST_CASE("redirects end, and stay with http", "[host/checkpoint]") {
    TinyMirror server;
    server.shard(1).redirect = "/m/model-00001-of-00004.safetensors";
    CHECK(refusal(server.address("/m")) ==
          fmt::format("asking \"{}\": more than 5 redirects", server.address("/m/model-00001-of-00004.safetensors")));
    server.shard(1).redirect = "file:///etc/passwd";
    CHECK(refusal(server.address("/m")) ==
          fmt::format("reading the address \"file:///etc/passwd\": \"{}\" sends there; only http:// and https:// are "
                      "followed",
                      server.address("/m/model-00001-of-00004.safetensors")));
}

TEST_CASE("a small file may come whole from a server that ignores ranges", "[host/checkpoint]") {
    TinyMirror server;
    for (int i = 1; i <= 4; ++i) server.shard(i).is_range_ignored = true;
    CHECK(parse_checkpoint(read_checkpoint(server.address("/m"), quick())).tensor_count() == 21);
}

TEST_CASE("a shard that is not there, or not what it should be, is told as in a folder", "[host/checkpoint]") {
    TinyMirror server;
    const RangeServer::File good = server.shard(2);
    const auto judged = [&] {
        return test::message_of([&] { parse_checkpoint(read_checkpoint(server.address("/m"), quick())); });
    };
    server.files.erase("/m/model-00002-of-00004.safetensors");
    CHECK(judged() ==
          "the shard \"model-00002-of-00004.safetensors\" is missing: model.safetensors.index.json lists 14 "
          "of its tensors");
    server.files["/m/model-00002-of-00004.safetensors"] = {length_field(100'000'001), 1ULL << 40, {}};
    CHECK(judged() ==
          "model-00002-of-00004.safetensors:byte 0: a header of 100,000,001 bytes, more than the 100,000,000 "
          "that safetensors allows");
    server.shard(2) = {"1234", 4, {}};
    CHECK(judged() ==
          "model-00002-of-00004.safetensors:byte 0: a file of 4 bytes: the 8 that give the length of the "
          "header do not fit");
    server.shard(2) = good;
    server.shard(2).size_bytes -= 1;
    CHECK_THAT(judged(), ContainsSubstring("the file is cut by 1 byte"));
}

TEST_CASE("a server that contradicts itself is not believed", "[host/checkpoint]") {
    TinyMirror server;
    const RangeServer::File good = server.shard(3);
    const std::string at = server.address("/m/model-00003-of-00004.safetensors");
    server.shard(3).changes = true;
    CHECK(refusal(server.address("/m")) == fmt::format("reading \"{}\": the file changed while it was read", at));
    server.shard(3) = good;
    server.shard(3).content_range = "bytes 8-15/100";
    CHECK(refusal(server.address("/m")) == fmt::format("asking \"{}\" for bytes 0-7: the server sent 8-15", at));
    server.shard(3).content_range = "bytes 0-7/*";
    CHECK(refusal(server.address("/m")) ==
          fmt::format("asking \"{}\": HTTP 206 with Content-Range \"bytes 0-7/*\"; expected \"bytes FIRST-LAST/SIZE\"",
                      at));
    server.shard(3).content_range = "bytes 0-6/100";
    CHECK(refusal(server.address("/m")) ==
          fmt::format("asking \"{}\": a body that is not as long as its Content-Range says", at));
}

TEST_CASE("what a server sends is bounded before it is read", "[host/checkpoint]") {
    TinyMirror server;
    server.files["/m/config.json"] = {"{", 5 << 20, {}};
    CHECK(refusal(server.address("/m/")) ==
          fmt::format("asking \"{}\": 5,242,880 bytes, more than 4,194,304", server.address("/m/config.json")));
}

TEST_CASE("the long page of an error is not read", "[host/checkpoint]") {
    TinyMirror server;
    server.error_page_bytes = 8 << 20;
    server.files.erase("/m/model-00001-of-00004.safetensors");
    CHECK(read_checkpoint(server.address("/m/"), quick()).shards.size() == 3);
}

TEST_CASE("a server that does not answer is waited for no longer than was set", "[host/checkpoint]") {
    TinyMirror server;
    server.shard(4).is_silent = true;
    CheckpointOptions options = quick();
    options.timeout_s = 1;
    CHECK(refusal(server.address("/m"), options) ==
          fmt::format("asking \"{}\": no whole answer in time (timeout of 1 s)",
                      server.address("/m/model-00004-of-00004.safetensors")));
}

TEST_CASE("reading from a mirror can be interrupted", "[host/checkpoint]") {
    TinyMirror server;
    server.shard(4).is_silent = true;
    CheckpointOptions options = quick();
    options.is_cancelled = [] { return true; };
    CHECK(refusal(server.address("/m"), options) ==
          fmt::format("reading the checkpoint \"{}\": interrupted", server.address("/m")));
}

TEST_CASE("a certificate that nobody vouches for is refused, unless it is named", "[host/checkpoint]") {
    const SelfSigned tls = self_signed_certificate();
    const TinyMirror server(tls);
    CHECK(
        refusal(server.address("/m")) ==
        fmt::format("connecting to \"{}\": its certificate is not one to trust: self-signed certificate; expected one "
                    "from an authority that this machine or the CA file knows",
                    server.address("")));
    CHECK(server.requests().empty());

    const ScratchFolder folder;
    CheckpointOptions options = quick();
    options.ca_file = folder.write("ca.pem", tls.certificate);
    CHECK(parse_checkpoint(read_checkpoint(server.address("/m"), options)).tensor_count() == 21);

    std::string by_number = server.address("/m");  // the certificate is for localhost
    by_number.replace(by_number.find("localhost"), 9, "127.0.0.1");
    CHECK_THAT(refusal(by_number, options), ContainsSubstring("its certificate is not one to trust"));

    options.ca_file = folder.write("none.pem", "no certificate");
    CHECK_THAT(refusal(server.address("/m"), options), StartsWith("reading certificates from \"" + options.ca_file));
}

TEST_CASE("a token is kept from other eyes", "[host/checkpoint]") {
    const ScratchFolder folder;
    CheckpointOptions options = quick();
    options.token_file = folder.write("token", "sesame");
    std::filesystem::permissions(options.token_file, std::filesystem::perms(0600));
    CHECK(refusal("http://mirror.example/m", options) ==
          "reading the checkpoint \"http://mirror.example/m\": a token is sent over https only");
    std::filesystem::permissions(options.token_file, std::filesystem::perms(0644));
    CHECK(refusal("http://localhost:1/m", options) ==
          "reading the secret \"" + options.token_file + "\": others may read it; chmod 600 it");
    CHECK(refusal("https://me:sesame@mirror.example/m") ==
          "reading the address \"\": a user or password in it: give a token by a file instead");
}
