// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "host/os/files.hpp"
#include "host/read/sources.hpp"

namespace r1cluster::detail {
namespace {

namespace fs = std::filesystem;

constexpr int max_symlinks = 40;  // as the kernel
constexpr std::size_t max_folders = 64;

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
    return parts;
}

bool is_there(const std::string& path) {
    std::error_code error;
    return fs::exists(path, error);
}

/// "python3" as a shell would find it; a path as it is.
std::string program_path(const std::string& python) {
    if (python.find('/') != std::string::npos) return python;
    const char* path = std::getenv("PATH");
    for (const std::string& folder : split(path ? path : "/usr/local/bin:/usr/bin:/bin", ':')) {
        const std::string candidate = (folder.empty() ? "." : folder) + "/" + python;
        if (is_there(candidate)) return candidate;
    }
    throw Error(ErrorKind::not_found, python, fmt::format("no \"{}\" in the folders of PATH", python));
}

/// The file that `path` leads to in the end; each link on the way is a reading.
std::string follow_links(std::string path, Readings& readings) {
    for (int i = 0; i < max_symlinks; ++i) {
        std::error_code error;
        if (!fs::is_symlink(path, error)) return path;
        const Answer target = readings.links[path] = link_answer(path);
        if (!target.text) return path;
        path = (fs::path(path).parent_path() / *target.text).lexically_normal().string();
    }
    throw Error(ErrorKind::system, path, "Too many levels of symbolic links");
}

/// "version = 3.11.7" of pyvenv.cfg (venv), or "version_info = 3.11.7" (virtualenv, uv).
std::string setting_of(const std::string& cfg, std::initializer_list<std::string_view> keys) {
    for (const std::string& line : split(cfg, '\n')) {
        const std::size_t equals = line.find('=');
        if (equals == std::string::npos) continue;
        const std::string key = line.substr(0, line.find_last_not_of(" \t", equals - 1) + 1);
        const std::size_t begin = line.find_first_not_of(" \t", equals + 1);
        if (begin == std::string::npos || std::find(keys.begin(), keys.end(), key) == keys.end()) continue;
        return line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin);
    }
    return "";
}

/// "python3.11" -> "3.11"; empty for "python3" and anything else.
std::string minor_version(const std::string& name) {
    if (!name.starts_with("python3.")) return "";
    const std::size_t end = name.find_first_not_of("0123456789", 8);
    return end == std::string::npos && name.size() > 8 ? name.substr(6) : "";
}

/// Folders below <prefix>/lib that this interpreter takes packages from.
void add_site_packages(const std::string& prefix, const std::string& minor, std::vector<std::string>& folders) {
    for (const std::string lib : {"/lib", "/lib64", "/local/lib"}) {
        const Answer names = listing_answer(prefix + lib);
        for (const std::string& name : split(names.text.value_or(""), '\n')) {
            const bool is_python = minor.empty() ? !minor_version(name).empty() : name == "python" + minor;
            if (!is_python && name != "python3") continue;
            for (const char* packages : {"/site-packages", "/dist-packages"}) {
                const std::string folder = prefix + lib + "/" + name + packages;
                std::error_code error;
                const std::string resolved = fs::canonical(folder, error).string();
                const bool is_known = std::any_of(folders.begin(), folders.end(), [&](const std::string& known) {
                    std::error_code ignored;
                    return fs::equivalent(known, folder, ignored);
                });
                if (!error && !resolved.empty() && !is_known) folders.push_back(folder);
            }
        }
    }
}

/// PY_VERSION of <prefix>/include/python3.N/patchlevel.h, where the headers are installed.
std::string version_from_headers(const std::string& prefix, const std::string& minor, Readings& readings) {
    const std::string path = prefix + "/include/python" + minor + "/patchlevel.h";
    if (minor.empty() || !is_there(path)) return "";
    const Answer header = readings.files[path] = file_answer(path);
    const std::string text = header.text.value_or("");
    const std::size_t at = text.find("#define PY_VERSION ");
    const std::size_t begin = text.find('"', at) + 1;
    return at == std::string::npos || begin == 0 ? "" : text.substr(begin, text.find('"', begin) - begin);
}

calls::Python python_at(const std::string& python, const std::string& python_path, Readings& readings) {
    const std::string program = program_path(python);
    const std::string binary = follow_links(program, readings);
    if (!is_there(binary)) throw errno_error(python, ENOENT);
    const std::string binary_prefix = fs::path(binary).parent_path().parent_path().string();
    std::string minor = minor_version(fs::path(binary).filename().string());

    calls::Python result;
    for (const std::string& folder : split(python_path, ':')) {
        if (!folder.empty()) result.site_packages.push_back(folder);
    }
    // The interpreter looks for pyvenv.cfg beside the name by which it was called, before following links.
    const std::string prefix = fs::path(program).parent_path().parent_path().string();
    const std::string cfg = prefix + "/pyvenv.cfg";
    bool sees_base = true;
    if (is_there(cfg)) {
        const Answer text = readings.files[cfg] = file_answer(cfg);
        result.version = setting_of(text.text.value_or(""), {"version", "version_info"});
        const std::vector<std::string> numbers = split(result.version, '.');
        if (minor.empty() && numbers.size() >= 2) minor = numbers[0] + "." + numbers[1];
        sees_base = setting_of(text.text.value_or(""), {"include-system-site-packages"}) == "true";
        add_site_packages(prefix, minor, result.site_packages);
    }
    if (sees_base) add_site_packages(binary_prefix, minor, result.site_packages);
    if (result.version.empty()) result.version = version_from_headers(binary_prefix, minor, readings);
    if (result.version.empty()) result.version = minor;
    if (result.site_packages.size() > max_folders) result.site_packages.resize(max_folders);
    return result;
}

/// Names of package metadata alone: they hold name and version, and a site-packages has many other names.
Answer packages_in(const std::string& folder) {
    Answer listing = listing_answer(folder);
    if (!listing.text) return listing;
    std::string names;
    for (const std::string& name : split(*listing.text, '\n')) {
        if (name.ends_with(".dist-info") || name.ends_with(".egg-info")) names += name + "\n";
    }
    return {names, ""};
}

}  // namespace

std::vector<std::string> read_python(const std::string& python, const std::string& python_path, Readings& readings) {
    std::vector<std::string> folders;
    readings.calls["python(" + python + ")"] = answer([&] {
        const calls::Python found = python_at(python, python_path, readings);
        for (const std::string& folder : found.site_packages) readings.listings[folder] = packages_in(folder);
        folders = found.site_packages;
        return calls::to_text(found);
    });
    return folders;
}

}  // namespace r1cluster::detail
