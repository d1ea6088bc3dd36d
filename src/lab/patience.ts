// SPDX-License-Identifier: MIT

const ofSlowKernels = (process.env.FGUARD_KERNELS ?? '').includes('-debug') ? 6 : 1;

/** How many times as long as usual to wait for an answer before it counts as none. */
export const PATIENCE = Number(process.env.FGUARD_PATIENCE ?? ofSlowKernels);
