// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

namespace r1cluster::detail {

/// What engines leave outside of the job's folder when they are ended by force, and how it goes away.

/// A folder for temporary files of one run, 0700, with a path short enough for the sockets that engines make in it.
std::string make_temporary_folder();
/// Removes such a folder, and nothing that is not one.
void remove_temporary_folder(const std::string& path);

/// Names in /dev/shm that these processes have mapped: semaphores and buffers that a killed process cannot unlink.
std::set<std::string> shared_memory_of(const std::vector<int>& pids);
/// Unlinks those of them that are this user's.
void remove_shared_memory(const std::set<std::string>& names);

}  // namespace r1cluster::detail
