// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/base/error.hpp"
#include "r1cluster/host/read/read.hpp"
#include "support/catch.hpp"
#include "support/scratch_folder.hpp"

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

TEST_CASE("a recording survives the way to disk and back", "[host/read]") {
    const ScratchFolder folder;
    save_recording(one_host(), folder.path("new/deep/recording"));
    CHECK(load_recording(folder.path("new/deep/recording")) == one_host());
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path("new/deep")), {}) == 1);
}

TEST_CASE("an empty folder is taken, one with content is not", "[host/read]") {
    const ScratchFolder folder;
    const std::string path = folder.path("recording");
    std::filesystem::create_directory(path);
    save_recording(one_host(), path + "/");
    CHECK(refusal([&] { save_recording(one_host(), path); }) ==
          "saving the recording \"" + path + "\": it exists and is not an empty folder; expected a new one");
    CHECK(load_recording(path) == one_host());
}

TEST_CASE("notes beside a recording are left alone, links in it are not followed", "[host/read]") {
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

TEST_CASE("what is no recording is refused with its name", "[host/read]") {
    const ScratchFolder folder;
    CHECK(refusal([&] { load_recording(folder.path("no")); }) ==
          "loading \"" + folder.path("no") +
              "\": no such file or folder; expected a recording, or what another tool wrote");
    folder.write("notes/readme.md", "by hand");
    CHECK(
        refusal([&] { load_recording(folder.path("notes")); }) ==
        "loading \"" + folder.path("notes") +
            "\": nothing in \"notes\" is known; expected a recording (recording.json), an NCCL or hwloc topology XML, "
            "`nvidia-smi -q -x`, `lspci -vvv`, `nvidia-smi topo -m`, or pieces of /sys");
    folder.write("cut/recording.json", "{");
    CHECK(refusal([&] { load_recording(folder.path("cut")); }).starts_with("loading the recording \""));
}

TEST_CASE("a file of another tool is one host that is named after it", "[host/read]") {
    const ScratchFolder folder;
    folder.write("topo (1).xml", "<system version=\"1\"/>");
    const Recording recording = load_recording(folder.path("topo (1).xml"));
    REQUIRE(recording.hosts.size() == 1);
    CHECK(recording.hosts[0].host == "topo--1-");
    CHECK(recording.hosts[0].reader == "imported from nccl_topology");
    CHECK(recording.hosts[0].documents.at("nccl_topology") == "<system version=\"1\"/>");
}

TEST_CASE("links in a folder of another tool are kept and not followed", "[host/read]") {
    const ScratchFolder folder;
    folder.write("node7/sys/devices/pci0000:00/0000:00:03.0/vendor", "0x10de\n");
    folder.write("node7/sys/bus/pci/devices/.keep", "");
    std::filesystem::create_symlink("../../../devices/pci0000:00/0000:00:03.0",
                                    folder.path("node7/sys/bus/pci/devices/0000:00:03.0"));
    std::filesystem::create_symlink("/etc", folder.path("node7/sys/outside"));
    const Readings host = load_recording(folder.path("node7")).hosts.at(0);
    CHECK(host.host == "node7");
    CHECK(host.links.at("/sys/bus/pci/devices/0000:00:03.0").text == "../../../devices/pci0000:00/0000:00:03.0");
    CHECK(host.files.at("/sys/bus/pci/devices/0000:00:03.0/vendor").text == "0x10de\n");
    CHECK(host.links.at("/sys/outside").text == "/etc");
    CHECK(host.files.size() == 3);
}
