// SPDX-License-Identifier: Apache-2.0
//
// r1cluster inside a service with an event loop of its own, here poll() with a timer. Calls of r1cluster block, so a
// worker thread makes them; the loop ticks on, hears of progress and of the end through a pipe, and cancels.
//
//     example_event_loop R1CLUSTER_BINARY [SPEC]
//
// Without a spec it reads this machine. With one it brings the deployment up, and ends an attached one on SIGINT.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <exception>
#include <functional>
#include <iostream>
#include <mutex>
#include <r1cluster/cluster.hpp>
#include <thread>
#include <utility>

namespace {

std::atomic<bool> has_signal{false};

/// One blocking piece of work on a thread, and what it tells the loop.
class Worker {
public:
    Worker() {
        if (::pipe2(pipe_, O_NONBLOCK | O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    }
    ~Worker() {
        cancel();
        if (thread_.joinable()) thread_.join();
        ::close(pipe_[0]);
        ::close(pipe_[1]);
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void start(std::function<std::string()> work) {
        thread_ = std::thread([this, work = std::move(work)] {
            std::string end;
            try {
                end = work();
            } catch (const std::exception& error) {
                end = error.what();
            }
            tell("end: " + end);
            is_over_ = true;
            wake();
        });
    }
    void cancel() { is_cancelled_ = true; }
    bool is_cancelled() const { return is_cancelled_; }
    bool is_over() const { return is_over_; }

    /// From the worker's thread.
    void tell(const std::string& line) {
        {
            const std::lock_guard lock(mutex_);
            lines_ += line + "\n";
        }
        wake();
    }
    /// From the loop's thread, once the descriptor is readable. Never waits.
    std::string heard() {
        char bytes[64];
        while (::read(pipe_[0], bytes, sizeof bytes) > 0) {
        }
        const std::lock_guard lock(mutex_);
        return std::exchange(lines_, {});
    }
    int descriptor() const { return pipe_[0]; }

private:
    void wake() {
        const char byte = 0;
        if (::write(pipe_[1], &byte, 1) < 0) std::cerr << "the loop cannot be woken\n";
    }

    int pipe_[2] = {-1, -1};
    std::mutex mutex_;
    std::string lines_;
    std::atomic<bool> is_cancelled_{false}, is_over_{false};
    std::thread thread_;
};

r1cluster::HostOptions options_for(Worker& worker, const std::string& binary) {
    r1cluster::HostOptions options;
    options.binary = binary;
    options.on_progress = [&worker](const r1cluster::Progress& progress) {
        worker.tell(progress.step + ": " + progress.text);
    };
    options.is_cancelled = [&worker] { return worker.is_cancelled(); };
    return options;
}

std::string read_this_machine(const r1cluster::HostOptions& options) {
    r1cluster::DeploymentSpec spec;
    spec.name = "example";
    spec.model.path = "/nowhere/model";
    spec.engine.python = "/nowhere/python";
    spec.hosts = {{.name = "here", .address = "127.0.0.1", .transport = r1cluster::Transport::local}};
    r1cluster::Hosts hosts = r1cluster::connect(spec, options);
    const r1cluster::Decision decision = r1cluster::decide(hosts.spec(), r1cluster::read(hosts));
    return std::to_string(decision.cluster.machines.size()) + " machine read";
}

/// Serves until the loop cancels; an attached deployment ends with its object.
std::string serve(const std::string& spec_path, const r1cluster::HostOptions& options) {
    const auto spec = r1cluster::parse_spec(r1cluster::read_text_file(spec_path), spec_path);
    r1cluster::Deployment deployment = r1cluster::up(spec, {}, options);
    if (!deployment.is_ready()) return r1cluster::show(deployment.result().report);
    return r1cluster::show(deployment.wait());
}

}  // namespace

int main(int argc, char* argv[]) {
    if (argc < 2) return 2;
    const std::string binary = argv[1], spec_path = argc > 2 ? argv[2] : "";
    ::signal(SIGINT, [](int) { has_signal = true; });
    Worker worker;
    worker.start([&] {
        const r1cluster::HostOptions options = options_for(worker, binary);
        return spec_path.empty() ? read_this_machine(options) : serve(spec_path, options);
    });
    int ticks = 0;
    while (!worker.is_over()) {
        pollfd waiting{worker.descriptor(), POLLIN, 0};
        const int ready = ::poll(&waiting, 1, 10);
        if (ready == 0) ++ticks;  // what else the service does
        if (ready > 0) std::cout << worker.heard() << std::flush;
        if (has_signal) worker.cancel();
    }
    std::cout << worker.heard() << (ticks > 0 ? "the loop ticked on\n" : "the loop stood still\n");
    return ticks > 0 ? 0 : 1;
}
