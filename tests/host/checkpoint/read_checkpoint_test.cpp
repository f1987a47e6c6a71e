// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "host/checkpoint/checkpoint_digest.hpp"
#include "model/synthetic.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/host/checkpoint/checkpoint.hpp"
#include "support/catch.hpp"
#include "support/scratch_folder.hpp"

using namespace r1cluster;

namespace {

std::string shard(const std::string& header, std::size_t declared) {
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(declared >> (8 * i) & 0xFFU);
    return bytes + header;
}

std::function<void(off_t)> before_reading;  ///< called with the offset, before bytes of a file are read

/// What happens once, when a shard's header is about to be read, or the length before it.
struct AtHeader {
    explicit AtHeader(std::function<void()> act, off_t place = 8) {
        before_reading = [act = std::move(act), place](off_t offset) {
            if (offset != place) return;
            before_reading = nullptr;
            act();
        };
    }
    ~AtHeader() { before_reading = nullptr; }
};

}  // namespace

/// Instead of the C library's, in this program.
extern "C" ssize_t pread(int descriptor, void* bytes, size_t count, off_t offset) {
    if (const auto act = before_reading) act(offset);
    return syscall(SYS_pread64, descriptor, bytes, count, offset);
}

TEST_CASE("a checkpoint is its config, its index and the headers of its shards", "[host/checkpoint]") {
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

TEST_CASE("a model is the same, read shard by shard or from texts that were kept", "[host/checkpoint]") {
    const ScratchFolder folder;
    const auto write_as = [&](const CheckpointText& text) {
        folder.write("config.json", text.config);
        if (!text.index.empty()) folder.write("model.safetensors.index.json", text.index);
        for (const ShardText& one : text.shards) {
            folder.write(one.name, shard(*one.header.text, one.declared_header_bytes));
            std::filesystem::resize_file(folder.path(one.name), one.size_bytes);
        }
    };
    const CheckpointText r1 = test::checkpoint_text(test::r1_tensors(), test::r1_config, 43'000'000'000, "/r1");
    write_as(r1);
    const Checkpoint checkpoint = read_model(folder.path());
    CHECK(checkpoint == parse_checkpoint(read_checkpoint(folder.path())));
    CHECK(checkpoint.tensor_count() == 91'991);
    CHECK(checkpoint.path == folder.path());

    std::filesystem::remove(folder.path(r1.shards.at(1).name));
    const std::string missing = test::message_of([&] { read_model(folder.path()); });
    CHECK(missing == test::message_of([&] { parse_checkpoint(read_checkpoint(folder.path())); }));
    CHECK_THAT(missing, ContainsSubstring("\"" + r1.shards.at(1).name + "\" is missing"));
    std::filesystem::remove(folder.path("config.json"));
    CHECK(test::message_of([&] { read_model(folder.path()); }) ==
          test::message_of([&] { read_checkpoint(folder.path()); }));
}

TEST_CASE("a shard without a header that can be says why", "[host/checkpoint]") {
    const ScratchFolder folder;
    folder.write("config.json", "{}");
    folder.write("a.safetensors", "1234");
    folder.write("b.safetensors", shard("{}", 3));
    folder.write("c.safetensors", shard("[]", 2));
    folder.write("d.safetensors", shard("{}", 100'000'001));
    std::vector<std::string> reasons;
    for (const ShardText& one : read_checkpoint(folder.path()).shards) reasons.push_back(one.header.because);
    CHECK(reasons ==
          std::vector<std::string>{"a file of 4 bytes, too short for a header", "a header of 3 bytes in a file of 10",
                                   "the header does not begin with '{'",
                                   "a header of 100,000,001 bytes, more than the 100,000,000 that safetensors allows"});
}

TEST_CASE("a shard that becomes shorter while it is read is named, with what happened", "[host/checkpoint]") {
    const ScratchFolder folder;
    folder.write("config.json", test::r1_config);
    const std::string header = R"({"a":{"dtype":"I8","shape":[0],"data_offsets":[0,0]}})";
    const std::string path = folder.path("model.safetensors");
    const std::string because = "the file became shorter while it was read";
    for (const std::size_t left : {std::size_t{8}, 8 + header.size() / 2}) {
        folder.write("model.safetensors", shard(header, header.size()));
        {
            const AtHeader truncation([&] { std::filesystem::resize_file(path, left); });
            CHECK(read_checkpoint(folder.path()).shards.at(0).header.because == because);
        }
        folder.write("model.safetensors", shard(header, header.size()));
        const AtHeader truncation([&] { std::filesystem::resize_file(path, left); });
        CHECK(test::message_of([&] { read_model(folder.path()); }) ==
              "model.safetensors:byte 8: the header was not read: " + because);
    }
}

TEST_CASE("a shard that is empty by the time that its first bytes are read was not always so", "[host/checkpoint]") {
    const ScratchFolder folder;
    folder.write("model.safetensors", shard("{}", 2));
    Readings readings;
    const AtHeader truncation([&] { std::filesystem::resize_file(folder.path("model.safetensors"), 0); }, 0);
    detail::read_checkpoint_digest(folder.path(), readings);
    CHECK_THAT(readings.calls.at("checkpoint(" + folder.path() + ")").text.value_or(""),
               ContainsSubstring("the file became shorter while it was read"));
}

TEST_CASE("a shard that is replaced while it is read is read as it was", "[host/checkpoint]") {
    const ScratchFolder folder;
    folder.write("config.json", "{}");
    folder.write("model.safetensors", shard("{\"before\":1}", 12));
    folder.write("other", shard("{}", 2));
    const AtHeader replacement(
        [&] { std::filesystem::rename(folder.path("other"), folder.path("model.safetensors")); });
    CHECK(read_checkpoint(folder.path()).shards.at(0).header.text == "{\"before\":1}");
    CHECK(read_checkpoint(folder.path()).shards.at(0).header.text == "{}");
}

TEST_CASE("a folder without config.json is no checkpoint", "[host/checkpoint]") {
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

namespace {

/// A cache as huggingface_hub lays it out, with one snapshot of org/name.
struct HubCache : ScratchFolder {
    const std::string repository = path("models--org--name");
    const std::string snapshot = repository + "/snapshots/abc123";

    HubCache() {
        write("models--org--name/refs/main", "abc123");
        write("models--org--name/blobs/1", "{}");
        write("models--org--name/blobs/2", shard("{}", 2));
        std::filesystem::create_directories(snapshot);
        std::filesystem::create_symlink("../../blobs/1", snapshot + "/config.json");
        std::filesystem::create_symlink("../../blobs/2", snapshot + "/model.safetensors");
    }
};

std::string reading_error(const std::string& path, const std::string& revision = "") {
    CheckpointOptions options;
    options.revision = revision;
    return test::message_of([&] { read_checkpoint(path, options); });
}

}  // namespace

TEST_CASE("a hub's cache is read by its snapshot, its repository or the model's name", "[host/checkpoint]") {
    const HubCache cache;
    for (const std::string& path :
         {cache.snapshot, cache.snapshot + "/", cache.repository, cache.repository + "/", cache.path("org/name")}) {
        CAPTURE(path);
        const CheckpointText checkpoint = read_checkpoint(path);
        CHECK(checkpoint.config == "{}");
        REQUIRE(checkpoint.shards.size() == 1);
        CHECK(checkpoint.shards[0].header.text == "{}");
        CHECK(checkpoint.path == path);
    }
    CheckpointOptions options;
    options.revision = "abc123";
    CHECK(read_checkpoint(cache.repository, options).shards.size() == 1);
}

TEST_CASE("a revision that a cache does not have is named with those it has", "[host/checkpoint]") {
    const HubCache cache;
    CHECK(reading_error(cache.repository, "v2") == "looking for revision \"v2\" in the cache \"" + cache.repository +
                                                       "\": there is no such snapshot; there are: abc123");
    CHECK_THAT(reading_error(cache.repository, "../../x"), StartsWith("looking for revision \"../../x\""));
    cache.write("models--org--name/refs/evil", "../../../etc");
    CHECK_THAT(reading_error(cache.repository, "evil"), StartsWith("looking for revision \"evil\""));
}

TEST_CASE("links lead out of neither a folder nor a cache", "[host/checkpoint]") {
    const HubCache cache;
    cache.write("outside", shard("{}", 2));
    std::filesystem::create_symlink(cache.path("outside"), cache.snapshot + "/x.safetensors");
    const std::string because = read_checkpoint(cache.repository).shards.at(1).header.because;
    CHECK(because == "\"x.safetensors\" is a link out of \"" + cache.repository + "\", to \"" +
                         std::filesystem::canonical(cache.path("outside")).string() + "\"");

    const ScratchFolder folder;
    folder.write("real/config.json", "{}");
    folder.write("real/model.safetensors", shard("{}", 2));
    std::filesystem::create_directories(folder.path("m"));
    std::filesystem::create_symlink("../real/config.json", folder.path("m/config.json"));
    CHECK_THAT(reading_error(folder.path("m")), ContainsSubstring("\"config.json\" is a link out of"));
    std::filesystem::create_symlink("real", folder.path("whole"));  // the folder itself may be a link
    CHECK(read_checkpoint(folder.path("whole")).shards.size() == 1);
}

TEST_CASE("a pipe, a device and a folder are no shards, and nobody waits for them", "[host/checkpoint]") {
    const ScratchFolder folder;
    folder.write("config.json", "{}");
    REQUIRE(::mkfifo(folder.path("a.safetensors").c_str(), 0600) == 0);
    std::filesystem::create_directories(folder.path("b.safetensors"));
    std::filesystem::create_symlink("/dev/zero", folder.path("c.safetensors"));
    std::filesystem::create_symlink("c.safetensors", folder.path("d.safetensors"));
    std::filesystem::create_symlink("e.safetensors", folder.path("e.safetensors"));
    std::vector<std::string> reasons;
    for (const ShardText& one : read_checkpoint(folder.path()).shards) reasons.push_back(one.header.because);
    const std::string out = " is a link out of \"" + folder.path() + "\", to \"/dev/zero\"";
    CHECK(reasons == std::vector<std::string>{"not a regular file", "Is a directory", "\"c.safetensors\"" + out,
                                              "\"d.safetensors\"" + out, "Too many levels of symbolic links"});
}

TEST_CASE("a header that is a hole in a sparse file is refused", "[host/checkpoint]") {
    const ScratchFolder folder;
    folder.write("config.json", "{}");
    folder.write("model.safetensors", shard("", 1'000'000));
    std::filesystem::resize_file(folder.path("model.safetensors"), 1ULL << 40);
    CHECK(read_checkpoint(folder.path()).shards.at(0).header.because == "the header does not begin with '{'");
}

TEST_CASE("Mistral's own form is recognised", "[host/checkpoint]") {
    const ScratchFolder folder;
    folder.write("params.json", "{}");
    folder.write("consolidated.safetensors", shard("{}", 2));
    CHECK_THAT(reading_error(folder.path()),
               ContainsSubstring(
                   "; expected a folder with config.json and *.safetensors; params.json says that this is Mistral's "
                   "own form, for which there are no rules: fetch the form for Hugging Face's transformers"));
}

TEST_CASE("a digest has the SHA-256 of each part", "[host/checkpoint]") {
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
