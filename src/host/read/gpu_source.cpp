// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>

#include "host/os/files.hpp"
#include "host/read/sources.hpp"

namespace r1cluster::detail {
namespace {

constexpr auto driver_folder = "/proc/driver/nvidia/gpus";
constexpr std::size_t max_gpus = 64;

/// "Device Minor: 	 3" of /proc/driver/nvidia/gpus/ADDRESS/information -> "3"
std::string minor_of(const std::string& information) {
    std::istringstream lines(information);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t begin = line.find_last_of(" \t");
        if (line.starts_with("Device Minor:") && begin != std::string::npos) return line.substr(begin + 1);
    }
    return "";
}

/// One for each GPU that the driver lists in its folder.
std::vector<std::string> information_files(const Answer& listing) {
    std::istringstream names(listing.text.value_or(""));
    std::vector<std::string> paths;
    for (std::string name; paths.size() < max_gpus && std::getline(names, name);) {
        paths.push_back(fmt::format("{}/{}/information", driver_folder, name));
    }
    return paths;
}

/// How many GPUs NVML showed.
std::size_t seen_by_nvml(const Readings& readings) {
    const auto count = readings.calls.find("nvmlDeviceGetCount_v2()");
    const bool is_known = count != readings.calls.end() && count->second.text;
    return is_known ? std::strtoul(count->second.text->c_str(), nullptr, 10) : 0;
}

}  // namespace

void read_device_node(const std::string& path, Readings& readings) {
    readings.calls["open(" + path + ")"] = answer([&]() -> std::string {
        // The mode bits would not do: a container's device policy refuses only the open itself.
        const int descriptor = open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
        if (descriptor < 0) throw errno_error(path, errno);
        close(descriptor);
        return "0";
    });
}

void read_gpu_files(Readings& readings) {
    const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
    readings.calls["getenv(CUDA_VISIBLE_DEVICES)"] =
        visible ? Answer{printable(visible), ""} : Answer{std::nullopt, "not set"};
    const Answer& listing = readings.listings[driver_folder] = listing_answer(driver_folder);
    for (const std::string& path : information_files(listing)) readings.files[path] = file_answer(path);
}

void read_gpus(const GpuLibraries& libraries, Readings& readings) {
    read_nvml(libraries.nvml, readings);
    if (seen_by_nvml(readings) == 0) read_cuda(libraries.cuda, readings);
    const std::vector<std::string> paths = information_files(listing_answer(driver_folder));
    if (paths.size() <= seen_by_nvml(readings)) return;
    // What NVML did not show: the device nodes tell "not there" from "not allowed".
    for (const std::string& path : paths) {
        const std::string minor = minor_of(file_answer(path).text.value_or(""));
        const std::string node = "/dev/nvidia" + minor;
        if (!minor.empty() && !readings.calls.contains("open(" + node + ")")) read_device_node(node, readings);
    }
}

}  // namespace r1cluster::detail
