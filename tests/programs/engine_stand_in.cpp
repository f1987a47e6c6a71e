// SPDX-License-Identifier: Apache-2.0
// Stands in for an engine's process. Its arguments are carried out in order; after the last it sleeps until it is
// ended.
//
//     rank N WORLD          says vLLM's line for a worker of this pid
//     worker N WORLD        starts a grandchild in a session of its own that ignores SIGTERM and says that line
//     tree DEPTH            two children, each in a session of its own, with two children each ...; all ignore SIGTERM
//     title NAME SECONDS    starts a child that is called NAME in `ps` and ends after so long; 0: never
//     spin                  uses a CPU without an end, as a rank does that waits in NCCL
//     ignore-term           ignores SIGTERM
//     bytes HEX COUNT       writes these bytes COUNT times, then a line end
//     environment           prints the environment and its session
//     descriptors           prints the descriptors that it was started with
//     wait MILLISECONDS
//     exit CODE
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

extern char** environ;

namespace {

void say_rank(const char* rank, const char* world) {
    std::printf(
        "(Worker pid=%d) INFO 11-22 07:40:49 [parallel_state.py:2350] rank %s in world size %s is assigned as DP rank "
        "0, PP rank %s, TP rank 0\n",
        ::getpid(), rank, world, rank);
    std::fflush(stdout);
}

[[noreturn]] void sleep_on() {
    while (true) ::pause();
}

void start_worker(const char* rank, const char* world) {
    if (::fork() != 0) return;
    ::setsid();
    ::signal(SIGTERM, SIG_IGN);
    if (::fork() != 0) ::_exit(0);
    say_rank(rank, world);
    sleep_on();
}

void start_tree(int depth) {
    ::signal(SIGTERM, SIG_IGN);
    for (int i = 0; i < 2 && depth > 0; ++i) {
        if (::fork() != 0) continue;
        ::setsid();
        start_tree(depth - 1);
        sleep_on();
    }
}

void start_titled(const char* title, const char* seconds) {
    if (::fork() != 0) return;
    ::execl("/proc/self/exe", title, "wait", (std::string(seconds) + "000").c_str(),
            std::atoi(seconds) > 0 ? "exit" : "on", "1", static_cast<char*>(nullptr));
    ::_exit(127);
}

void write_bytes(const std::string& hex, int count) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    for (int i = 0; i < count; ++i) std::fwrite(bytes.data(), 1, bytes.size(), stdout);
    std::puts("");
    std::fflush(stdout);
}

void print_environment() {
    for (char** variable = environ; *variable; ++variable) std::puts(*variable);
    std::printf("session %s\n", ::getsid(0) == ::getpid() ? "own" : "inherited");
    std::fflush(stdout);
}

void print_descriptors() {
    for (int descriptor = 0; descriptor < 1024; ++descriptor) {
        if (::fcntl(descriptor, F_GETFD) >= 0) std::printf("%d ", descriptor);
    }
    std::puts("");
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    for (int i = 1; i < argc;) {
        const std::string word = argv[i++];
        const int left = argc - i;
        if (word == "ignore-term") {
            ::signal(SIGTERM, SIG_IGN);
        } else if (word == "environment") {
            print_environment();
        } else if (word == "descriptors") {
            print_descriptors();
        } else if (word == "rank" && left >= 2) {
            say_rank(argv[i], argv[i + 1]);
            i += 2;
        } else if (word == "worker" && left >= 2) {
            start_worker(argv[i], argv[i + 1]);
            i += 2;
        } else if (word == "title" && left >= 2) {
            start_titled(argv[i], argv[i + 1]);
            i += 2;
        } else if (word == "spin") {
            for (volatile unsigned turns = 0;; turns = turns + 1) {
            }
        } else if (word == "on") {
            sleep_on();
        } else if (word == "bytes" && left >= 2) {
            write_bytes(argv[i], std::atoi(argv[i + 1]));
            i += 2;
        } else if (word == "tree" && left >= 1) {
            start_tree(std::atoi(argv[i++]));
        } else if (word == "wait" && left >= 1) {
            ::usleep(static_cast<useconds_t>(std::atoi(argv[i++])) * 1000);
        } else if (word == "exit" && left >= 1) {
            return std::atoi(argv[i]);
        } else {
            std::fprintf(stderr, "engine_stand_in: \"%s\" is not known\n", word.c_str());
            return 2;
        }
    }
    sleep_on();
}
