// SPDX-License-Identifier: MIT

const ofSlowKernels = (process.env.FGUARD_KERNELS ?? '').includes('-debug') ? 6 : 1;

/** Factor for all time limits, for slow machines and kernels. */
export const PATIENCE = Number(process.env.FGUARD_PATIENCE ?? ofSlowKernels);
