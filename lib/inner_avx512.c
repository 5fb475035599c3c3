/*  inner_avx512.c - the inner loops for x86-64 processors with the widest
 *  vectors
 */
#include "nn.h"
#ifdef __x86_64__
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx512f,fma"))),              \
                             apply_to = function)
#else
#pragma GCC target("avx512f,fma")
#endif
#define VECTOR 64
#define TILE 8
#define TALL 12
#define NAME "avx512"
#define TABLE nn_inner_avx512
#define NARROWER nn_inner_avx2
#include "inner.h"
#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
