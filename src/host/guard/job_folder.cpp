// SPDX-License-Identifier: Apache-2.0
#include "host/guard/job_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "host/os/files.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/host/os/text_file.hpp"

namespace r1cluster::detail {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t state_limit_bytes = 16u << 20;
constexpr std::size_t copied_limit_bytes = 1u << 20;

[[noreturn]] void refuse(const std::string& doing, const std::string& path, int error) {
    throw Error(ErrorKind::system, path,
                fmt::format("{} \"{}\": {}", doing, path, std::generic_category().message(error)));
}

std::string state_home() {
    if (const char* folder = std::getenv("XDG_STATE_HOME"); folder && *folder == '/') return folder;
    if (const char* home = std::getenv("HOME"); home && *home == '/') return std::string(home) + "/.local/state";
    if (const passwd* user = ::getpwuid(::getuid())) return std::string(user->pw_dir) + "/.local/state";
    throw Error(ErrorKind::system, "HOME",
                "looking for a place for the deployment's state: neither XDG_STATE_HOME nor HOME is set");
}

}  // namespace

JobFolder::JobFolder(const std::string& deployment, const std::string& host)
    : path_(fmt::format("{}/r1cluster/{}/{}", state_home(), deployment, host)) {}

bool JobFolder::exists() const { return fs::exists(path_); }

bool JobFolder::has_cache_of(const std::string& cache_key) const { return read("cache.key") == cache_key; }

void JobFolder::prepare(const std::string& cache_key) const {
    const mode_t before = ::umask(077);
    std::error_code error;
    if (!has_cache_of(cache_key)) fs::remove_all(file("cache"), error);
    fs::create_directories(path_, error);
    if (!error) fs::permissions(path_, fs::perms::owner_all, error);
    for (const char* name :
         {"plan.json", "state.json", "guard.sock", "generation", "group", "token", "failure", "logs", "files"}) {
        if (!error) fs::remove_all(file(name), error);
    }
    for (const char* name : {"logs", "files"}) {
        if (!error) fs::create_directories(file(name), error);
    }
    ::umask(before);
    if (error) refuse("making the deployment's folder", path_, error.value());
    write("cache.key", cache_key);
}

void JobFolder::write(const std::string& name, const std::string& text) const {
    const std::string target = file(name), temporary = target + ".new";
    const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) refuse("writing", temporary, errno);
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t size = ::write(descriptor, text.data() + done, text.size() - done);
        if (size < 0) {
            const int error = errno;
            ::close(descriptor);
            ::unlink(temporary.c_str());
            refuse("writing", temporary, error);
        }
        done += static_cast<std::size_t>(size);
    }
    ::close(descriptor);
    if (::rename(temporary.c_str(), target.c_str()) != 0) refuse("writing", target, errno);
}

std::optional<std::string> JobFolder::read(const std::string& name) const {
    if (!fs::exists(file(name))) return std::nullopt;
    return read_text_file(file(name), state_limit_bytes);
}

void JobFolder::remove(bool purge) const {
    std::error_code ignored;
    if (purge) {
        fs::remove_all(path_, ignored);
    } else {
        for (const fs::directory_entry& entry : fs::directory_iterator(path_, ignored)) {
            const std::string name = entry.path().filename().string();
            const bool is_kept = name == "logs" || name == "cache" || name == "cache.key" || name == "container.json";
            if (!is_kept) fs::remove_all(entry.path(), ignored);
        }
        fs::remove(file("cache"), ignored);  // where the engine wrote nothing there
        if (!fs::exists(file("cache"))) fs::remove(file("cache.key"), ignored);
        fs::remove(path_, ignored);
    }
    // Only what is empty; never above our own folder.
    fs::path above = fs::path(path_).parent_path();
    for (int i = 0; i < 2; ++i, above = above.parent_path()) {
        if (!fs::remove(above, ignored)) break;
    }
}

std::vector<std::string> JobFolder::log_files() const {
    std::vector<std::pair<std::string, int>> found;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(file("logs"), ignored)) {
        const std::string name = entry.path().filename().string();
        const std::size_t dot = name.find(".log");
        if (dot == std::string::npos || name == "guard.log") continue;
        const std::string age = name.substr(dot + 4);
        found.emplace_back(name, age.size() > 1 ? -std::atoi(age.c_str() + 1) : 0);
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        const auto process = [](const std::string& name) { return name.substr(0, name.find(".log")); };
        return std::pair(process(a.first), a.second) < std::pair(process(b.first), b.second);
    });
    std::vector<std::string> names;
    for (const auto& [name, age] : found) names.push_back(name);
    return names;
}

std::string content_of(const LaunchFile& file) {
    std::string content = file.text;
    const auto append = [&](std::string part) {
        if (!part.ends_with('\n')) part += '\n';
        content += part;
    };
    for (const std::string& source : file.copied_files) append(read_text_file(source, copied_limit_bytes));
    for (const std::string& source : file.secret_files) append(read_secret(source));
    return content;
}

std::optional<Lock> Lock::try_take(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) refuse("opening the lock", path, errno);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return Lock(descriptor);
    ::close(descriptor);
    return std::nullopt;
}

std::optional<Lock> Lock::try_take(const JobFolder& folder) {
    const mode_t before = ::umask(077);
    std::error_code error;
    fs::create_directories(folder.path(), error);
    ::umask(before);
    if (error) refuse("making the deployment's folder", folder.path(), error.value());
    Lock lock(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (lock.descriptor_ < 0 && errno != ENOENT) refuse("opening", folder.path(), errno);
    struct stat locked {
    }, named{};
    const bool is_held = lock.descriptor_ >= 0 && ::flock(lock.descriptor_, LOCK_EX | LOCK_NB) == 0 &&
                         ::fstat(lock.descriptor_, &locked) == 0 && ::stat(folder.path().c_str(), &named) == 0;
    // Whoever removed the folder held a lock on a folder that has the name no more.
    if (!is_held || locked.st_dev != named.st_dev || locked.st_ino != named.st_ino) return std::nullopt;
    return lock;
}

Lock::Lock(Lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
Lock& Lock::operator=(Lock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}
Lock::~Lock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace r1cluster::detail
