// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "r1cluster/host/options.hpp"

namespace r1cluster::cli {

/// Progress on standard error: on a terminal, one line that is rewritten, fits the terminal's width and counts the
/// seconds; elsewhere, a line for each second and each end of a step.
void show_progress(const Progress& progress);
/// Rewrites the line with the seconds that have passed. For a call that comes several times a second.
void tick_progress();
/// Ends the line, if one is open, so that what follows begins a new one.
void end_progress();

}  // namespace r1cluster::cli
