// SPDX-License-Identifier: Apache-2.0
#include "host/engine/describe.hpp"
#include "host/read/describe.hpp"
#include "host_call.hpp"
#include "r1cluster/host/checkpoint/checkpoint.hpp"
#include "r1cluster/host/engine/ask_engine.hpp"
#include "r1cluster/host/example/example.hpp"
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

Hosts connect_with(const HostOptions& options, const DeploymentSpec& spec) { return connect(spec, options); }

Recording read_with(const HostOptions& options, const DeploymentSpec& spec) { return read(spec, options); }

Recording read_on(Hosts& hosts) { return read(hosts); }
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

void bind_reading(py::module_& core, py::module_& module) {
    def_host(core, "read",
             "Reads every host of the spec in parallel, and tries the paths between them. A host that cannot be\n"
             "reached is in the result with the reason.",
             &read_with, py::arg("spec"), py::kw_only());
    module.def("read_this_host", &read_this_host, ReleaseGil(), py::arg("request"),
               "Reads this machine; never raises for what it cannot see.");
    core.def("discover", &discover, ReleaseGil(), "Reads this machine alone, without a spec.");
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

void bind_example(py::module_& module) {
    module.def("example_spec", &example_spec, ReleaseGil(),
               "The spec of the example: DeepSeek-R1 on two hosts, each with eight H100 and eight InfiniBand ports.");
    module.def("example_recording", &example_recording, ReleaseGil(),
               "What the hosts of the example answer, with the headers of DeepSeek-R1; described by hand.");
    module.def(
        "write_example", [](const Path& folder) { write_example(folder.string()); }, ReleaseGil(), py::arg("folder"),
        "Writes the example, about 20 MB, to a new or empty folder: cluster.toml, and the folder recording.");
}

void bind_engine_questions(py::module_& module) {
    def_host(module, "ask_engine_all",
             "Asks the vLLM of an environment on this machine which bytes its ranks read, without a GPU and without\n"
             "weights. A model that it refuses is an answer too.",
             &ask_engine_all_with, py::arg("environment"), py::arg("questions"), py::kw_only(),
             py::arg("timeout_s") = 1800);
    def_host(module, "ask_engine", "The answer to one question; InvalidInput with the engine's words if it refuses.",
             &ask_engine_with, py::arg("environment"), py::arg("question"), py::kw_only(), py::arg("timeout_s") = 1800);
}

void bind_hosts(py::module_& core, py::module_& module) {
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
        core, "connect",
        "Connects to all hosts of the spec at once. A host that cannot be reached is no error; the next call tries\n"
        "again.",
        &connect_with, py::arg("spec"), py::kw_only());
    core.def("read", on_connections(&read_on), py::arg("hosts"));
}

}  // namespace

std::string binary_or_default(const OptionalPath& binary) {
    if (binary) return binary->string();
    return py::cast<std::string>(py::module_::import("r1cluster._binary").attr("find_binary")());
}

void bind_host(py::module_& core) {
    py::module_ module = def_room(core, "host");
    bind_fields<Progress>(module);
    bind_value<ReadRequest>(module);
    bind_value<EngineQuestion>(module);
    bind_reading(core, module);
    bind_example(module);
    bind_engine_questions(module);
    bind_hosts(core, module);
}

}  // namespace r1cluster::python
