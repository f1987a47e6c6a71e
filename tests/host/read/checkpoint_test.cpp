// SPDX-License-Identifier: Apache-2.0
#include "host/read/scratch_folder.hpp"
#include "host/read/sources.hpp"
#include "r1cluster/base/error.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

std::string shard(const std::string& header, std::size_t declared) {
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(declared >> (8 * i) & 0xFFU);
    return bytes + header;
}

}  // namespace

TEST_CASE("a checkpoint is its config, its index and the headers of its shards", "[host_read]") {
    const ScratchFolder folder;
    folder.write("config.json", "{}");
    folder.write("model-2.safetensors", shard("{\"a\":1}WEIGHTS", 7));
    folder.write("model-1.safetensors", shard("{}", 2));
    folder.write("tokenizer.json", "{}");
    const CheckpointText checkpoint = read_checkpoint(folder.path());
    CHECK(checkpoint == CheckpointText{folder.path(),
                                       "{}",
                                       "",
                                       {{"model-1.safetensors", 10, 2, {"{}", ""}},
                                        {"model-2.safetensors", 22, 7, {"{\"a\":1}", ""}}}});
}

TEST_CASE("a shard without a header that can be says why", "[host_read]") {
    const ScratchFolder folder;
    folder.write("config.json", "{}");
    folder.write("a.safetensors", "1234");
    folder.write("b.safetensors", shard("{}", 3));
    folder.write("c.safetensors", shard("[]", 2));
    folder.write("d.safetensors", shard("{}", 100'000'001));
    std::vector<std::string> reasons;
    for (const ShardText& one : read_checkpoint(folder.path()).shards) reasons.push_back(one.header.because);
    CHECK(reasons == std::vector<std::string>{
                         "a file of 4 bytes, too short for a header", "a header of 3 bytes in a file of 10",
                         "the header does not begin with '{'", "a header of 100000001 bytes in a file of 10"});
}

TEST_CASE("a folder without config.json is no checkpoint", "[host_read]") {
    const ScratchFolder folder;
    try {
        read_checkpoint(folder.path());
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::not_found);
        CHECK(std::string(error.what()) == "reading the checkpoint \"" + folder.path() + "\": reading the file \"" +
                                               folder.path("config.json") +
                                               "\": No such file or directory; expected a folder with config.json and "
                                               "*.safetensors");
    }
}

TEST_CASE("a digest has the SHA-256 of each part", "[host_read]") {
    const ScratchFolder folder;
    folder.write("config.json", "{}");
    folder.write("model.safetensors", shard("{}", 2));
    folder.write("short.safetensors", "");
    Readings readings;
    detail::read_checkpoint_digest(folder.path(), readings);
    const std::string of_braces = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";  // sha256sum
    CHECK(readings.calls.at("checkpoint(" + folder.path() + ")").text ==
          "{\"config_sha256\":\"" + of_braces +
              "\",\"index_sha256\":\"\",\"shards\":[{\"name\":\"model.safetensors\",\"size_bytes\":10,"
              "\"header_sha256\":\"" +
              of_braces +
              "\",\"because\":\"\"},{\"name\":\"short.safetensors\",\"size_bytes\":0,\"header_sha256\":\"\","
              "\"because\":\"a file of 0 bytes, too short for a header\"}]}");
    CHECK(readings.files.at(folder.path("config.json")).text == "{}");
    detail::read_checkpoint_digest("/no/such", readings);
    CHECK(readings.calls.at("checkpoint(/no/such)") == Answer{std::nullopt, "No such file or directory"});
}
