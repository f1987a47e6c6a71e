// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include <algorithm>
#include <set>
#include <utility>

#include "host/guard/containment.hpp"
#include "host/guard/oom_record.hpp"
#include "host/guard/process_facts.hpp"
#include "host/guard/residue.hpp"
#include "host/guard/runtime.hpp"
#include "host/guard/watchdog.hpp"
#include "host/os/child.hpp"

namespace r1cluster::detail {
namespace {

namespace asio = boost::asio;

class ChildProcess : public RunningProcess {
public:
    explicit ChildProcess(std::unique_ptr<Child> child) : child_(std::move(child)) {}
    int pid() const override { return child_->pid(); }
    asio::readable_pipe& output() override { return child_->output(); }
    asio::awaitable<std::optional<int>> wait(std::function<void()> on_end) override {
        const int status = co_await child_->wait();
        on_end();
        co_return status;
    }
    // The child is not reaped before wait() has returned, so the number is still its own.
    void terminate() override { signal_child(child_->pid(), SIGTERM); }
    void drain() override { signal_child(child_->pid(), SIGUSR1); }

private:
    std::unique_ptr<Child> child_;
};

class ProcessRuntime : public JobRuntime {
public:
    ProcessRuntime(asio::io_context& context, const std::string& name, std::string marker)
        : context_(context), marker_(std::move(marker)), containment_(Containment::make(name)) {}
    /// A guard that ends before it has started anything leaves nothing either.
    ~ProcessRuntime() override {
        if (containment_->pids().empty()) remove_all();
    }

    std::string text() const override { return containment_->text(); }
    JobGroup group() const override { return {containment_->cgroup(), marker_, temporary_, {}}; }
    std::vector<int> processes() const override { return containment_->pids(); }
    bool was_out_of_memory(int pid) const override { return oom_.has_killed(pid); }

    std::optional<int> host_pid(int pid) const override {
        const std::vector<int> all = containment_->pids();
        return std::find(all.begin(), all.end(), pid) == all.end() ? std::nullopt : std::optional(pid);
    }

    asio::awaitable<std::unique_ptr<RunningProcess>> start(ProcessToStart process) override {
        process.env.try_emplace("TMPDIR", temporary_);
        process.env[job_marker_name] = marker_;
        ChildOptions options;
        options.cgroup_procs = containment_->join_descriptor();
        options.has_own_errors = false;
        options.oom_score_adj = std::to_string(oom_score_adj_);
        options.env = std::move(process.env);
        auto child = Child::start(context_, process.argv, options);
        boost::system::error_code ignored;
        child->input().close(ignored);
        co_return std::make_unique<ChildProcess>(std::move(child));
    }

    void kill() override {
        if (std::exchange(has_killed_, true)) {
            containment_->kill();
        } else {
            containment_->kill_all_but_cleaners();
        }
    }

    void note_residue() override { shared_memory_.merge(shared_memory_of(containment_->pids())); }

    asio::awaitable<void> remove_residue() override {
        remove_all();
        co_return;
    }

private:
    void remove_all() {
        containment_->remove();
        remove_shared_memory(shared_memory_);
        remove_temporary_folder(temporary_);
    }

    asio::io_context& context_;
    std::string marker_;
    const int oom_score_adj_ = avoid_oom_killer();
    std::string temporary_ = make_temporary_folder();
    std::unique_ptr<Containment> containment_;
    OomRecord oom_{containment_->cgroup()};
    std::set<std::string> shared_memory_;
    bool has_killed_ = false;
};

}  // namespace

std::unique_ptr<JobRuntime> make_process_runtime(asio::io_context& context, const std::string& name,
                                                 std::string marker) {
    return std::make_unique<ProcessRuntime>(context, name, std::move(marker));
}

}  // namespace r1cluster::detail
