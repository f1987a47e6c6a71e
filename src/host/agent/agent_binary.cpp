// SPDX-License-Identifier: Apache-2.0
#include "host/agent/agent_binary.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "host/os/digest.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/host/os/text_file.hpp"

namespace r1cluster {

std::string find_binary() {
    std::error_code error;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
    if (!error && self.filename() == "r1cluster") return self.string();
    // Inside another program or Python: beside the file that holds this code.
    Dl_info info{};
    if (::dladdr(reinterpret_cast<const void*>(&find_binary), &info) != 0 && info.dli_fname) {
        const std::filesystem::path folder = std::filesystem::absolute(info.dli_fname).parent_path();
        for (const std::filesystem::path& candidate :
             {folder / "bin" / "r1cluster", folder / "r1cluster", folder / ".." / "bin" / "r1cluster"}) {
            if (::access(candidate.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(candidate))
                return candidate.string();
        }
    }
    throw Error(ErrorKind::not_found, "r1cluster",
                "looking for the r1cluster executable, which is the agent: it is neither this program nor beside it; "
                "name it in HostOptions::binary");
}

namespace detail {

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
