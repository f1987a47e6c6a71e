// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <thread>

#include "host/checkpoint/checkpoint_digest.hpp"
#include "host/os/clock.hpp"
#include "host/os/files.hpp"
#include "host/read/sources.hpp"
#include "r1cluster/base/version.hpp"

namespace r1cluster {
namespace {

using Source = std::function<void(Readings&)>;

void merge(Readings& into, Readings&& part) {
    into.files.merge(part.files);
    into.links.merge(part.links);
    into.listings.merge(part.listings);
    into.calls.merge(part.calls);
}

/// A source that may wait for ever in the kernel: a file server that is gone, a driver that hangs.
struct SlowSource {
    std::string call;  ///< whose answer says that nothing came
    std::chrono::seconds patience;
    Source read;
};

/// Reads all of them at the same time. One that does not end in time is left to itself: there is no way to
/// stop a thread inside the kernel, and its answers would come too late for anybody.
void read_slow(std::vector<SlowSource> sources, Readings& readings) {
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::future<Readings>> parts;
    for (const SlowSource& source : sources) {
        auto result = std::make_shared<std::promise<Readings>>();
        parts.push_back(result->get_future());
        std::thread([result, read = source.read] {
            try {
                Readings part;
                read(part);
                result->set_value(std::move(part));
            } catch (...) {
                result->set_exception(std::current_exception());
            }
        }).detach();
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
        Answer& failure = readings.calls[sources[i].call];
        if (parts[i].wait_until(begin + sources[i].patience) != std::future_status::ready) {
            failure.because = fmt::format("no answer within {} s", sources[i].patience.count());
            continue;
        }
        try {
            Readings part = parts[i].get();
            readings.calls.erase(sources[i].call);
            merge(readings, std::move(part));
        } catch (const std::exception& error) {
            readings.calls[sources[i].call] = {std::nullopt, detail::printable(error.what())};
        }
    }
}

std::vector<SlowSource> slow_sources(const ReadRequest& request) {
    using std::chrono::seconds;
    std::vector<SlowSource> sources{
        {"nvmlInit_v2()", seconds(20), [](Readings& part) { detail::read_gpus({}, part); }},
        {"hcas()", seconds(10), [](Readings& part) { detail::read_hcas(detail::HostTree(part)); }},
        {"ibv_get_device_list()", seconds(10), [](Readings& part) { detail::read_verbs(part); }},
        {"gpudirect()", seconds(10), [](Readings& part) { detail::read_gpudirect(detail::HostTree(part)); }},
        {"processes()", seconds(10),
         [](Readings& part) {
             detail::read_services(detail::HostTree(part));
             detail::read_container_runtimes(detail::HostTree(part));
         }},
        {"software()", seconds(20), [](Readings& part) { detail::read_software(detail::HostTree(part)); }}};
    std::vector<std::string> paths = request.paths;
    paths.push_back("/dev/shm");
    if (!request.model_path.empty()) paths.push_back(request.model_path);
    for (const std::string& path : paths) {
        sources.push_back(
            {"statvfs(" + path + ")", seconds(10), [path](Readings& part) { detail::read_filesystem(path, part); }});
    }
    const detail::UserFolders folders = detail::user_folders();
    for (const std::string& path : {folders.cache, folders.state}) {
        sources.push_back({"statvfs(" + path + ")", seconds(10),
                           [path](Readings& part) { detail::read_future_filesystem(path, part); }});
    }
    if (!request.image.empty()) {
        sources.push_back({"python(" + request.python + ")", seconds(100),
                           [request](Readings& part) { detail::read_image(detail::HostTree(part), request); }});
    } else if (!request.python.empty()) {
        sources.push_back({"python(" + request.python + ")", seconds(20), [request](Readings& part) {
                               const auto packages = detail::read_python(request.python, request.python_path, part);
                               detail::read_engine_software(detail::HostTree(part), packages);
                           }});
    }
    if (!request.proxy.empty()) {
        sources.push_back({"haproxy()", seconds(10), [program = request.proxy](Readings& part) {
                               detail::read_proxy(detail::HostTree(part), program);
                           }});
    }
    if (!request.model_path.empty()) {
        sources.push_back(
            {"checkpoint(" + request.model_path + ")", seconds(40),
             [path = request.model_path](Readings& part) { detail::read_checkpoint_digest(path, part); }});
    }
    return sources;
}

/// Those that were asked for, and the host's own: engines look themselves up by it.
std::vector<std::string> names_of(const ReadRequest& request, const Readings& readings) {
    std::vector<std::string> names = request.names;
    const auto own = readings.calls.find("gethostname()");
    if (own != readings.calls.end() && own->second.text) names.push_back(*own->second.text);
    return names;
}

}  // namespace

Readings read_this_host(const ReadRequest& request) {
    Readings readings;
    readings.host = request.host;
    readings.reader = fmt::format("r1cluster {}", library_version());
    readings.taken_at = detail::utc_now();
    detail::read_system(readings);
    const detail::HostTree tree(readings);
    detail::read_limits(tree);
    detail::read_container_marks(tree);
    detail::read_pci(tree);
    detail::read_interfaces(tree);
    detail::read_network_tables(readings);
    detail::read_firewalls(tree);
    detail::read_gpu_files(readings);
    detail::read_names(names_of(request, readings), readings);
    detail::read_routes(request.peers, readings);
    read_slow(slow_sources(request), readings);
    return readings;
}

Readings discover() {
    Readings readings = read_this_host({});
    readings.host = readings.calls["gethostname()"].text.value_or("localhost");
    return readings;
}

}  // namespace r1cluster
