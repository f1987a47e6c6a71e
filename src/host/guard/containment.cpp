// SPDX-License-Identifier: Apache-2.0
#include "host/guard/containment.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "host/guard/process_facts.hpp"

namespace r1cluster::detail {
namespace {

namespace fs = std::filesystem;

std::vector<int> numbers_in(const std::string& path) {
    std::vector<int> numbers;
    std::ifstream file(path);
    for (int number = 0; file >> number;) numbers.push_back(number);
    return numbers;
}

}  // namespace

std::string cgroup_of(int pid) {
    std::string mount, place;
    std::ifstream mounts("/proc/self/mounts");
    for (std::string line; std::getline(mounts, line) && mount.empty();) {
        std::istringstream fields(line);
        std::string device, folder, type;
        fields >> device >> folder >> type;
        if (type == "cgroup2") mount = folder;
    }
    std::ifstream groups("/proc/" + std::to_string(pid) + "/cgroup");
    for (std::string line; std::getline(groups, line);) {
        if (line.starts_with("0::")) place = line.substr(3);
    }
    if (mount.empty() || place.empty()) return {};
    return place == "/" ? mount : mount + place;
}

std::vector<int> descendants_of(int ancestor) {
    std::vector<int> found, open{ancestor};
    while (!open.empty()) {
        const int pid = open.back();
        open.pop_back();
        std::error_code ignored;
        for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task", ignored)) {
            for (const int child : numbers_in((task.path() / "children").string())) {
                if (look_at(child)) found.push_back(child);
                open.push_back(child);
            }
        }
    }
    return found;
}

namespace {

class Cgroup : public Containment {
public:
    Cgroup(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
    ~Cgroup() override { ::close(descriptor_); }
    std::string text() const override { return "cgroup v2 " + path_; }
    std::string cgroup() const override { return path_; }
    int join_descriptor() const override { return descriptor_; }
    std::vector<int> pids() const override { return numbers_in(path_ + "/cgroup.procs"); }
    void kill() override {
        std::ofstream kill_file(path_ + "/cgroup.kill");  // Linux 5.14
        kill_file << "1" << std::flush;
        if (kill_file) return;
        kill_each();
    }
    void remove() override { ::rmdir(path_.c_str()); }

private:
    std::string path_;
    int descriptor_;
};

class Subreaper : public Containment {
public:
    std::string text() const override { return "subreaper (no cgroup can be made by this user)"; }
    std::vector<int> pids() const override { return descendants_of(::getpid()); }
    void kill() override { kill_each(); }
};

/// Whether a process of ours may move to this cgroup: the guard itself goes there and back.
bool may_join(int cgroup_procs, const std::string& own) {
    if (::write(cgroup_procs, "0", 1) != 1) return false;
    const int back = ::open((own + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
    const bool is_back = back >= 0 && ::write(back, "0", 1) == 1;
    if (back >= 0) ::close(back);
    return is_back;
}

/// multiprocessing/resource_tracker.py starts itself as `python -c "from multiprocessing.resource_tracker import ..."`.
bool is_cleaner(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
    std::string words;
    std::getline(file, words);
    return words.find("multiprocessing.resource_tracker") != std::string::npos;
}

bool has_marker(int pid, const std::string& marker) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/environ");
    const std::string wanted = std::string(job_marker_name) + "=" + marker;
    for (std::string variable; std::getline(file, variable, '\0');) {
        if (variable == wanted) return true;
    }
    return false;
}

}  // namespace

std::set<int> find_leftovers(const std::string& cgroup, const std::string& marker) {
    std::set<int> found;
    if (!cgroup.empty()) {
        for (const int pid : numbers_in(cgroup + "/cgroup.procs")) found.insert(pid);
    }
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const int pid = std::atoi(name.c_str());
        if (pid != ::getpid() && has_marker(pid, marker)) found.insert(pid);
    }
    return found;
}

bool kill_by_pidfd(int pid, const std::function<bool(int pid)>& is_still) {
    if (pid <= 1) return false;
    const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (descriptor < 0) return false;
    const bool is_ours = is_still(pid);
    if (is_ours) ::syscall(SYS_pidfd_send_signal, descriptor, SIGKILL, nullptr, 0);
    ::close(descriptor);
    return is_ours;
}

void Containment::kill_one(int pid) {
    kill_by_pidfd(pid, [this](int same) {
        const std::vector<int> now = pids();
        return std::find(now.begin(), now.end(), same) != now.end();
    });
}

void Containment::kill_each() {
    for (const int pid : pids()) kill_one(pid);
}

void Containment::kill_all_but_cleaners() {
    for (const int pid : pids()) {
        if (!is_cleaner(pid)) kill_one(pid);
    }
}

std::unique_ptr<Containment> Containment::make(const std::string& name) {
    // Also with a cgroup: whoever is orphaned here stays visible as our descendant.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const std::string own = cgroup_of(::getpid());
    if (!own.empty()) {
        const std::string path = own + "/" + name;
        if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) {
            const int descriptor = ::open((path + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
            // Whether one may move there shows only in the attempt.
            if (descriptor >= 0) {
                if (may_join(descriptor, own)) return std::make_unique<Cgroup>(path, descriptor);
                ::close(descriptor);
            }
            ::rmdir(path.c_str());
        }
    }
    return std::make_unique<Subreaper>();
}

Leftovers kill_leftovers(const std::string& cgroup, const std::string& marker, double timeout_s) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(timeout_s);
    Leftovers result;
    while (true) {
        const std::set<int> found = find_leftovers(cgroup, marker);
        result.left = static_cast<int>(found.size());
        result.found = std::max(result.found, result.left);
        if (found.empty() || std::chrono::steady_clock::now() > deadline) break;
        for (const int pid : found) {
            kill_by_pidfd(pid, [&](int same) { return find_leftovers(cgroup, marker).contains(same); });
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    if (!cgroup.empty()) ::rmdir(cgroup.c_str());
    return result;
}

}  // namespace r1cluster::detail
