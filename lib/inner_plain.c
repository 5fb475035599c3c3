/*  inner_plain.c - the inner loops for all: SSE2 on x86-64, NEON on ARM64 */
#define VECTOR 16
#define TILE 6
#define TALL 6
#ifdef __aarch64__
#define NAME "neon"
#else
#define NAME "plain"
#endif
#define TABLE nn_inner_plain
#include "inner.h"
