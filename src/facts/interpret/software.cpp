// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "facts/interpret/host_answers.hpp"
#include "readings/calls_devices.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t max_builds = 256;

/// What the file name of a library tells: "libnccl.so.2.28.9" -> "2.28.9" for "libnccl.so.".
std::string version_of(const std::string& target, std::string_view start) {
    const std::string name = last_part(target);
    return name.starts_with(start) ? name.substr(start.size()) : "";
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// "'12.9'" of "cuda: Optional[str] = '12.9'" for the key "cuda".
std::string python_value(const std::string& text, std::string_view key) {
    for (const std::string& line : lines_of(text)) {
        const std::size_t begin = line.find('\'');
        if (!line.starts_with(key) || begin == std::string::npos) continue;
        const char after = line.size() > key.size() ? line[key.size()] : '\0';
        if (after == ' ' || after == ':') return line.substr(begin + 1, line.find('\'', begin + 1) - begin - 1);
    }
    return "";
}

class SoftwareReader {
public:
    explicit SoftwareReader(HostAnswers& answers)
        : answers_(answers),
          packages_(answers.shaped<calls::Packages>("dpkg()", {"packages.dpkg", "package database"})
                        .value_or(calls::Packages{})) {}

    void interpret() {
        for (const auto& [path, answer] : answers_.readings().links) {
            const std::string name = last_part(path);
            const std::string target = answer.text.value_or("");
            // A file that bears the short name itself is a stub of a toolkit, or a mount: it tells no version.
            for (const char* library : {"libcuda.so.", "libnvidia-ml.so."}) {
                const std::string version = version_of(target, library);
                if (name == library + std::string("1") && version.find('.') != std::string::npos) {
                    add("driver_on_disk", version, path);
                }
            }
            if (name == "libibverbs.so.1") add_verbs(path, target);
            if (name == "libnccl.so.2") add_nccl(path, target);
        }
        for (const auto& [path, answer] : answers_.readings().files) {
            if (path.starts_with("/usr/local/cuda")) add_toolkit(path);
            if (path.ends_with("/torch/version.py")) add_torch(path);
        }
        add_packages();
        add_ofed();
        add_haproxy();
    }

private:
    void add(const std::string& name, const std::string& version, const std::string& path,
             const std::string& package = "") {
        if (answers_.machine().software.size() >= max_builds) return;
        answers_.machine().software.push_back({name, version, path, package});
    }

    /// "libibverbs1 44.0-2"
    std::string package_text(const std::string& name) const {
        const auto found = packages_.find(name);
        return found == packages_.end() ? "" : found->first + " " + found->second;
    }

    void add_verbs(const std::string& path, const std::string& target) {
        // rdma-core puts its own version behind the two numbers of the interface: libibverbs.so.1.14.44.0.
        std::string version = version_of(target, "libibverbs.so.1.");
        if (const std::size_t dot = version.find('.'); dot != std::string::npos) version = version.substr(dot + 1);
        add("libibverbs", version, path, package_text("libibverbs1"));
    }

    void add_nccl(const std::string& path, const std::string& target) {
        if (answers_.machine().software.size() >= max_builds) return;
        std::string version = version_of(target, "libnccl.so.");
        std::string package = owner_of(path);
        constexpr std::string_view in_wheel = "/nvidia/nccl/lib/libnccl.so.2";
        if (path.ends_with(in_wheel)) {
            const std::string site = path.substr(0, path.size() - in_wheel.size());
            if (const auto wheel = wheel_in(site)) {
                version = wheel->second;
                package = wheel->first + " " + wheel->second;
            }
        }
        const std::string call = "nccl(" + path + ")";
        if (version.empty()) version = answers_.call(call).value_or("");
        if (version.empty()) answers_.gap({"software.nccl." + path, "NCCL " + path}, answers_.why_no_call(call));
        add("nccl", version, path, package);
    }

    /// "nvidia_nccl_cu12-2.27.3.dist-info" -> ("nvidia-nccl-cu12", "2.27.3")
    std::optional<std::pair<std::string, std::string>> wheel_in(const std::string& site) const {
        for (const std::string& name : answers_.names(site)) {
            const std::size_t dash = name.find('-');
            const std::size_t end = name.rfind(".dist-info");
            if (!name.starts_with("nvidia_nccl_cu") || end == std::string::npos || dash > end) continue;
            std::string package = name.substr(0, dash);
            std::replace(package.begin(), package.end(), '_', '-');
            return std::pair(package, name.substr(dash + 1, end - dash - 1));
        }
        return std::nullopt;
    }

    /// The Debian package whose list of files has this one: "libnccl2 2.28.9-1+cuda13.0".
    std::string owner_of(const std::string& path) const {
        for (const auto& [list, answer] : answers_.readings().files) {
            if (!list.starts_with("/var/lib/dpkg/info/libnccl2") || !answer.text) continue;
            const std::vector<std::string> owned = lines_of(*answer.text);
            if (std::find(owned.begin(), owned.end(), path) != owned.end()) return package_text("libnccl2");
        }
        return "";
    }

    void add_toolkit(const std::string& path) {
        const std::string text = answers_.file(path).value_or("");
        if (path.ends_with("/version.txt") && text.starts_with("CUDA Version ")) {
            add("cuda_toolkit", text.substr(13), folder_of(path));
        }
        if (!path.ends_with("/version.json")) return;
        try {
            const auto json = parse_json(text, path);
            const auto* cuda = json.is_object() ? json.get_object().if_contains("cuda") : nullptr;
            const auto* version = cuda && cuda->is_object() ? cuda->get_object().if_contains("version") : nullptr;
            add("cuda_toolkit", version && version->is_string() ? std::string(version->get_string()) : "",
                folder_of(path));
        } catch (const Error& error) {
            answers_.gap({"software.cuda_toolkit." + folder_of(path), "CUDA Toolkit " + folder_of(path)},
                         answers_.file(path) ? Reason(error.what()) : answers_.why_no_file(path));
        }
    }

    void add_torch(const std::string& path) {
        const std::string text = answers_.file(path).value_or("");
        const std::string version = python_value(text, "__version__");
        if (!version.empty()) add("torch", version, folder_of(path));
        const std::string cuda = python_value(text, "cuda");  // CUDA runtime that it was built with; none on CPU
        if (!cuda.empty()) add("torch_cuda", cuda, folder_of(path));
    }

    /// Those that have no file here that would tell of them.
    void add_packages() {
        constexpr std::pair<std::string_view, const char*> names[] = {
            {"nvidia-fabricmanager", "fabricmanager"},
            {"nvidia-imex", "imex"},
            {"nvidia-container-toolkit", "container_toolkit"}};
        for (const auto& [package, version] : packages_) {
            for (const auto& [start, name] : names) {
                const bool is_it = package == start || (package.starts_with(start) && package[start.size()] == '-' &&
                                                        package.find_first_not_of("0123456789", start.size() + 1) ==
                                                            std::string::npos);  // "nvidia-fabricmanager-550"
                if (is_it) add(name, upstream_version(version), "", package + " " + version);
            }
        }
    }

    void add_ofed() {
        const std::string text = answers_.call("ofed_info()").value_or("");  // "MLNX_OFED_LINUX-24.10-0.7.0.0"
        if (text.empty()) return;
        add("ofed", text.substr(std::min(text.find('-'), text.size() - 1) + 1), "/usr/bin/ofed_info",
            package_text("ofed-scripts"));
    }

    void add_haproxy() {
        const Topic topic{"software.haproxy", "HAProxy"};
        for (const auto& [call, answer] : answers_.readings().calls) {
            const bool is_search = call == "which(haproxy)" || call == "haproxy()";
            const auto path = argument_of(call, "haproxy");
            if (is_search && !answer.text) answers_.gap(topic, reason_of(answer), "sudo apt-get install haproxy");
            if (is_search || !path) continue;
            if (answer.text) {
                add("haproxy", *answer.text, *path, package_text("haproxy"));
            } else {
                answers_.gap({topic.key, topic.subject + " " + *path}, reason_of(answer));
            }
        }
    }

    HostAnswers& answers_;
    calls::Packages packages_;
};

}  // namespace

void interpret_software(HostAnswers& answers) { SoftwareReader(answers).interpret(); }

}  // namespace r1cluster::detail
