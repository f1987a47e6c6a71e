// SPDX-License-Identifier: Apache-2.0
#include "host/agent/agent_binary.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "host/os/digest.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/host/os/text_file.hpp"

namespace r1cluster {

std::string find_binary() {
    detail::BinaryPlaces places;
    std::error_code error;
    places.self = std::filesystem::read_symlink("/proc/self/exe", error).string();
    if (detail::is_own_agent && !error) return places.self;
    Dl_info info{};
    if (::dladdr(reinterpret_cast<const void*>(&find_binary), &info) != 0 && info.dli_fname) {
        places.library_folder = std::filesystem::absolute(info.dli_fname).parent_path().string();
    }
    if (const char* search_path = std::getenv("PATH")) places.search_path = search_path;
    return detail::find_binary_in(places);
}

namespace detail {
namespace {

/// False for a script: pip's own `r1cluster` command is one, and cannot be an agent elsewhere.
bool is_program(const std::filesystem::path& file) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error) || ::access(file.c_str(), X_OK) != 0) return false;
    char begin[4] = {};
    std::ifstream(file, std::ios::binary).read(begin, sizeof begin);
    return std::string_view(begin, sizeof begin) == "\177ELF";
}

}  // namespace

std::string find_binary_in(const BinaryPlaces& places) {
    const std::filesystem::path self = places.self;
    if (self.filename() == "r1cluster") return self.string();
    std::vector<std::filesystem::path> candidates;
    if (!places.library_folder.empty()) {
        const std::filesystem::path folder = places.library_folder;
        // Of a wheel; beside a program; of an installed shared library, whose folder may be lib/x86_64-linux-gnu.
        for (const char* below : {"bin", ".", "../bin", "../../bin"}) {
            candidates.push_back(folder / below / "r1cluster");
        }
    }
    for (std::string_view rest = places.search_path; !rest.empty();) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        if (end > 0) candidates.push_back(std::filesystem::path(rest.substr(0, end)) / "r1cluster");
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    const auto found = std::ranges::find_if(candidates, is_program);
    if (found != candidates.end()) return found->lexically_normal().string();
    throw Error(
        ErrorKind::not_found, "r1cluster",
        "looking for the r1cluster executable, which is the agent: it is neither this program nor beside it nor "
        "on PATH; install it, name it in HostOptions::binary, or call agent_main() first in main()");
}

AgentBinary load_agent_binary(const HostOptions& options) {
    AgentBinary binary;
    binary.path = options.binary.empty() ? find_binary() : options.binary;
    const std::string bytes = read_text_file(binary.path, 256u << 20);
    binary.size_bytes = bytes.size();
    binary.sha256 = sha256_hex(bytes);
    return binary;
}

}  // namespace detail
}  // namespace r1cluster
