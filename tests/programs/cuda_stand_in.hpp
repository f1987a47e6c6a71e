// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the stand-in for the CUDA driver's library shall answer; the reader's child inherits it.
struct CudaStandIn {
    int init = 0;        ///< CUresult of cuInit
    bool dies = false;   ///< in cuInit, as a driver does that finds its kernel module changed
    int inits_here = 0;  ///< calls of cuInit in this very process
};

extern "C" CudaStandIn* cuda_stand_in();
