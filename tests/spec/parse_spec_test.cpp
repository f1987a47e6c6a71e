// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/spec/deployment_spec.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;

namespace {

const std::string two_hosts = R"(name = "r1"
fate = "attached"

[[host]]
name = "node0"
address = "10.0.0.1"
ssh = "root@gpu-a"
interface = "eth0"
gpus = [0, 1]
[host.env]
NCCL_DEBUG = "INFO"

[[host]]
name = "node1"
address = "10.0.0.2"
python = "/opt/other/bin/python"

[model]
path = "/data/DeepSeek-R1/"

[engine]
version = "0.11.1"
python = "/opt/vllm/bin/python"
backend = "mp"
extra_arguments = ["--enforce-eager"]
gpu_memory_utilization = 0.85
kv_cache_bytes = "1.5 GiB"
start_timeout_s = 600

[serve]
port = 8100
max_model_len = 4096
api_key_file = "/etc/r1/key"

[layout]
layers_per_stage = [31, 30]

[env]
OMP_NUM_THREADS = "1"
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

std::string error_with(const std::string& from, const std::string& to) {
    return error_of([&] { parse_spec(replaced(two_hosts, from, to)); });
}

}  // namespace

TEST_CASE("a whole cluster.toml is read into a spec with its defaults filled in", "[spec]") {
    DeploymentSpec expected;
    expected.engine.name = "vllm";
    expected.name = "r1";
    expected.fate = Fate::attached;
    HostSpec node0, node1;
    node0.name = "node0";
    node0.address = "10.0.0.1";
    node0.ssh = "root@gpu-a";
    node0.python = "/opt/vllm/bin/python";
    node0.interface = "eth0";
    node0.gpus = std::vector<int>{0, 1};
    node0.env = {{"NCCL_DEBUG", "INFO"}};
    node1.name = "node1";
    node1.address = "10.0.0.2";
    node1.ssh = "10.0.0.2";
    node1.python = "/opt/other/bin/python";
    expected.hosts = {node0, node1};
    expected.model = {"/data/DeepSeek-R1/", "DeepSeek-R1"};
    expected.engine.version = "0.11.1";
    expected.engine.python = "/opt/vllm/bin/python";
    expected.engine.backend = "mp";
    expected.engine.extra_arguments = {"--enforce-eager"};
    expected.engine.gpu_memory_utilization = 0.85;
    expected.engine.kv_cache_bytes = 1610612736;
    expected.engine.start_timeout_s = 600;
    expected.serve.port = 8100;
    expected.serve.max_model_len = 4096;
    expected.serve.api_key_file = "/etc/r1/key";
    expected.layout.pipeline_parallel = 2;
    expected.layout.layers_per_stage = std::vector<int>{31, 30};
    expected.env = {{"OMP_NUM_THREADS", "1"}};
    CHECK(parse_spec(two_hosts) == expected);
}

TEST_CASE("the least cluster.toml needs hosts, a model and a Python", "[spec]") {
    const auto spec = parse_spec(R"(
[[host]]
name = "here"
transport = "local"
[model]
path = "/data/Tiny R1!"
[engine]
python = "/usr/bin/python3"
)");
    CHECK(spec.name == "Tiny-R1-");
    CHECK(spec.model.served_name == "Tiny R1!");
    CHECK(spec.fate == Fate::service);
    CHECK(spec.hosts.front().address == "127.0.0.1");
    CHECK(spec.hosts.front().ssh.empty());
    CHECK(spec.hosts.front().python == "/usr/bin/python3");
    CHECK(spec.serve == ServeSpec{});
    CHECK(spec.layout == LayoutSpec{});
}

TEST_CASE("line ends of Windows are read like others", "[spec]") {
    std::string text;
    for (const char c : two_hosts) text += c == '\n' ? "\r\n" : std::string(1, c);
    CHECK(parse_spec(text) == parse_spec(two_hosts));
}

TEST_CASE("an unknown key is refused with the nearest known one", "[spec]") {
    CHECK(error_with("interface = \"eth0\"", "interfaces = \"eth0\"") ==
          "cluster.toml:8:1: unknown key \"interfaces\" in host[0]; did you mean \"interface\"?");
    CHECK(error_with("[serve]", "[server]") == "cluster.toml:30:2: unknown key \"server\"; did you mean \"serve\"?");
    CHECK(error_with("port = 8100", "colour = 1") ==
          "cluster.toml:31:1: unknown key \"colour\" in serve; known here: address, api_key_file, goal, "
          "is_unprotected, max_model_len, port, proxy");
}

TEST_CASE("a value of the wrong type is refused where it stands", "[spec]") {
    CHECK(error_with("port = 8100", "port = \"8100\"") ==
          "cluster.toml:31:8: serve.port must be a whole number, but is a text");
    CHECK(error_with("gpus = [0, 1]", "gpus = [0, 1.5]") ==
          "cluster.toml:9:12: host[0].gpus[1] must be a whole number, but is a number with a point");
    CHECK(error_with("path = \"/data/DeepSeek-R1/\"", "path = true") ==
          "cluster.toml:19:8: model.path must be a text, but is true or false");
    CHECK(error_with("extra_arguments = [\"--enforce-eager\"]", "extra_arguments = \"--enforce-eager\"") ==
          "cluster.toml:25:19: engine.extra_arguments must be a list of texts, but is a text");
    CHECK(error_with("OMP_NUM_THREADS = \"1\"", "OMP_NUM_THREADS = 1") ==
          "cluster.toml:39:19: env.OMP_NUM_THREADS must be a text, but is a whole number");
    CHECK(error_with("gpu_memory_utilization = 0.85", "gpu_memory_utilization = 1979-05-27") ==
          "cluster.toml:26:26: engine.gpu_memory_utilization must be a number, but is a date or time");
    CHECK(error_of([] { parse_spec("host = 3\n"); }) ==
          "cluster.toml:1:8: host must be a list of tables, each written [[host]], but is a whole number");
    CHECK(error_of([] { parse_spec("model = 3\n"); }) ==
          "cluster.toml:1:9: model must be a table, written [model], but is a whole number");
}

TEST_CASE("an impossible value is refused where it stands", "[spec]") {
    CHECK(error_with("port = 8100", "port = 70000") == "cluster.toml:31:8: port is 70000; it must be from 1 to 65535");
    CHECK(error_with("port = 8100", "port = 5000000000") ==
          "cluster.toml:31:8: serve.port is 5000000000, which is out of range");
    CHECK(error_with("fate = \"attached\"", "fate = \"lasting\"") ==
          "cluster.toml:2:8: fate is \"lasting\"; expected \"service\" or \"attached\"");
    CHECK(error_with("gpu_memory_utilization = 0.85", "gpu_memory_utilization = nan") ==
          "cluster.toml:26:26: gpu_memory_utilization is nan; it must be above 0 and at most 1");
    CHECK(error_with("version = \"0.11.1\"", "version = \"latest\"") ==
          "cluster.toml:22:11: \"latest\" is not a version; expected for example \"0.11.1\"");
    CHECK(error_with("backend = \"mp\"", "backend = \"slurm\"") ==
          "cluster.toml:24:11: the backend \"slurm\" is not known; expected \"mp\" or \"ray\"");
    CHECK(
        error_with("kv_cache_bytes = \"1.5 GiB\"", "kv_cache_bytes = \"2 GB\"") ==
        "cluster.toml:27:18: engine.kv_cache_bytes is \"2 GB\"; expected a number of bytes or a text such as \"1 GiB\" "
        "(B, KiB, MiB, GiB, TiB)");
    CHECK(error_with("kv_cache_bytes = \"1.5 GiB\"", "kv_cache_bytes = 0") ==
          "cluster.toml:27:18: kv_cache_bytes is 0; it must be from 1 to 1125899906842624");
    CHECK(error_with("gpus = [0, 1]", "gpus = [1, 1]") == "cluster.toml:9:12: the GPU 1 is given twice");
    CHECK(error_with("gpus = [0, 1]", "gpus = []") ==
          "cluster.toml:9:8: the list of GPUs is empty; leave the key out to use all");
    CHECK(error_with("layers_per_stage = [31, 30]", "pipeline_parallel = 3\nlayers_per_stage = [31, 30]") ==
          "cluster.toml:37:20: layers_per_stage has 2 stages, but pipeline_parallel is 3");
    CHECK(
        error_with("path = \"/data/DeepSeek-R1/\"", "path = \"data\"") ==
        "cluster.toml:19:8: the path \"data\" is not absolute; it must start with '/', because it is the same on every "
        "host");
}

TEST_CASE("where other hosts reach the service, a proxy stands before the engine", "[spec]") {
    const DeploymentSpec spec = parse_spec(replaced(two_hosts, "port = 8100", "port = 8100\naddress = \"0.0.0.0\""));
    REQUIRE(spec.serve.proxy);
    CHECK(*spec.serve.proxy == ProxySpec{});
    CHECK_FALSE(parse_spec(two_hosts).serve.proxy);
    CHECK_FALSE(parse_spec(replaced(two_hosts, "port = 8100", "address = \"10.0.0.1\"\nis_unprotected = true"))
                    .serve.proxy.has_value());
}

TEST_CASE("every key of the proxy is read", "[spec]") {
    const DeploymentSpec spec =
        parse_spec(replaced(two_hosts, "api_key_file = \"/etc/r1/key\"", R"(api_key_file = "/etc/r1/key"
[serve.proxy]
program = "/opt/haproxy"
tls_certificate_file = "/etc/r1/tls.crt"
tls_key_file = "/etc/r1/tls.key"
allowed_paths = ["/v1/models", "/tokenize"]
max_request_bytes = "1 MiB"
max_connections = 10
max_connections_per_client = 2
max_requests_per_minute = 60
answer_timeout_s = 120
drain_s = 0)"));
    ProxySpec expected;
    expected.program = "/opt/haproxy";
    expected.tls_certificate_file = "/etc/r1/tls.crt";
    expected.tls_key_file = "/etc/r1/tls.key";
    expected.allowed_paths = {"/v1/models", "/tokenize"};
    expected.max_request_bytes = 1 << 20;
    expected.max_connections = 10;
    expected.max_connections_per_client = 2;
    expected.max_requests_per_minute = 60;
    expected.answer_timeout_s = 120;
    expected.drain_s = 0;
    CHECK(spec.serve.proxy == expected);
    CHECK(parse_spec(to_toml(spec)) == spec);
}

TEST_CASE("a service that others reach needs a key, or the word that it has no protection", "[spec]") {
    CHECK(
        error_with("port = 8100\nmax_model_len = 4096\napi_key_file = \"/etc/r1/key\"", "address = \"10.0.0.1\"") ==
        "cluster.toml:31:11: other hosts reach the address \"10.0.0.1\", and there is no key; expected api_key_file in "
        "[serve], which a proxy before the engine then asks for, or is_unprotected = true");
    CHECK(error_with("port = 8100", "is_unprotected = true\nproxy = {}") ==
          "cluster.toml:31:18: is_unprotected is true beside [serve.proxy]; expected one of the two");
    CHECK(error_with("api_key_file = \"/etc/r1/key\"", "proxy = {}") ==
          "cluster.toml:33:9: the proxy has no key to ask for; expected api_key_file in [serve]");
    CHECK(error_with("port = 8100", "address = \"fe80::1%eth0\"") ==
          "cluster.toml:31:11: the address \"fe80::1%eth0\" has a zone; expected one without, which HAProxy can bind");
}

TEST_CASE("what the proxy cannot do is refused where it stands", "[spec]") {
    const auto error_of_proxy = [](const std::string& line) {
        return error_with("api_key_file = \"/etc/r1/key\"", "api_key_file = \"/etc/r1/key\"\n[serve.proxy]\n" + line);
    };
    CHECK(error_of_proxy("tls_key_file = \"/k\"") ==
          "cluster.toml:35:16: tls_key_file is given alone; expected tls_certificate_file with it");
    CHECK(error_of_proxy("tls_certificate_file = \"/c\"") ==
          "cluster.toml:35:24: tls_certificate_file is given alone; expected tls_key_file with it");
    CHECK(error_of_proxy("program = \"haproxy\"") ==
          "cluster.toml:35:11: the path \"haproxy\" is not absolute; it must start with '/', because it is the same on "
          "every host");
    for (const auto& [path, objection] : {
             std::pair{"v1/models", "does not start with '/'; expected a path such as \"/v1/models\""},
             std::pair{"/v1//models", "has an empty part; expected a path such as \"/v1/models\""},
             std::pair{"/v1/models/", "has an empty part; expected a path such as \"/v1/models\""},
             std::pair{"/v1/../metrics", "has a part that begins with '.', as relative paths do"},
             std::pair{"/v1/%2e%2e", "holds '%'; letters, digits and /._- are allowed"},
             std::pair{"/v1/models?x", "holds '?'; letters, digits and /._- are allowed"},
             std::pair{"/v1/models -m beg", "holds a blank; letters, digits and /._- are allowed"},
         }) {
        CHECK(error_of_proxy("allowed_paths = [\"/ok\", \"" + std::string(path) + "\"]") ==
              "cluster.toml:35:25: the path \"" + std::string(path) + "\" " + objection);
    }
    CHECK(error_of_proxy("allowed_paths = [\"/ok\", \"/ok\"]") ==
          "cluster.toml:35:25: the path \"/ok\" is given twice");
    CHECK(error_of_proxy("drain_s = 61") == "cluster.toml:35:11: drain_s is 61; it must be from 0 to 60");
    CHECK(error_of_proxy("max_request_bytes = \"1 B\"") ==
          "cluster.toml:35:21: max_request_bytes is 1; it must be from 1024 to 4294967296");
    CHECK(error_of_proxy("max_connections = 0") ==
          "cluster.toml:35:19: max_connections is 0; it must be from 1 to 100000");
}

TEST_CASE("names and addresses that a program could take for an option or a command are refused", "[spec]") {
    CHECK(error_with("ssh = \"root@gpu-a\"", "ssh = \"-oProxyCommand=x\"") ==
          "cluster.toml:7:7: the ssh destination \"-oProxyCommand=x\" starts with '-', which programs take for an "
          "option");
    CHECK(error_with("ssh = \"root@gpu-a\"", "ssh = \"root@-oProxyCommand\"") ==
          "cluster.toml:7:7: the ssh destination \"root@-oProxyCommand\" starts with '-', which programs take for an "
          "option");
    CHECK(error_with("ssh = \"root@gpu-a\"", "ssh = \"gpu-a;reboot\"") ==
          "cluster.toml:7:7: the ssh destination \"gpu-a;reboot\" holds ';'; letters, digits and ._:@%- are allowed");
    CHECK(error_with("address = \"10.0.0.1\"", "address = \"$(id)\"") ==
          "cluster.toml:6:11: the address \"$(id)\" holds '$'; letters, digits and ._:%- are allowed");
    CHECK(error_with("name = \"node0\"", "name = \"no de\"") ==
          "cluster.toml:5:8: the host name \"no de\" holds a blank; letters, digits and ._- are allowed");
    CHECK(error_with("name = \"node0\"", "name = \"..\"") ==
          "cluster.toml:5:8: the host name \"..\" starts with '.'; a letter, digit or '_' must be first");
    CHECK(error_with("name = \"node0\"", "name = \"" + std::string(64, 'n') + "\"") ==
          "cluster.toml:5:8: the host name \"" + std::string(64, 'n') + "\" has 64 characters; at most 63 are allowed");
    CHECK(error_with("interface = \"eth0\"", "interface = \"^eth0\"") ==
          "cluster.toml:8:13: the interface \"^eth0\" holds '^'; letters, digits and ._:@- are allowed");
}

TEST_CASE("two hosts may share neither name nor address", "[spec]") {
    CHECK(error_with("name = \"node1\"", "name = \"node0\"") ==
          "cluster.toml:14:8: two hosts have the name \"node0\"; each needs its own");
    CHECK(error_with("address = \"10.0.0.2\"", "address = \"10.0.0.1\"") ==
          "cluster.toml:15:11: the hosts \"node0\" and \"node1\" have the same address \"10.0.0.1\"; each needs its "
          "own, by "
          "which the other hosts reach it");
    CHECK(error_of([] {
              parse_spec(
                  "[[host]]\nname = \"a\"\ntransport = \"local\"\n[[host]]\nname = \"b\"\ntransport = \"local\"\n"
                  "[model]\npath = \"/m\"\n[engine]\npython = \"/p\"\n");
          }) ==
          "cluster.toml:4:1: the hosts \"a\" and \"b\" have the same address \"127.0.0.1\"; local hosts need different "
          "loopback addresses, such as 127.0.0.1 and 127.0.0.2");
}

TEST_CASE("a missing part is named with what is expected", "[spec]") {
    CHECK(error_of([] { parse_spec("[[host]]\nname = \"a\"\naddress = \"a\"\n"); }) ==
          "cluster.toml:1:1: the part [model] is missing; expected [model] with path = \"/...\"");
    CHECK(error_of([] { parse_spec("[model]\npath = \"/m\"\n"); }) ==
          "cluster.toml:1:1: there is no host; expected at least one [[host]]");
    CHECK(error_of([] { parse_spec("\n[model]\n[[host]]\nname = \"a\"\naddress = \"a\"\n"); }) ==
          "cluster.toml:2:1: the model's path is missing; expected path = \"/...\" in [model]");
    CHECK(error_with("address = \"10.0.0.2\"\n", "") ==
          "cluster.toml:13:1: the host \"node1\" has no address; expected such as address = \"10.0.0.1\", by which the "
          "other "
          "hosts reach it");
    CHECK(error_of([] { parse_spec("[[host]]\nname = \"a\"\naddress = \"a\"\n[model]\npath = \"/m\"\n"); }) ==
          "cluster.toml:1:1: the engine's Python of host \"a\" is missing; give [engine] python for all hosts");
}

TEST_CASE("a secret in the environment or the arguments is refused with a safer place", "[spec]") {
    CHECK(error_with("NCCL_DEBUG = \"INFO\"", "VLLM_API_KEY = \"s3cret\"") ==
          "cluster.toml:11:16: the environment variable \"VLLM_API_KEY\" would put a secret into files and process "
          "lists; leave it out (a checkpoint on disk needs no token; for the key of the API there is [serve] "
          "api_key_file)");
    CHECK(error_with("OMP_NUM_THREADS = \"1\"", "HF_TOKEN = \"s3cret\"") ==
          "cluster.toml:39:12: the environment variable \"HF_TOKEN\" would put a secret into files and process lists; "
          "leave "
          "it out (a checkpoint on disk needs no token; for the key of the API there is [serve] api_key_file)");
    const std::string refusal =
        "would show the key in process lists and logs; put it into a file on the head host and name that as [serve] "
        "api_key_file";
    CHECK(error_with("\"--enforce-eager\"", "\"--api-key=s3cret\"") ==
          "cluster.toml:25:20: the argument \"--api-key\" " + refusal);
    CHECK(error_with("\"--enforce-eager\"", "\"--seed\", \"1\", \"--api_key\", \"s3cret\"") ==
          "cluster.toml:25:35: the argument \"--api_key\" " + refusal);
}

TEST_CASE("an environment variable must have a name and a value that a process can take", "[spec]") {
    CHECK(error_with("OMP_NUM_THREADS = \"1\"", "\"A-B\" = \"1\"") ==
          "cluster.toml:39:9: the environment variable \"A-B\" is no name of an environment variable; letters, digits "
          "and "
          "'_' are allowed, not a digit first");
    CHECK(error_with("OMP_NUM_THREADS = \"1\"", "A = \"1\\n2\"") ==
          "cluster.toml:39:5: the environment variable \"A\" has a value with a line end or NUL in it");
}

TEST_CASE("what is no TOML in UTF-8 is refused in plain words", "[spec]") {
    const std::string empty =
        "cluster.toml:1:1: the spec is empty; expected [[host]], [model] and [engine], as `r1cluster init` writes them";
    CHECK(error_of([] { parse_spec(""); }) == empty);
    CHECK(error_of([] { parse_spec(" \r\n\t\n"); }) == empty);
    CHECK(error_of([] { parse_spec("\xef\xbb\xbf" + two_hosts); }) ==
          "cluster.toml:1:1: the spec starts with a byte order mark; expected UTF-8 without one");
    CHECK(error_of([] { parse_spec("\xff\xfe[\0"); }) ==
          "cluster.toml:1:1: the spec is UTF-16; expected UTF-8 without a byte order mark");
    CHECK(error_of([] { parse_spec(std::string((1 << 20) + 1, '#')); }) ==
          "cluster.toml:1:1: the spec is larger than 1 MiB");
}

TEST_CASE("a file cut anywhere never crashes, and its error has a place", "[spec]") {
    for (std::size_t length = 0; length < two_hosts.size(); ++length) {
        const std::string error = error_of([&] { parse_spec(two_hosts.substr(0, length), "cut.toml"); });
        INFO(length << ": " << error);
        CHECK((error == "no error" || error.starts_with("cut.toml:")));
    }
    CHECK_THAT(error_of([] { parse_spec(two_hosts.substr(0, two_hosts.find("gpu-a")), "cut.toml"); }),
               StartsWith("cut.toml:7:13: not TOML: a text has no closing quote in: "));
}

TEST_CASE("a key that occurs twice is refused", "[spec]") {
    CHECK_THAT(error_with("port = 8100", "port = 8100\nport = 8200"), StartsWith("cluster.toml:32:"));
}

TEST_CASE("more hosts than anyone has are refused", "[spec]") {
    std::string text;
    for (int i = 0; i < 1025; ++i) {
        text += "[[host]]\nname = \"n" + std::to_string(i) + "\"\naddress = \"h" + std::to_string(i) + "\"\n";
    }
    text += "[model]\npath = \"/m\"\n[engine]\npython = \"/p\"\n";
    CHECK_THAT(error_of([&] { parse_spec(text); }), ContainsSubstring("1025 hosts; at most 1024 are allowed"));
}

TEST_CASE("a key of a hundred thousand parts is refused", "[spec]") {
    std::string key = "a";
    for (int i = 0; i < 140'000; ++i) key += ".a";
    const std::string refusal = "not TOML: the line has more than 1000 dots";
    CHECK_THAT(error_of([&] { parse_spec(key + " = 1\n"); }), ContainsSubstring("cluster.toml:1:1: " + refusal));
    CHECK_THAT(error_of([&] { parse_spec("name = \"r1\"\n[" + key + "]\n"); }), ContainsSubstring(":2:1: " + refusal));
    CHECK_THAT(error_of([&] { parse_spec("env = { " + key + " = 1 }\n"); }), ContainsSubstring(":1:1: " + refusal));
}
