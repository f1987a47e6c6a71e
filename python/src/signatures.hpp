// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace r1cluster::python {

/// Gives the functions of a module, and the methods of its classes, the first line that inspect.signature() reads. The
/// lines with types that pybind11 writes follow it: help() shows them, and tools/update_stubs.py reads them.
void set_signatures(pybind11::handle scope);

}  // namespace r1cluster::python
