// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "host/os/files.hpp"
#include "host/read/sources.hpp"
#include "readings/describe.hpp"

namespace r1cluster::detail {
namespace {

using std::chrono::steady_clock;

constexpr int max_cuda_gpus = 64;
constexpr std::chrono::seconds patience{10};
constexpr std::size_t limit_bytes = 1 << 20;

/// The few functions that are asked, as cuda.h of CUDA 12 declares them: the header need not be there. CUresult,
/// CUdevice and CUdevice_attribute are ints.
struct CudaUuid {
    std::array<unsigned char, 16> bytes;
};
constexpr int compute_capability_major = 75;
constexpr int compute_capability_minor = 76;

/// The driver's library; never closed, since its process ends.
class Cuda {
public:
    explicit Cuda(const std::string& library) : library_(dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL)) {
        if (!library_) throw Error(ErrorKind::unavailable, "CUDA driver", library + " not found");
    }

    template <class... Arguments>
    void call(const char* name, Arguments... arguments) const {
        const int result = reinterpret_cast<int (*)(Arguments...)>(find(name))(arguments...);
        if (result == 0) return;
        const char* text = nullptr;
        reinterpret_cast<int (*)(int, const char**)>(find("cuGetErrorString"))(result, &text);
        throw Error(ErrorKind::system, "CUDA driver", text ? text : fmt::format("CUDA error {}", result));
    }

private:
    void* find(const char* name) const {
        void* found = dlsym(library_, name);
        if (!found) throw Error(ErrorKind::unavailable, name, fmt::format("this CUDA driver has no {}", name));
        return found;
    }

    void* library_;
};

using Answers = std::map<std::string, Answer>;

int read_number(const Cuda& cuda, const char* function, Answers& answers) {
    int number = 0;
    answers[std::string(function) + "()"] = answer([&] {
        cuda.call(function, &number);
        return std::to_string(number);
    });
    return number;
}

/// The driver's handle of the GPU.
int read_gpu(const Cuda& cuda, int index, Answers& answers) {
    int gpu = 0;
    const auto keep = [&](const std::string& call, auto ask) { answers[call] = answer(ask); };
    const auto text_of = [&](const char* function) {
        return [&cuda, &gpu, function] {
            std::array<char, 256> text{};
            cuda.call(function, text.data(), static_cast<int>(text.size()), gpu);
            return std::string(text.data());
        };
    };
    keep(fmt::format("cuDeviceGet({})", index), [&] {
        cuda.call("cuDeviceGet", &gpu, index);
        return std::to_string(gpu);
    });
    keep(fmt::format("cuDeviceGetName({})", index), text_of("cuDeviceGetName"));
    keep(fmt::format("cuDeviceGetPCIBusId({})", index), text_of("cuDeviceGetPCIBusId"));
    keep(fmt::format("cuDeviceTotalMem_v2({})", index), [&] {
        std::size_t bytes = 0;
        cuda.call("cuDeviceTotalMem_v2", &bytes, gpu);
        return std::to_string(bytes);
    });
    for (const auto& [attribute, name] :
         {std::pair{compute_capability_major, "MAJOR"}, std::pair{compute_capability_minor, "MINOR"}}) {
        keep(fmt::format("cuDeviceGetAttribute({}, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_{})", index, name),
             [&, which = attribute] {
                 int value = 0;
                 cuda.call("cuDeviceGetAttribute", &value, which, gpu);
                 return std::to_string(value);
             });
    }
    keep(fmt::format("cuDeviceGetUuid_v2({})", index), [&] {
        CudaUuid uuid{};
        cuda.call("cuDeviceGetUuid_v2", &uuid, gpu);
        std::string text = "GPU-";
        for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
            if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
            text += fmt::format("{:02x}", static_cast<unsigned>(uuid.bytes[i]));
        }
        return text;
    });
    return gpu;
}

Answers ask(const std::string& library) {
    Answers answers;
    // The order of NVML, and all that the driver may show: what this process was told to use is known apart.
    setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID", 1);
    unsetenv("CUDA_VISIBLE_DEVICES");
    answers["cuInit(0)"] = answer([&]() -> std::string {
        const Cuda cuda(library);
        read_number(cuda, "cuDriverGetVersion", answers);
        cuda.call("cuInit", 0u);
        const int count = std::min(read_number(cuda, "cuDeviceGetCount", answers), max_cuda_gpus);
        std::vector<int> gpus;
        for (int index = 0; index < count; ++index) gpus.push_back(read_gpu(cuda, index, answers));
        for (std::size_t a = 0; a < gpus.size(); ++a) {
            for (std::size_t b = 0; b < gpus.size(); ++b) {
                if (a == b) continue;
                answers[fmt::format("cuDeviceCanAccessPeer({}, {})", a, b)] = answer([&] {
                    int can_access = 0;
                    cuda.call("cuDeviceCanAccessPeer", &can_access, gpus[a], gpus[b]);
                    return std::to_string(can_access);
                });
            }
        }
        return "0";
    });
    return answers;
}

/// In the child: nothing of the parent's stays open, so that a driver that hangs keeps nobody's pipe.
[[noreturn]] void be_child(int output, const std::string& library) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, 3);  // first: it may be one of those that follow
    const int nowhere = open("/dev/null", O_RDWR);
    for (const int descriptor : {0, 1, 2}) dup2(nowhere, descriptor);
    syscall(SYS_close_range, 4u, ~0u, 0u);  // Linux 5.9; before, they stay open until the end
    std::string text;
    try {
        text = json::serialize(to_value(ask(library)));
    } catch (const std::exception&) {
        _exit(1);
    }
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t written = ::write(3, text.data() + at, text.size() - at);
        if (written <= 0) _exit(1);
        at += static_cast<std::size_t>(written);
    }
    _exit(0);
}

/// All that the child writes until its end.
std::string output_of(int descriptor) {
    std::string text;
    const auto end = steady_clock::now() + patience;
    while (text.size() < limit_bytes) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - steady_clock::now()).count();
        pollfd waiting{descriptor, POLLIN, 0};
        const int ready = left > 0 ? poll(&waiting, 1, static_cast<int>(left)) : 0;
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) {
            throw Error(ErrorKind::unavailable, "CUDA driver", fmt::format("no answer within {} s", patience.count()));
        }
        std::array<char, 4096> buffer{};
        const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
}

/// One that hangs in the kernel is left: nobody can end it.
void end_child(pid_t child) {
    kill(child, SIGKILL);
    for (int tries = 0; tries < 100 && waitpid(child, nullptr, WNOHANG) == 0; ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

}  // namespace

void read_cuda(const std::string& library, Readings& readings) {
    // cuInit makes no context, but threads and open devices, and after it no child of the process can use CUDA any
    // more: engines fork their workers. So it happens in a child, of fork alone: the library is in any program.
    std::array<int, 2> pipe_ends{};
    if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) {
        readings.calls["cuInit(0)"] = {std::nullopt, errno_text(errno)};
        return;
    }
    const pid_t child = fork();
    const int fork_error = errno;
    if (child == 0) be_child(pipe_ends[1], library);
    close(pipe_ends[1]);
    try {
        if (child < 0) throw Error(ErrorKind::system, "fork", errno_text(fork_error));
        const std::string text = output_of(pipe_ends[0]);
        if (text.empty()) throw Error(ErrorKind::system, "CUDA driver", "the CUDA driver brought its process down");
        readings.calls.merge(from_value<Answers>(parse_json(text, "CUDA driver"), "CUDA driver"));
    } catch (const Error& error) {
        readings.calls["cuInit(0)"] = {std::nullopt, printable(error.what())};
    }
    close(pipe_ends[0]);
    if (child > 0) end_child(child);
}

}  // namespace r1cluster::detail
