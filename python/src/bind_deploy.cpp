// SPDX-License-Identifier: Apache-2.0
#include "host/deploy/describe.hpp"
#include "host_call.hpp"
#include "r1cluster/host/deploy/deploy.hpp"

namespace r1cluster::python {
namespace {

using LogCallback = py::typing::Callable<void(const EngineLog&)>;

/// Ending an attached deployment takes its time, which other threads of Python need not wait for.
struct DeletedWithoutGil {
    void operator()(Deployment* deployment) const {
        const py::gil_scoped_release released;
        delete deployment;
    }
};

Deployment up_with(const HostOptions& options, const DeploymentSpec& spec, bool is_dry_run, bool ignores_findings,
                   int layout, const Knowledge* knowledge) {
    return up(spec,
              {.is_dry_run = is_dry_run,
               .ignores_findings = ignores_findings,
               .layout = layout,
               .knowledge = knowledge_or_embedded(knowledge)},
              options);
}

Deployment up_on(Hosts& hosts, bool is_dry_run, bool ignores_findings, int layout, const Knowledge* knowledge) {
    return up(hosts, {.is_dry_run = is_dry_run,
                      .ignores_findings = ignores_findings,
                      .layout = layout,
                      .knowledge = knowledge_or_embedded(knowledge)});
}

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

DeploymentStatus status_on(Hosts& hosts) { return read_status(hosts); }
DeploymentStatus down_on(Hosts& hosts, bool purge) { return down(hosts, purge); }
Deployment start_on(Hosts& hosts, const LaunchPlan& launch_plan, const Knowledge* knowledge) {
    return start(hosts, launch_plan, knowledge_or_embedded(knowledge));
}
std::optional<Deployment> find_on(Hosts& hosts) { return find_deployment(hosts); }

DeploymentStatus status_of(Deployment& deployment) { return deployment.status(); }
DeploymentStatus wait_for(Deployment& deployment) { return deployment.wait(); }
DeploymentStatus stop(Deployment& deployment, bool purge) { return deployment.stop(purge); }
std::nullptr_t close(Deployment& deployment) {
    deployment.close();
    return nullptr;
}

void bind_deployment_class(py::module_& module) {
    py::class_<Deployment, std::unique_ptr<Deployment, DeletedWithoutGil>>(
        module, "Deployment",
        "A deployment on its hosts. As a context manager it ends an attached one when the block is left; a service\n"
        "goes on.")
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

void bind_verbs(py::module_& module) {
    def_host(
        module, "up",
        "Takes the hosts of the spec to a served model: read(), decide(), start(). Starts nothing when the report\n"
        "has errors; what fails on the way is undone. `layout` is an index in the plan's layouts.",
        &up_with, py::arg("spec"), py::kw_only(), py::arg("is_dry_run") = false, py::arg("ignores_findings") = false,
        py::arg("layout") = 0, py::arg("knowledge") = py::none());
    module.def("up", on_connections(&up_on), py::arg("hosts"), py::kw_only(), py::arg("is_dry_run") = false,
               py::arg("ignores_findings") = false, py::arg("layout") = 0, py::arg("knowledge") = py::none());
    module.def("start", on_connections(&start_on), py::arg("hosts"), py::arg("launch_plan"), py::kw_only(),
               py::arg("knowledge") = py::none(),
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

void bind_deploy(py::module_& core) {
    py::module_ module = core.attr("host");
    bind_values<StepTime, UpResult>(module);
    bind_deployment_class(module);
    bind_verbs(core);
}

}  // namespace r1cluster::python
