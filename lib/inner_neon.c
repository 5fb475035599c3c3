/*  inner_neon.c - the inner loops for ARM64: 32 registers of 4 floats */
#include "nn.h"
#ifdef __aarch64__
#define VECTOR 16
#define TILE 8
#define TALL 12
#define NAME "neon"
#define TABLE nn_inner_neon
#define NARROWER nn_inner_plain
#include "inner.h"
#endif
