// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "base/reflect_json.hpp"
#include "engine/registry/registry.hpp"
#include "host/engine/engine_program.hpp"
#include "host/os/child.hpp"
#include "host/os/private_folder.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/host/engine/ask_engine.hpp"
#include "shard/engine_answer.hpp"

namespace r1cluster {
namespace detail {

/// As ask.py reads it.
struct QuestionFile {
    std::string folder;
    int tensor_parallel = 1;
    int pipeline_parallel = 1;
    bool expert_parallel = false;
    std::vector<int> layers_per_stage;
};
BOOST_DESCRIBE_STRUCT(QuestionFile, (), (folder, tensor_parallel, pipeline_parallel, expert_parallel, layers_per_stage))

namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_answer_bytes = std::size_t{1} << 30;
constexpr std::size_t most_line_bytes = std::size_t{256} << 20;
constexpr std::size_t kept_error_bytes = std::size_t{16} << 10;
constexpr auto poll_interval = std::chrono::milliseconds(100);
constexpr int most_ranks = 4096;

std::string interpreter_of(const std::string& environment) {
    std::error_code ignored;
    const std::string python =
        std::filesystem::is_directory(environment, ignored) ? environment + "/bin/python" : environment;
    if (python.find('/') != std::string::npos && ::access(python.c_str(), X_OK) != 0) {
        throw Error(ErrorKind::not_found, environment,
                    fmt::format("asking the engine of \"{}\": \"{}\" is no program; expected a Python environment's "
                                "folder, or its interpreter",
                                environment, python));
    }
    return python;
}

/// Nothing but what it takes to import the engine: no proxy, no token, no setting of another engine. What it wants to
/// keep goes where the rest goes.
std::map<std::string, std::string> environment_of(const PrivateFolder& folder) {
    std::map<std::string, std::string> env{{"CUDA_VISIBLE_DEVICES", ""},
                                           {"HF_HUB_OFFLINE", "1"},
                                           {"OMP_NUM_THREADS", "1"},
                                           {"HOME", folder.path() + "/home"},
                                           {"TMPDIR", folder.path() + "/tmp"},
                                           {"LANG", "C.UTF-8"},
                                           {"PATH", "/usr/local/bin:/usr/bin:/bin"}};
    for (const EngineDefinition* engine : engines()) {
        for (const ReaderVariable& variable : engine->reader_variables) {
            env[std::string(variable.name)] = variable.value;
        }
    }
    for (const char* name : {"PATH", "LD_LIBRARY_PATH"}) {
        if (const char* value = std::getenv(name)) env[name] = value;
    }
    return env;
}

/// The checkpoint as files with holes for weights. Its headers have been parsed, so they are there.
QuestionFile write_question(const PrivateFolder& folder, const EngineQuestion& question, std::size_t number) {
    const CheckpointText& text = question.checkpoint;
    const std::string path = folder.make_folder(fmt::format("checkpoint{}", number));
    write_file(path + "/config.json", text.config);
    if (!text.index.empty()) write_file(path + "/model.safetensors.index.json", text.index);
    for (const ShardText& shard : text.shards) {
        if (shard.name.find('/') != std::string::npos || shard.name == "." || shard.name == "..") {
            throw Error(
                ErrorKind::invalid_input, shard.name,
                fmt::format("asking the engine about \"{}\": \"{}\" is not the name of a file", text.path, shard.name));
        }
        if (!shard.header.text) continue;  // of a file that the index does not list
        std::string start;
        for (int i = 0; i < 8; ++i) start += static_cast<char>((shard.declared_header_bytes >> (8 * i)) & 0xff);
        write_file(path + "/" + shard.name, start + *shard.header.text, shard.size_bytes);
    }
    const Layout& layout = question.layout;
    return {path, layout.tensor_parallel, layout.pipeline_parallel, layout.is_expert_parallel,
            layout.is_engine_default_partition ? std::vector<int>{} : layout.layers_per_stage};
}

void check_layout(const Layout& layout) {
    if (layout.data_parallel != 1 || layout.decode_context_parallel != 1) {
        throw Error(
            ErrorKind::invalid_input, "layout",
            "asking the engine about a layout with data or decode context parallelism: expected tensor, pipeline "
            "and expert parallelism alone");
    }
    const bool is_sized = layout.tensor_parallel >= 1 && layout.pipeline_parallel >= 1 &&
                          layout.tensor_parallel <= most_ranks && layout.pipeline_parallel <= most_ranks &&
                          layout.world_size() <= most_ranks;
    if (is_sized && layout.ranks.size() == static_cast<std::size_t>(layout.world_size())) return;
    throw Error(ErrorKind::invalid_input, "layout",
                fmt::format("asking the engine about TP {} x PP {} with {} ranks: expected 1 to {} ranks, and a "
                            "placement for each",
                            layout.tensor_parallel, layout.pipeline_parallel, layout.ranks.size(), most_ranks));
}

/// One process of the engine's Python, from its start to the last answer.
class Interview {
public:
    Interview(const std::string& environment, const std::vector<EngineQuestion>& questions, const HostOptions& options,
              int timeout_s)
        : environment_(environment), questions_(questions), options_(options), timeout_s_(timeout_s) {
        json::array files;
        for (const EngineQuestion& question : questions) {
            check_layout(question.layout);
            checkpoints_.push_back(parse_checkpoint(question.checkpoint));
            files.push_back(to_value(write_question(folder_, question, files.size())));
        }
        for (const EmbeddedFile& file : engine_program())
            write_file(folder_.path() + "/" + std::string(file.name), file.content);
        write_file(folder_.path() + "/questions.json", print_json(files));
        folder_.make_folder("home");
        folder_.make_folder("tmp");
    }

    std::vector<EnginePlan> answers() {
        child_ = Child::start(
            context_,
            {interpreter_of(environment_), "-I", "-B", folder_.path() + "/ask.py", folder_.path() + "/questions.json"},
            {.env = environment_of(folder_)});
        std::exception_ptr failure;
        int running = 3;
        const auto run = [&](asio::awaitable<void> work) {
            asio::co_spawn(context_, std::move(work), [&](std::exception_ptr thrown) {
                if (thrown && !failure) failure = thrown;
                --running;
            });
        };
        run(read_answers());
        run(read_errors());
        run(wait());
        report(false);
        const Clock::time_point deadline = begun_ + std::chrono::seconds(timeout_s_);
        while (running > 0 && !failure) {
            context_.restart();
            context_.run_for(poll_interval);
            if (options_.is_cancelled && options_.is_cancelled())
                throw Error(ErrorKind::interrupted, "interrupt", "interrupted");
            if (running > 0 && Clock::now() > deadline) {
                throw Error(ErrorKind::timed_out, environment_,
                            fmt::format("asking the engine of \"{}\": no end after {} s, with {} of {} answers",
                                        environment_, timeout_s_, plans_.size(), questions_.size()));
            }
        }
        if (failure) std::rethrow_exception(failure);
        if (plans_.size() != questions_.size() || answer_) throw cut_off();
        report(true);
        return std::move(plans_);
    }

private:
    asio::awaitable<void> read_answers() {
        std::string pending;
        std::vector<char> piece(1 << 16);
        std::size_t all = 0;
        while (true) {
            boost::system::error_code end;
            const std::size_t size = co_await child_->output().async_read_some(
                asio::buffer(piece), asio::redirect_error(asio::use_awaitable, end));
            if (end) break;
            all += size;
            std::size_t searched = pending.size();
            pending.append(piece.data(), size);
            for (std::size_t line = pending.find('\n', searched); line != std::string::npos;
                 line = pending.find('\n')) {
                take_line(std::string_view(pending).substr(0, line));
                pending.erase(0, line + 1);
            }
            if (pending.size() > most_line_bytes || all > most_answer_bytes) {
                throw Error(ErrorKind::invalid_input, environment_,
                            fmt::format("asking the engine of \"{}\": an answer of more than {} MiB", environment_,
                                        (all > most_answer_bytes ? most_answer_bytes : most_line_bytes) >> 20));
            }
        }
        if (!pending.empty()) take_line(pending);
    }

    void take_line(std::string_view line) {
        if (!answer_) {
            if (plans_.size() == questions_.size()) {
                throw Error(ErrorKind::internal, environment_,
                            fmt::format("asking the engine of \"{}\": more answers than questions", environment_));
            }
            answer_.emplace(questions_[plans_.size()].layout, checkpoints_[plans_.size()],
                            "the answer of " + environment_, line_ + 1);
        }
        answer_->add(line);
        line_ = answer_->line();
        report(false);
        if (answer_->is_complete()) {
            plans_.push_back(answer_->take());
            answer_.reset();
        }
    }

    asio::awaitable<void> read_errors() {
        std::vector<char> piece(4096);
        while (true) {
            boost::system::error_code end;
            const std::size_t size = co_await child_->errors().async_read_some(
                asio::buffer(piece), asio::redirect_error(asio::use_awaitable, end));
            if (end) co_return;
            errors_.append(piece.data(), size);
            if (errors_.size() > 2 * kept_error_bytes) errors_.erase(0, errors_.size() - kept_error_bytes);
        }
    }

    asio::awaitable<void> wait() { co_await child_->wait(); }

    /// The engine's Python ended before its last answer; the last line of its errors says why.
    Error cut_off() const {
        std::string_view text = errors_;
        const std::size_t end = text.find_last_not_of(" \n");
        text = text.substr(0, end == std::string_view::npos ? 0 : end + 1);
        const std::string_view last = text.substr(text.rfind('\n') + 1);
        return {ErrorKind::unavailable, environment_,
                fmt::format("asking the engine of \"{}\": its Python ended with {} of {} answers: {}; expected an "
                            "environment that has the engine",
                            environment_, plans_.size(), questions_.size(),
                            last.empty() ? std::string("it said nothing") : valid_utf8(last))};
    }

    void report(bool is_done) {
        if (!options_.on_progress) return;
        std::string text = "importing the engine";
        if (answer_) {
            text = fmt::format("rank {} of {}", answer_->ranks(), questions_[plans_.size()].layout.world_size());
            if (questions_.size() > 1) text += fmt::format(", question {} of {}", plans_.size() + 1, questions_.size());
        }
        if (is_done) text = fmt::format("release {} of the engine has answered", plans_.front().engine_version);
        options_.on_progress({"engine", text, std::chrono::duration<double>(Clock::now() - begun_).count(), is_done});
    }

    const std::string& environment_;
    const std::vector<EngineQuestion>& questions_;
    const HostOptions& options_;
    int timeout_s_;
    Clock::time_point begun_ = Clock::now();
    PrivateFolder folder_;
    std::vector<Checkpoint> checkpoints_;
    std::vector<EnginePlan> plans_;
    std::optional<EngineAnswer> answer_;
    std::size_t line_ = 0;
    std::string errors_;
    asio::io_context context_;
    std::unique_ptr<Child> child_;  // ends it, if it runs still, before its folder goes
};

}  // namespace
}  // namespace detail

std::vector<EnginePlan> ask_engine_all(const std::string& environment, const std::vector<EngineQuestion>& questions,
                                       const HostOptions& options, int timeout_s) {
    if (questions.empty()) return {};
    return detail::Interview(environment, questions, options, timeout_s).answers();
}

EnginePlan ask_engine(const std::string& environment, const EngineQuestion& question, const HostOptions& options,
                      int timeout_s) {
    EnginePlan plan = std::move(ask_engine_all(environment, {question}, options, timeout_s).front());
    if (plan.refusal.empty()) return plan;
    throw Error(ErrorKind::invalid_input, question.checkpoint.path,
                fmt::format("asking release {} of the engine about \"{}\" with TP {} x PP {}: it refuses: {}",
                            plan.engine_version, question.checkpoint.path, question.layout.tensor_parallel,
                            question.layout.pipeline_parallel, plan.refusal));
}

}  // namespace r1cluster
