// SPDX-License-Identifier: Apache-2.0
// Stands in for ssh where no sshd is: runs its last argument as sshd does, with `/bin/sh -c`, in a HOME of its own,
// $SSH_STAND_IN_HOME/<destination>. The destination also says how the host behaves:
//
//     noisy...       its shell prints lines before anything else
//     titled...      its shell prints an escape sequence without a line end
//     flooding...    its shell prints without end
//     silent...      nothing answers
//     refusing...    no login
//     full...        its home takes no file of more than 64 KiB
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    const std::string destination = argv[argc - 2];
    const char* homes = std::getenv("SSH_STAND_IN_HOME");
    if (!homes) return 2;
    if (destination.starts_with("silent")) {
        while (true) ::pause();
    }
    if (destination.starts_with("refusing")) {
        std::fputs("Permission denied (publickey).\n", stderr);
        return 255;
    }
    if (destination.starts_with("noisy")) std::puts("Welcome to Debian\n\n  you have mail\r");
    if (destination.starts_with("titled")) std::fputs("\033]0;node\007", stdout);
    while (destination.starts_with("flooding") && std::puts("all work and no play") >= 0) {
    }
    std::fflush(stdout);
    const std::string home = std::string(homes) + "/" + destination;
    ::mkdir(home.c_str(), 0700);
    ::setenv("HOME", home.c_str(), 1);
    ::unsetenv("XDG_CACHE_HOME");
    if (destination.starts_with("full")) {
        // What a full disk does to `head`: its write fails.
        const rlimit limit{64 << 10, 64 << 10};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        ::signal(SIGXFSZ, SIG_IGN);
    }
    ::execl("/bin/sh", "sh", "-c", argv[argc - 1], static_cast<char*>(nullptr));
    return 127;
}
