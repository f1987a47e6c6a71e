// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/diagnose/diagnose.hpp"

#include <algorithm>
#include <set>

#include "diagnose/log_text.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

EngineLog log_of(std::string host, std::string process, std::string text) {
    return {.host = std::move(host), .process = std::move(process), .text = std::move(text)};
}

Finding only_finding(const std::string& text) {
    const Report report = diagnose({log_of("a", "head", text)});
    REQUIRE(report.findings.size() == 1);
    return report.findings[0];
}

std::vector<std::string> ids(const Report& report, Severity severity) {
    std::vector<std::string> ids;
    for (const Finding& finding : report.findings) {
        if (finding.severity == severity) ids.push_back(finding.id);
    }
    return ids;
}

// A start that failed in both workers, in the words of vLLM 0.25.1.
constexpr auto missing_module =
    "(Worker pid=11) ERROR 11-22 05:19:57 [multiproc_executor.py:898] WorkerProc failed to start.\n"
    "(Worker pid=11) ERROR 11-22 05:19:57 [multiproc_executor.py:898] Traceback (most recent call last):\n"
    "(Worker pid=11) ERROR 11-22 05:19:57 [multiproc_executor.py:898]     from flashinfer import (\n"
    "(Worker pid=11) ERROR 11-22 05:19:57 [multiproc_executor.py:898] ModuleNotFoundError: No module named "
    "'flashinfer'\n"
    "(Worker pid=12) ERROR 11-22 05:19:57 [multiproc_executor.py:898] ModuleNotFoundError: No module named "
    "'flashinfer'\n"
    "(EngineCore pid=9) ERROR 11-22 05:20:00 [core.py:1231] EngineCore failed to start.\n"
    "(EngineCore pid=9) Exception: WorkerProc initialization failed due to an exception in a background process.\n"
    "(APIServer pid=7) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): "
    "{}\n";

}  // namespace

TEST_CASE("the first cause comes first, and what followed from it is no error", "[diagnose]") {
    const Report report = diagnose({log_of("node1", "head", missing_module)});
    REQUIRE(report.findings.size() == 3);
    CHECK(report.findings[0].id == "log.missing_module");
    CHECK(report.findings[0].severity == Severity::error);
    CHECK(report.findings[0].subject == "node1 head");
    CHECK(report.findings[0].observed ==
          "line 4: ModuleNotFoundError: No module named 'flashinfer' (and 1 more like it)");
    CHECK(ids(report, Severity::info) == std::vector<std::string>{"log.rank_failed", "log.engine_failed"});
}

TEST_CASE("of several hosts the one that failed first comes first", "[diagnose]") {
    const Report report = diagnose({
        log_of("a", "head", "ERROR 11-22 05:20:30 [x.py:1] RuntimeError: [1] Connection reset by peer\n"),
        log_of(
            "b", "worker-1",
            "ERROR 11-22 05:20:21 [x.py:1] torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB\n"),
        log_of("c", "worker-2", "ERROR 11-22 05:20:09 [x.py:1] OSError: [Errno 98] Address already in use\n"),
    });
    REQUIRE(report.findings.size() == 3);
    CHECK(report.findings[0].subject == "c worker-2");
    CHECK(report.findings[0].id == "log.address_in_use");
    CHECK(report.findings[1].id == "log.gpu_out_of_memory");
    CHECK(ids(report, Severity::error).size() == 2);
    CHECK(report.findings[2].id == "log.peer_lost");
    CHECK(report.findings[2].severity == Severity::info);
}

TEST_CASE("a lost peer is the error where nothing nearer to the cause is known", "[diagnose]") {
    const Finding finding =
        only_finding("RuntimeError: [../gloo/transport/tcp/pair.cc:534] Connection closed by peer [10.0.0.2]:4711\n");
    CHECK(finding.id == "log.peer_lost");
    CHECK(finding.severity == Severity::error);
}

TEST_CASE("a rank that only died is the error itself", "[diagnose]") {
    const Finding finding = only_finding(
        "(EngineCore pid=9) ERROR 11-22 05:20:00 [multiproc_executor.py:316] Worker proc VllmWorker-1 died "
        "unexpectedly (exit code: -9), "
        "shutting down executor.\n");
    CHECK(finding.id == "log.rank_died");
    CHECK(finding.severity == Severity::error);
}

TEST_CASE("an error that nobody knows is quoted", "[diagnose]") {
    const Report report =
        diagnose({log_of("a", "head",
                         "INFO 11-22 05:19:00 [a.py:1] fine\n"
                         "(EngineCore pid=9) ERROR 11-22 05:20:00 [core.py:1] EngineCore failed to start.\n"
                         "(EngineCore pid=9) ERROR 11-22 05:20:00 [core.py:1] ValueError: the moon is full\n")});
    REQUIRE(report.findings.size() == 2);
    CHECK(report.findings[0].id == "log.unknown_error");
    CHECK(report.findings[0].observed == "line 3: ValueError: the moon is full");
    CHECK(report.findings[1].id == "log.engine_failed");
    CHECK(report.findings[1].severity == Severity::info);
}

TEST_CASE("lines of one's own engine are recognised", "[diagnose]") {
    struct Example {
        const char* id;
        const char* line;
    };
    const auto example = GENERATE(
        Example{"log.unknown_argument", "vllm: error: unrecognized arguments: --swap-space 4"},
        Example{"log.unknown_argument", "vllm serve: error: argument --dtype: invalid choice: 'fp16'"},
        Example{"log.address_in_use",
                "ERROR:    [Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): address already "
                "in use"},
        Example{"log.address_in_use",
                "[rank0]: torch.distributed.DistNetworkError: The server socket has failed to listen on any local "
                "network address. "
                "port: 29500, useIpv6: false, code: -98, name: EADDRINUSE, message: address already in use"},
        Example{"log.cannot_bind", "OSError: [Errno 99] Cannot assign requested address"},
        Example{"log.gloo_interface",
                "RuntimeError: [enforce fail at device.cpp:41] ifa != nullptr. Unable to find address for: =eth0"},
        Example{
            "log.nccl_interface",
            "[2026-11-21 17:13:32] vm:1009:1009 [0] bootstrap.cc:114 NCCL WARN Bootstrap : no socket interface found"},
        Example{"log.nccl_duplicate_gpu",
                "vm:1:1 [0] init.cc:1 NCCL WARN Duplicate GPU detected : rank 1 and rank 0 both on CUDA device 60"},
        Example{"log.kv_cache_too_small",
                "ValueError: To serve at least one request with the models's max seq len (131072), 40.0 GiB KV cache "
                "is needed, "
                "which is larger than the available KV cache memory (4.2 GiB)."},
        Example{"log.kv_cache_too_small",
                "ValueError: The model's max seq len (131072) is larger than the maximum number of tokens that can be "
                "stored in "
                "KV cache (48000)."},
        Example{"log.memory_taken",
                "ValueError: Free memory on device cuda:0 (3.0/79.1 GiB) on startup is less than desired GPU memory "
                "utilization (0.9, "
                "71.2 GiB)."},
        Example{"log.host_out_of_memory", "Out of memory: Killed process 4242 (python3) total-vm:1kB"},
        Example{"log.driver_too_old",
                "RuntimeError: The NVIDIA driver on your system is too old (found version 12080)."},
        Example{"log.driver_mismatch",
                "RuntimeError: Unexpected error from cudaGetDeviceCount(). Error 803: system has unsupported display "
                "driver / cuda "
                "driver combination"},
        Example{"log.driver_mismatch",
                "RuntimeError: Error 804: forward compatibility was attempted on non supported HW"},
        Example{"log.fabric_manager",
                "RuntimeError: Unexpected error from cudaGetDeviceCount(). Error 802: system not yet initialized"},
        Example{"log.bfloat16",
                "ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your Tesla T4 "
                "GPU has 7.5."},
        Example{"log.device_ordinal", "RuntimeError: CUDA error: invalid device ordinal"},
        Example{"log.world_size",
                "ValueError: World size (16) is larger than the number of available GPUs (8) in this node."},
        Example{"log.trust_remote_code",
                "ValueError: Loading /data/m requires you to execute the configuration file in that repo. Please set "
                "the option "
                "`trust_remote_code=True` to remove this error."},
        Example{"log.model_files", "RuntimeError: Cannot find any model weights with `/data/r1`"},
        Example{"log.model_files", "OSError: /data/r1 does not appear to have a file named config.json."},
        Example{"log.model_files",
                "safetensors_rust.SafetensorError: Error while deserializing header: HeaderTooLarge"},
        Example{"log.peer_unreachable", "ConnectionRefusedError: [Errno 111] Connection refused"},
        Example{
            "log.peer_unreachable",
            "torch.distributed.DistStoreError: Timed out after 601 seconds waiting for clients. 1/2 clients joined."});
    CHECK(only_finding(std::string(example.line) + "\n").id == example.id);
}

TEST_CASE("routine lines may quote any error", "[diagnose]") {
    const Report report =
        diagnose({log_of("a", "head",
                         "(APIServer pid=1) WARNING 11-22 05:19:19 [u.py:2] This can cause `OSError: [Errno 24] "
                         "Address already in use`\n"
                         "INFO 11-22 05:19:20 [l.py:1] Received request: prompt: 'CUDA out of memory'\n"
                         "vm:1:1 [0] NCCL INFO Failed to initialize NET plugin IB\n")});
    CHECK(report.findings.empty());
    CHECK(report.is_clean());
}

TEST_CASE("a report says what was looked for, and in how many logs", "[diagnose]") {
    const Report report =
        diagnose({log_of("a", "head", missing_module), log_of("b", "worker-1", "INFO 11-22 05:19:20 [l.py:1] fine\n")});
    const auto rule = std::ranges::find(report.checked, "log.missing_module", &CheckedRule::id);
    REQUIRE(rule != report.checked.end());
    CHECK(rule->requirement == "every Python module that the engine imports is installed");
    CHECK(rule->subjects == 2);
    CHECK(rule->passed == 1);
    std::set<std::string> ids;
    for (const CheckedRule& checked : report.checked) CHECK(ids.insert(checked.id).second);
}

TEST_CASE("no logs are not a clean bill", "[diagnose]") {
    const Report report = diagnose({log_of("a", "head", "")});
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings[0].id == "log.empty");
    CHECK(report.findings[0].severity == Severity::unknown);
}

TEST_CASE("escape sequences and control bytes of a log do not reach the terminal", "[diagnose]") {
    const Finding finding = only_finding(
        "\x1b[1;36m(Worker pid=3)\x1b[0;0m \x1b[31mERROR 11-22 05:19:57 [a.py:1] OSError: [Errno 98]\a "
        "Address already in use\x1b[0m\r\n");
    CHECK(finding.observed == "line 1: OSError: [Errno 98] Address already in use");
}

TEST_CASE("a line without end is quoted in part", "[diagnose]") {
    const Finding finding = only_finding("ValueError: " + std::string(1 << 20, 'x'));
    CHECK(finding.observed.size() < 450);
}

TEST_CASE("of a long log the two ends are read, and it is said", "[diagnose]") {
    std::string text = "ERROR 11-22 05:19:57 [a.py:1] OSError: [Errno 98] Address already in use\n";
    while (text.size() < 3 * detail::log_window_bytes)
        text += "INFO 11-22 05:20:00 [l.py:1] serving serving serving serving\n";
    text += "ERROR 11-22 06:00:00 [a.py:1] RuntimeError: CUDA error: out of memory\n";
    const auto lines = std::ranges::count(text, '\n');
    const Report report = diagnose({log_of("a", "head", text)});
    REQUIRE(report.findings.size() == 3);
    CHECK(report.findings[0].id == "log.address_in_use");
    CHECK(report.findings[1].observed == "line " + std::to_string(lines) + ": RuntimeError: CUDA error: out of memory");
    CHECK(report.findings[2].id == "log.cut");
}

TEST_CASE("a log of which a part was left out says so", "[diagnose]") {
    const Report report = diagnose({log_of("a", "head",
                                           "INFO 11-22 05:20:00 [l.py:1] starting\n"
                                           "[r1cluster: 4711 bytes of this log are left out here]\n"
                                           "INFO 11-22 05:21:00 [l.py:1] serving\n")});
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings[0].id == "log.cut");
    CHECK(report.findings[0].observed ==
          "a part of the log was not looked at: [r1cluster: 4711 bytes of this log are left out here]");
}

TEST_CASE("every signature says what to do and where it is from", "[diagnose]") {
    for (const knowledge::Signature* signature : Knowledge::embedded().signatures_in_order()) {
        CAPTURE(signature->id);
        CHECK(signature->id.starts_with("log."));
        REQUIRE_FALSE(signature->parts.empty());
        CHECK(signature->parts[0].size() >= 8);
        CHECK_FALSE(signature->requirement.empty());
        CHECK_FALSE(signature->remedy.empty());
    }
}
