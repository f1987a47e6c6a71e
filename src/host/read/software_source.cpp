// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <string.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "host/os/host_tree.hpp"
#include "host/read/sources.hpp"

namespace r1cluster::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t scan_limit_bytes = 512ULL << 20U;
constexpr std::size_t piece_bytes = 1 << 20;
constexpr std::size_t package_list_limit_bytes = 1 << 20;
constexpr std::size_t max_toolkits = 32;

constexpr const char* library_folders[] = {
    "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64",           "/usr/lib", "/usr/local/lib",
    "/usr/local/lib64",          "/usr/local/nvidia/lib64",    "/usr/local/cuda/lib64"};

void read_nccl_version(const HostTree& tree, const std::string& library) {
    tree.readings().calls["nccl(" + library + ")"] =
        answer([&] { return version_in(OpenFile(tree.on_disk(library)), "NCCL version "); });
}

/// Which of the files that a Debian package owns are NCCL libraries.
void read_owned_libraries(const HostTree& tree) {
    const std::string folder = "/var/lib/dpkg/info";
    for (const std::string& name : lines_in(listing_answer(tree.on_disk(folder)).text.value_or(""))) {
        if (!name.starts_with("libnccl2") || !name.ends_with(".list")) continue;
        tree.file(folder + "/" + name, package_list_limit_bytes);
    }
}

void read_libraries(const HostTree& tree) {
    std::set<std::string> done;
    for (const std::string folder : library_folders) {
        std::error_code error;
        const std::string resolved = fs::canonical(tree.on_disk(folder), error).string();
        if (error || !done.insert(resolved).second) continue;  // lib64 is often lib by another name
        for (const char* name : {"/libcuda.so.1", "/libnvidia-ml.so.1", "/libibverbs.so.1", "/libnccl.so.2"}) {
            tree.link_if_there(folder + name);
        }
        const std::string nccl = folder + "/libnccl.so.2";
        if (tree.exists(nccl) && !tree.readings().links[nccl].text) read_nccl_version(tree, nccl);
    }
}

void read_toolkits(const HostTree& tree) {
    std::size_t count = 0;
    for (const std::string& name : lines_in(listing_answer(tree.on_disk("/usr/local")).text.value_or(""))) {
        if (!name.starts_with("cuda") || ++count > max_toolkits) continue;
        const std::string folder = "/usr/local/" + name;
        std::error_code error;
        const std::string resolved = fs::canonical(tree.on_disk(folder), error).string();
        // "cuda" and "cuda-12" lead to "cuda-12.4", which is listed itself.
        if (error ||
            (fs::is_symlink(tree.on_disk(folder), error) && resolved.starts_with(tree.on_disk("/usr/local/cuda")))) {
            continue;
        }
        if (!tree.file_if_there(folder + "/version.json")) tree.file_if_there(folder + "/version.txt");
    }
}

/// "MLNX_OFED_LINUX-24.10-0.7.0.0" of the script ofed_info, which lists hundreds of packages.
void read_ofed(const HostTree& tree) {
    const Answer script = file_answer(tree.on_disk("/usr/bin/ofed_info"));
    for (const std::string mark : {"MLNX_OFED_LINUX-", "OFED-internal-"}) {
        const std::size_t at = script.text.value_or("").find(mark);
        if (at == std::string::npos) continue;
        const std::size_t end = script.text->find_first_of(": \"'\n\t", at);
        tree.readings().calls["ofed_info()"] = {script.text->substr(at, end - at), ""};
        return;
    }
}

}  // namespace

// A library of GPU code has hundreds of megabytes: it passes by in pieces.
std::string version_in(const OpenFile& file, std::string_view mark) {
    constexpr std::size_t longest_version = 64;
    const std::size_t begin_of_words = mark.find_first_not_of(std::string_view("\0 ", 2));
    const std::string_view words = mark.substr(begin_of_words, mark.find_last_not_of(' ') + 1 - begin_of_words);
    std::string piece;
    for (std::uint64_t offset = 0; offset < scan_limit_bytes;) {
        const std::string more = file.read(offset, piece_bytes);
        offset += more.size();
        piece += more;
        const char* end = piece.data() + piece.size();
        for (const char* at = piece.data(); at < end;) {
            const auto* found =
                static_cast<const char*>(memmem(at, static_cast<std::size_t>(end - at), mark.data(), mark.size()));
            if (!found) break;
            const char* begin = found + mark.size();
            const char* stop = std::find_if(begin, end, [](char c) { return c < '!' || c > '~'; });
            const bool is_version = begin < end && *begin >= '0' && *begin <= '9';  // not a format such as "%d"
            if (is_version && stop < end && stop - begin <= static_cast<std::ptrdiff_t>(longest_version)) {
                return {begin, stop};
            }
            at = begin;
        }
        if (more.empty()) throw Error(ErrorKind::not_found, "", fmt::format("no \"{}\" in it", words));
        piece.erase(0, piece.size() - std::min(piece.size(), mark.size() + longest_version));
    }
    throw Error(ErrorKind::not_found, "", fmt::format("no \"{}\" in its first 512 MiB", words));
}

void read_proxy(const HostTree& tree, const std::string& program) {
    std::string path = program;
    if (!program.starts_with('/')) {
        const auto found = find_program(tree, program);
        if (!found) return;
        path = *found;
    }
    // "\0 version 2.6.12-1+deb12u4, released 2026/10/17\0", for its statistics: nothing is run.
    constexpr std::string_view mark("\0 version ", 10);
    tree.readings().calls["haproxy(" + path + ")"] = answer([&] {
        std::string version = version_in(OpenFile(tree.on_disk(path)), mark);
        if (version.ends_with(',')) version.pop_back();
        return version;
    });
}

void read_software(const HostTree& tree) {
    read_toolkits(tree);
    read_libraries(tree);
    read_owned_libraries(tree);
    read_ofed(tree);
}

void read_engine_software(const HostTree& tree, const std::vector<std::string>& site_packages) {
    for (const std::string& folder : site_packages) {
        tree.file_if_there(folder + "/torch/version.py");
        const std::string library = folder + "/nvidia/nccl/lib/libnccl.so.2";
        if (!tree.exists(library)) continue;
        tree.link(library);
        const std::string metadata = tree.readings().listings[folder].text.value_or("");
        // Metadata of the wheel names the version; reading the library itself takes a hundred times as long.
        if (metadata.find("nvidia_nccl_cu") == std::string::npos) read_nccl_version(tree, library);
    }
}

}  // namespace r1cluster::detail
