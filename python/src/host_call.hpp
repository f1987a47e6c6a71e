// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Calls that touch the world: without the GIL, with progress, and ended by Ctrl-C.

#include <pybind11/typing.h>

#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "bindings.hpp"
#include "pybind11/stl/filesystem.h"
#include "r1cluster/host/options.hpp"

namespace r1cluster::python {

/// The Python exception that must end a call, once the call has undone its work.
class PendingException {
public:
    PendingException() : outer_(current_) { current_ = this; }
    ~PendingException() { current_ = outer_; }
    PendingException(const PendingException&) = delete;
    PendingException& operator=(const PendingException&) = delete;

    /// Of the innermost call of this thread; nullptr outside of calls.
    static PendingException* current() { return current_; }

    /// Runs `call` with the GIL; what it raises is kept, and nothing is run after that.
    template <class Call>
    void run(Call call) {
        if (exception_) return;
        const py::gil_scoped_acquire acquired;
        try {
            call();
        } catch (...) {
            exception_ = std::current_exception();
        }
    }

    /// Lets Python handle signals, which it does on its main thread alone.
    bool is_cancelled() {
        run([] {
            if (PyErr_CheckSignals() != 0) throw py::error_already_set();
        });
        return exception_ != nullptr;
    }

    void rethrow() const {
        if (exception_) std::rethrow_exception(exception_);
    }

private:
    static inline thread_local PendingException* current_ = nullptr;
    PendingException* outer_;
    std::exception_ptr exception_;
};

template <class Call>
auto call_without_gil(const PendingException& pending, Call call) {
    try {
        auto result = [&] {
            const py::gil_scoped_release released;
            return call();
        }();
        pending.rethrow();
        return result;
    } catch (const Error&) {
        pending.rethrow();
        throw;
    }
}

using ProgressCallback = std::optional<py::typing::Callable<void(const Progress&)>>;
using CancelCallback = std::optional<py::typing::Callable<bool()>>;
using OptionalPath = std::optional<std::filesystem::path>;

std::string binary_or_default(const OptionalPath& binary);

/// Functions of Python that HostOptions keeps; copied and freed without the GIL.
struct Callbacks {
    ProgressCallback on_progress;
    CancelCallback is_cancelled;
};

inline std::shared_ptr<Callbacks> keep(const ProgressCallback& on_progress, const CancelCallback& is_cancelled) {
    return {new Callbacks{on_progress, is_cancelled}, [](Callbacks* callbacks) {
                const py::gil_scoped_acquire acquired;
                delete callbacks;
            }};
}

/// Both are called on the thread of a call, and what they raise ends that call.
inline void set_callbacks(HostOptions& options, const std::shared_ptr<Callbacks>& callbacks) {
    if (callbacks->on_progress) {
        options.on_progress = [callbacks](const Progress& progress) {
            if (PendingException* pending = PendingException::current())
                pending->run([&] { (*callbacks->on_progress)(py::cast(progress)); });
        };
    }
    options.is_cancelled = [callbacks] {
        PendingException* pending = PendingException::current();
        if (!pending) return false;
        bool is_asked = false;
        if (callbacks->is_cancelled) pending->run([&] { is_asked = py::bool_((*callbacks->is_cancelled)()); });
        return pending->is_cancelled() || is_asked;
    };
}

/// Binds `function`, whose first parameter is the options, with the fields of HostOptions as keyword arguments after
/// its own. The `extra` arguments must end with keyword-only ones.
template <class Result, class... Args, class... Extra>
void def_host(py::module_& module, const char* name, const char* doc, Result (*function)(const HostOptions&, Args...),
              const Extra&... extra) {
    const HostOptions defaults;
    module.def(
        name,
        [function](Args... args, const ProgressCallback& on_progress, const CancelCallback& is_cancelled,
                   const OptionalPath& binary, const std::string& ssh_program, const OptionalPath& ssh_config,
                   int connect_timeout_s, int request_timeout_s) {
            PendingException pending;
            HostOptions options;
            set_callbacks(options, keep(on_progress, is_cancelled));
            options.binary = binary_or_default(binary);
            options.ssh_program = ssh_program;
            if (ssh_config) options.ssh_config = ssh_config->string();
            options.connect_timeout_s = connect_timeout_s;
            options.request_timeout_s = request_timeout_s;
            return call_without_gil(pending, [&] { return function(options, args...); });
        },
        extra..., py::arg("on_progress") = py::none(), py::arg("is_cancelled") = py::none(),
        py::arg("binary") = py::none(), py::arg("ssh_program") = defaults.ssh_program,
        py::arg("ssh_config") = py::none(), py::arg("connect_timeout_s") = defaults.connect_timeout_s,
        py::arg("request_timeout_s") = defaults.request_timeout_s, doc);
}

/// A function on connections that are there: without the GIL, with the callbacks of connect().
template <class Result, class Self, class... Args>
auto on_connections(Result (*function)(Self&, Args...)) {
    return [function](Self& self, Args... args) {
        PendingException pending;
        return call_without_gil(pending, [&] { return function(self, args...); });
    };
}

}  // namespace r1cluster::python
