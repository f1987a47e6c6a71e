// SPDX-License-Identifier: Apache-2.0
#include "host/read/scratch_folder.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/host/read.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

Recording one_host() {
    Readings host;
    host.host = "../node1";
    host.files["/proc/meminfo"] = {"MemTotal: 1 kB\n", ""};
    return {{host}, {}, CheckpointText{"/data/r1", "{}", "{}", {}}};
}

template <class Act>
std::string refusal(Act act) {
    try {
        act();
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("a recording survives the way to disk and back", "[host_read]") {
    const ScratchFolder folder;
    save_recording(one_host(), folder.path("new/deep/recording"));
    CHECK(load_recording(folder.path("new/deep/recording")) == one_host());
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path("new/deep")), {}) == 1);
}

TEST_CASE("an empty folder is taken, one with content is not", "[host_read]") {
    const ScratchFolder folder;
    const std::string path = folder.path("recording");
    std::filesystem::create_directory(path);
    save_recording(one_host(), path + "/");
    CHECK(refusal([&] { save_recording(one_host(), path); }) ==
          "saving the recording \"" + path + "\": it exists and is not an empty folder; expected a new one");
    CHECK(load_recording(path) == one_host());
}

TEST_CASE("notes beside a recording are left alone, links in it are not followed", "[host_read]") {
    const ScratchFolder folder;
    const std::string path = folder.path("recording");
    save_recording(one_host(), path);
    folder.write("recording/notes.md", "by hand");
    CHECK(load_recording(path) == one_host());
    std::string host_folder;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
        if (entry.is_directory() && entry.path().filename() != "checkpoint") host_folder = entry.path().string();
    }
    std::filesystem::create_symlink("/etc/hostname", host_folder + "/root/proc/shadow");
    CHECK(refusal([&] { load_recording(path); }) == "loading the recording \"" + path + "\": " + host_folder +
                                                        "/root/proc/shadow: Too many levels of symbolic links");
}

TEST_CASE("what is no recording is refused with its name", "[host_read]") {
    const ScratchFolder folder;
    CHECK(refusal([&] { load_recording(folder.path("no")); }) ==
          "loading the recording \"" + folder.path("no") + "\": not a folder; expected one with recording.json");
    CHECK(refusal([&] { load_recording(folder.path()); }) ==
          "loading the recording \"" + folder.path() + "\": recording.json: missing; a recording has it");
}
