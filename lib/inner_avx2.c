/*  inner_avx2.c - the inner loops for x86-64 processors since about 2013 */
#include "nn.h"
#ifdef __x86_64__
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))),                 \
                             apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif
#define VECTOR 32
#define TILE 6
#define TALL 6
#define NAME "avx2"
#define TABLE nn_inner_avx2
#define NARROWER nn_inner_plain
#include "inner.h"
#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
