// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/base/error.hpp"
#include "r1cluster/readings/recording.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

Recording two_hosts() {
    Readings first;
    first.host = "node1";
    first.reader = "r1cluster 0.1.0";
    first.taken_at = "2026-11-22T06:00:00Z";
    first.files["/proc/meminfo"] = {"MemTotal: 1 kB\n", ""};
    first.files["/proc/empty"] = {"", ""};
    first.files["/proc/gone"] = {std::nullopt, "No such file or directory"};
    first.files["/odd/bytes\xFF and/../blank"] = {std::string("\0\xFF\n", 3), ""};
    first.files["relative"] = {"kept in JSON", ""};
    first.files["/proc"] = {"a file where a folder is", ""};
    first.links["/bin/python"] = {"python3.11", ""};
    first.listings["/sys/class/net"] = {"eth0\nlo\n", ""};
    first.calls["gethostname()"] = {"vm", ""};
    first.calls["nvmlInit_v2()"] = {std::nullopt, "libnvidia-ml.so.1 not found"};
    Readings second;
    second.host = "checkpoint";
    second.unreachable_because = "Connection refused";
    CheckpointText checkpoint{"/data/r1", "{}", "", {}};
    checkpoint.shards.push_back({"model-1.safetensors", 40, 16, {"{\"a\": 1}        ", ""}});
    checkpoint.shards.push_back({"../model-2.safetensors", 4, 0, {std::nullopt, "the file has 4 bytes"}});
    return {{first, second}, {{"node1", "checkpoint", "10.0.0.1", "10.0.0.2", 29500, true, 21.5, ""}}, checkpoint};
}

std::string refusal(const Folder& folder) {
    try {
        from_folder(folder);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::invalid_input);
        return error.what();
    }
    return "accepted";
}

/// two_hosts() with one file of the folder replaced in part.
Folder edited(const std::string& file, const std::string& before, const std::string& after) {
    Folder folder = to_folder(two_hosts());
    std::string& text = folder.at(file);
    const auto at = text.find(before);
    REQUIRE(at != std::string::npos);
    text.replace(at, before.size(), after);
    return folder;
}

}  // namespace

TEST_CASE("a recording survives the way into a folder and back", "[readings]") {
    const Recording recording = two_hosts();
    CHECK(from_folder(to_folder(recording)) == recording);
    CHECK(from_folder(to_folder(Recording{})) == Recording{});
}

TEST_CASE("files lie in the folder as the host has them", "[readings]") {
    const Folder folder = to_folder(two_hosts());
    CHECK(folder.at("node1/root/proc/meminfo") == "MemTotal: 1 kB\n");
    CHECK(folder.at("checkpoint/config.json") == "{}");
    CHECK(folder.contains("%63heckpoint/readings.json"));
    CHECK(folder.at("checkpoint/headers/model-1.safetensors.json") == "{\"a\": 1}        ");
    CHECK_FALSE(folder.contains("node1/root/proc"));
}

TEST_CASE("no name in the folder leads out of it", "[readings]") {
    Recording recording = two_hosts();
    recording.hosts[0].host = "../../etc";
    recording.probes.clear();
    for (const auto& [name, content] : to_folder(recording)) {
        INFO(name);
        CHECK(("/" + name + "/").find("/../") == std::string::npos);
        CHECK(name.front() != '/');
    }
    CHECK(from_folder(to_folder(recording)) == recording);
}

TEST_CASE("notes beside recording.json are left alone", "[readings]") {
    Folder folder = to_folder(two_hosts());
    folder["notes.md"] = "How this was made.";
    CHECK(from_folder(folder) == two_hosts());
}

TEST_CASE("what cannot be a folder is refused on the way in", "[readings]") {
    const auto refused = [](const Recording& recording) -> std::string {
        try {
            to_folder(recording);
        } catch (const Error& error) {
            return error.what();
        }
        return "accepted";
    };
    Recording twice = two_hosts();
    twice.hosts[1].host = "node1";
    CHECK(refused(twice) == "writing a recording as a folder: the host \"node1\" occurs twice");
    Recording undecided = two_hosts();
    undecided.hosts[0].calls["uname()"] = {};
    CHECK(refused(undecided) ==
          "writing a recording as a folder: \"uname()\" of host \"node1\" must have either a text or a reason");
    Recording bytes = two_hosts();
    bytes.hosts[0].calls["uname()"] = {"\xFF", ""};
    CHECK(refused(bytes) ==
          "writing a recording as a folder: \"node1/readings.json\" would hold text that is not UTF-8");
    Recording shards = two_hosts();
    shards.checkpoint->shards.push_back(shards.checkpoint->shards[0]);
    CHECK(refused(shards) == "writing a recording as a folder: the shard \"model-1.safetensors\" occurs twice");
}

TEST_CASE("a missing file is named", "[readings]") {
    CHECK(refusal({}) == "recording.json: missing; a recording has it");
    for (const char* file : {"recording.json", "node1/readings.json", "checkpoint/checkpoint.json",
                             "checkpoint/config.json", "checkpoint/headers/model-1.safetensors.json"}) {
        Folder folder = to_folder(two_hosts());
        folder.erase(file);
        CHECK(refusal(folder) == std::string(file) + ": missing; a recording has it");
    }
}

TEST_CASE("another format version is refused", "[readings]") {
    CHECK(refusal(edited("recording.json", "\"version\": 1", "\"version\": 2")) ==
          "recording.json: expected \"schema\": \"r1cluster.recording_folder\", \"version\": 1, got "
          "\"r1cluster.recording_folder\", 2");
    CHECK(refusal(edited("node1/readings.json", "\"version\": 1", "\"version\": 7")) ==
          "node1/readings.json: expected \"schema\": \"r1cluster.readings\", \"version\": 1, got "
          "\"r1cluster.readings\", 7");
}

TEST_CASE("malformed JSON is refused with its place", "[readings]") {
    CHECK(refusal({{"recording.json", "{\n  \"schema\": ,"}}) == "recording.json:2:13: not JSON: syntax error");
    CHECK(refusal({{"recording.json", ""}}) == "recording.json:1:1: the JSON text ends too early");
    CHECK(refusal(edited("recording.json", "\"to_port\": 29500", "\"to_port\": \"29500\"")) ==
          "recording.json.probes[0].to_port: expected a whole number from -2147483648 to 2147483647, got \"29500\"");
}

TEST_CASE("a file that belongs to nothing is refused", "[readings]") {
    Folder folder = to_folder(two_hosts());
    folder["node2/root/proc/meminfo"] = "";
    CHECK(refusal(folder) == "node2/root/proc/meminfo: not part of a recording");
    folder = to_folder(two_hosts());
    folder["checkpoint/model-1.safetensors"] = "";
    CHECK(refusal(folder) == "checkpoint/model-1.safetensors: not part of a recording");
}

TEST_CASE("a file name that is not in our form is refused", "[readings]") {
    for (const char* name : {"node1/root/proc/%2e%2e/shadow", "node1/root/../../shadow", "node1/root/a b"}) {
        Folder folder = to_folder(two_hosts());
        folder[name] = "";
        CHECK(refusal(folder) == std::string(name) + ": not a name that a recording has (percent-encoded otherwise)");
    }
}

TEST_CASE("two answers for one question are refused", "[readings]") {
    Folder folder = to_folder(two_hosts());
    folder["node1/root/proc/gone"] = "";
    CHECK(refusal(folder) == "node1/root/proc/gone: \"/proc/gone\" is in node1/readings.json too");
    CHECK(refusal(edited("node1/readings.json", "\"text\": \"vm\"", "\"text\": null")) ==
          "node1/readings.json: call \"gethostname()\" must have either a text or a reason");
    CHECK(refusal(edited("node1/readings.json", "\"host\": \"node1\"", "\"host\": \"node7\"")) ==
          "node1/readings.json: holds the host \"node7\", expected \"node1\"");
    CHECK(refusal(edited("recording.json", "\"checkpoint\"", "\"node1\"")) ==
          "recording.json: the host \"node1\" occurs twice");
    CHECK(refusal(edited("checkpoint/checkpoint.json", "../model-2", "model-1")) ==
          "checkpoint/checkpoint.json: the shard \"model-1.safetensors\" occurs twice");
}
