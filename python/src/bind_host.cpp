// SPDX-License-Identifier: Apache-2.0
#include "host/deploy/describe.hpp"
#include "host/engine/describe.hpp"
#include "host/read/describe.hpp"
#include "host_call.hpp"
#include "r1cluster/host/checkpoint/checkpoint.hpp"
#include "r1cluster/host/deploy/deploy.hpp"
#include "r1cluster/host/engine/ask_engine.hpp"
#include "r1cluster/host/os/text_file.hpp"
#include "r1cluster/host/read/read.hpp"
#include "readings/describe.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(Progress, (), (step, text, elapsed_s, is_done))
R1CLUSTER_JSON(ReadRequest, "read_request", 1)

}  // namespace r1cluster

namespace r1cluster::python {
namespace {

using Path = std::filesystem::path;
using ReleaseGil = py::call_guard<py::gil_scoped_release>;
using LogCallback = py::typing::Callable<void(const EngineLog&)>;

/// Ending an attached deployment takes its time, which other threads of Python need not wait for.
struct DeletedWithoutGil {
    void operator()(Deployment* deployment) const {
        const py::gil_scoped_release released;
        delete deployment;
    }
};

Deployment up_with(const HostOptions& options, const DeploymentSpec& spec, bool is_dry_run, bool ignores_findings,
                   int layout) {
    return up(spec, {.is_dry_run = is_dry_run, .ignores_findings = ignores_findings, .layout = layout}, options);
}

Deployment up_on(Hosts& hosts, bool is_dry_run, bool ignores_findings, int layout) {
    return up(hosts, {.is_dry_run = is_dry_run, .ignores_findings = ignores_findings, .layout = layout});
}

Hosts connect_with(const HostOptions& options, const DeploymentSpec& spec) { return connect(spec, options); }

Recording read_with(const HostOptions& options, const DeploymentSpec& spec) { return read(spec, options); }

DeploymentStatus status_with(const HostOptions& options, const DeploymentSpec& spec) {
    return read_status(spec, options);
}

DeploymentStatus down_with(const HostOptions& options, const DeploymentSpec& spec, bool purge) {
    return down(spec, purge, options);
}

std::vector<EngineLog> logs_with(const HostOptions& options, const DeploymentSpec& spec, const std::string& host,
                                 int lines) {
    return read_logs(spec, {.host = host, .follow = false, .lines = lines}, options);
}

std::vector<EngineLog> logs_on(Hosts& hosts, const std::string& host, int lines) {
    return read_logs(hosts, {.host = host, .follow = false, .lines = lines});
}

std::vector<EngineLog> logs_of(Deployment& deployment, const std::string& host, int lines) {
    return deployment.read_logs({.host = host, .follow = false, .lines = lines});
}

std::function<void(const EngineLog&)> forward_to(const LogCallback& on_text) {
    return [&on_text](const EngineLog& piece) { PendingException::current()->run([&] { on_text(py::cast(piece)); }); };
}

std::nullptr_t follow_logs_with(const HostOptions& options, const DeploymentSpec& spec, const LogCallback& on_text,
                                const std::string& host, int lines) {
    follow_logs(spec, forward_to(on_text), {.host = host, .follow = true, .lines = lines}, options);
    return nullptr;
}

std::nullptr_t follow_logs_on(Hosts& hosts, const LogCallback& on_text, const std::string& host, int lines) {
    follow_logs(hosts, forward_to(on_text), {.host = host, .follow = true, .lines = lines});
    return nullptr;
}

std::nullptr_t follow_logs_of(Deployment& deployment, const LogCallback& on_text, const std::string& host, int lines) {
    deployment.follow_logs(forward_to(on_text), {.host = host, .follow = true, .lines = lines});
    return nullptr;
}

Recording read_on(Hosts& hosts) { return read(hosts); }
DeploymentStatus status_on(Hosts& hosts) { return read_status(hosts); }
DeploymentStatus down_on(Hosts& hosts, bool purge) { return down(hosts, purge); }
Deployment start_on(Hosts& hosts, const LaunchPlan& launch_plan) { return start(hosts, launch_plan); }
std::optional<Deployment> find_on(Hosts& hosts) { return find_deployment(hosts); }

DeploymentStatus status_of(Deployment& deployment) { return deployment.status(); }
DeploymentStatus wait_for(Deployment& deployment) { return deployment.wait(); }
DeploymentStatus stop(Deployment& deployment, bool purge) { return deployment.stop(purge); }
std::nullptr_t close(Deployment& deployment) {
    deployment.close();
    return nullptr;
}

CheckpointText read_checkpoint_with(const Path& path, const std::string& revision, const Path& token_file,
                                    const Path& ca_file, int timeout_s, int connections) {
    PendingException pending;
    CheckpointOptions options;
    options.revision = revision;
    options.token_file = token_file.string();
    options.ca_file = ca_file.string();
    options.timeout_s = timeout_s;
    options.connections = connections;
    options.is_cancelled = [&] { return pending.is_cancelled(); };
    return call_without_gil(pending, [&] { return read_checkpoint(path.string(), options); });
}

std::vector<EnginePlan> ask_engine_all_with(const HostOptions& options, const Path& environment,
                                            const std::vector<EngineQuestion>& questions, int timeout_s) {
    return ask_engine_all(environment.string(), questions, options, timeout_s);
}

EnginePlan ask_engine_with(const HostOptions& options, const Path& environment, const EngineQuestion& question,
                           int timeout_s) {
    return ask_engine(environment.string(), question, options, timeout_s);
}

void bind_values(py::module_& module) {
    bind_value<EngineQuestion>(module, "EngineQuestion", "What an installed engine is asked.");
    bind_fields<Progress>(module, "Progress", "One line of progress: what is being done, and for how long.");
    bind_value<ReadRequest>(module, "ReadRequest", "What one host is asked.");
    bind_value<StepTime>(module, "StepTime", "How long one step of up() took.");
    bind_value<UpResult>(module, "UpResult", "Everything that up() found, decided and did.");
}

void bind_reading(py::module_& module) {
    def_host(module, "read",
             "Reads every host of the spec in parallel, and tries the paths between them. A host that cannot be\n"
             "reached is in the result with the reason.",
             &read_with, py::arg("spec"), py::kw_only());
    module.def("read_this_host", &read_this_host, ReleaseGil(), py::arg("request"),
               "Reads this machine; never raises for what it cannot see.");
    module.def("discover", &discover, ReleaseGil(), "Reads this machine alone, without a spec.");
    module.def("read_checkpoint", &read_checkpoint_with, py::arg("path"), py::kw_only(), py::arg("revision") = "",
               py::arg("token_file") = Path(), py::arg("ca_file") = Path(),
               py::arg("timeout_s") = CheckpointOptions().timeout_s,
               py::arg("connections") = CheckpointOptions().connections,
               "The small files and shard headers of a checkpoint: of a folder, a hub's cache, or an address as text\n"
               "(http:// or https://) of a mirror or hub.");
    module.def(
        "save_recording",
        [](const Recording& recording, const Path& folder) { save_recording(recording, folder.string()); },
        ReleaseGil(), py::arg("recording"), py::arg("folder"), "Writes a recording to a new or empty folder.");
    module.def(
        "load_recording", [](const Path& folder) { return load_recording(folder.string()); }, ReleaseGil(),
        py::arg("folder"), "Reads the folder that save_recording() wrote.");
    module.def(
        "read_text_file",
        [](const Path& path, std::size_t limit_bytes) { return read_text_file(path.string(), limit_bytes); },
        ReleaseGil(), py::arg("path"), py::arg("limit_bytes") = std::size_t{1} << 20,
        "The content of a text file of at most `limit_bytes`.");
}

void bind_engine(py::module_& module) {
    def_host(module, "ask_engine_all",
             "Asks the vLLM of an environment on this machine which bytes its ranks read, without a GPU and without\n"
             "weights. A model that it refuses is an answer too.",
             &ask_engine_all_with, py::arg("environment"), py::arg("questions"), py::kw_only(),
             py::arg("timeout_s") = 1800);
    def_host(module, "ask_engine", "The answer to one question; InvalidInput with the engine's words if it refuses.",
             &ask_engine_with, py::arg("environment"), py::arg("question"), py::kw_only(), py::arg("timeout_s") = 1800);
}

void bind_hosts(py::module_& module) {
    py::class_<Hosts>(
        module, "Hosts",
        "Connections to all hosts of a spec, for any number of calls; a context manager. Calls of several\n"
        "threads take turns.")
        .def_property_readonly("spec", &Hosts::spec)
        .def("close", &Hosts::close, ReleaseGil(), "Closes the connections, once no Deployment uses them any more.")
        .def(
            "__enter__", [](Hosts& self) -> Hosts& { return self; }, py::return_value_policy::reference_internal)
        .def("__exit__", [](Hosts& self, const py::object&, const py::object&, const py::object&) {
            const py::gil_scoped_release released;
            self.close();
        });
    def_host(
        module, "connect",
        "Connects to all hosts of the spec at once. A host that cannot be reached is no error; the next call tries\n"
        "again.",
        &connect_with, py::arg("spec"), py::kw_only());
    module.def("read", on_connections(&read_on), py::arg("hosts"));
}

void bind_deployment_class(py::module_& module) {
    py::class_<Deployment, std::unique_ptr<Deployment, DeletedWithoutGil>>(
        module, "Deployment",
        "A deployment on its hosts. As a context manager it ends an attached one when the block is left; a service "
        "goes\n"
        "on.")
        .def_property_readonly("result", &Deployment::result, "What up() or start() found, decided and did.")
        .def("is_ready", &Deployment::is_ready, "True where every rank was alive and one token was generated.")
        .def("status", on_connections(&status_of), "How it is now.")
        .def("wait", on_connections(&wait_for),
             "Blocks until it is over: it failed, and the status has the cause, or somebody ended it.")
        .def("stop", on_connections(&stop), py::kw_only(), py::arg("purge") = false,
             "Ends it on every host, and waits until nothing is left; logs stay, unless `purge`.")
        .def("read_logs", on_connections(&logs_of), py::kw_only(), py::arg("host") = "", py::arg("lines") = 100)
        .def("follow_logs", on_connections(&follow_logs_of), py::arg("on_text"), py::kw_only(), py::arg("host") = "",
             py::arg("lines") = 100)
        .def("close", on_connections(&close), "Ends an attached deployment, and lets go of any other.")
        .def(
            "__enter__", [](Deployment& self) -> Deployment& { return self; },
            py::return_value_policy::reference_internal)
        .def("__exit__", [](Deployment& self, const py::object&, const py::object&, const py::object&) {
            on_connections (&close)(self);
        });
}

void bind_deployment(py::module_& module) {
    bind_deployment_class(module);
    def_host(
        module, "up",
        "Takes the hosts of the spec to a served model: read(), decide(), start(). Starts nothing when the report\n"
        "has errors; what fails on the way is undone. `layout` is an index in the plan's layouts.",
        &up_with, py::arg("spec"), py::kw_only(), py::arg("is_dry_run") = false, py::arg("ignores_findings") = false,
        py::arg("layout") = 0);
    module.def("up", on_connections(&up_on), py::arg("hosts"), py::kw_only(), py::arg("is_dry_run") = false,
               py::arg("ignores_findings") = false, py::arg("layout") = 0);
    module.def("start", on_connections(&start_on), py::arg("hosts"), py::arg("launch_plan"),
               "Starts what the plan says, and waits until it is ready or known never to be.");
    module.def("find_deployment", on_connections(&find_on), py::arg("hosts"),
               "The deployment of this spec that is on the hosts, whoever started it; None where there is none.");
    def_host(module, "read_status", "How the deployment of this spec is, on each of its hosts.", &status_with,
             py::arg("spec"), py::kw_only());
    module.def("read_status", on_connections(&status_on), py::arg("hosts"));
    def_host(module, "down", "Ends the deployment on every host that can be reached.", &down_with, py::arg("spec"),
             py::kw_only(), py::arg("purge") = false);
    module.def("down", on_connections(&down_on), py::arg("hosts"), py::kw_only(), py::arg("purge") = false);
    def_host(module, "read_logs", "The engine's logs, as they are now; the last `lines` of each, 0 for all.",
             &logs_with, py::arg("spec"), py::kw_only(), py::arg("host") = "", py::arg("lines") = 100);
    module.def("read_logs", on_connections(&logs_on), py::arg("hosts"), py::kw_only(), py::arg("host") = "",
               py::arg("lines") = 100);
    def_host(module, "follow_logs",
             "The engine's logs as they grow, until interrupted or the deployment has ended; `on_text` gets whole "
             "lines.",
             &follow_logs_with, py::arg("spec"), py::arg("on_text"), py::kw_only(), py::arg("host") = "",
             py::arg("lines") = 100);
    module.def("follow_logs", on_connections(&follow_logs_on), py::arg("hosts"), py::arg("on_text"), py::kw_only(),
               py::arg("host") = "", py::arg("lines") = 100);
}

}  // namespace

std::string binary_or_default(const OptionalPath& binary) {
    if (binary) return binary->string();
    return py::cast<std::string>(py::module_::import("r1cluster._binary").attr("find_binary")());
}

void bind_host(py::module_& module) {
    bind_values(module);
    bind_reading(module);
    bind_engine(module);
    bind_hosts(module);
    bind_deployment(module);
}

}  // namespace r1cluster::python
