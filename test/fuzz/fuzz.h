/* SPDX-License-Identifier: MIT */
/*
 * An input of the decoders' fuzzer: a byte that chooses the call of the library,
 * see victims in answers.h, and the datagram that answers it.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* The answer's place in an input. */
#define FUZZ_ANSWER 1

/* A larger one is no use: what the kernel sends in one message is smaller. */
#define FUZZ_MAX 4096

/* The family's request is number 1, so that an answer is to number 2. */
#define FUZZ_SEQUENCE 2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

#endif
