/*  allocations.h - every allocation of a test's program is counted */
#ifndef NN_ALLOCATIONS_H
#define NN_ALLOCATIONS_H

#include <stddef.h>

void *__libc_malloc (size_t size);
void *__libc_calloc (size_t nmemb, size_t size);
void *__libc_realloc (void *ptr, size_t size);
static long allocations;

void *malloc (size_t size)
{
    __atomic_add_fetch (&allocations, 1, __ATOMIC_RELAXED);
    return __libc_malloc (size);
}

void *calloc (size_t nmemb, size_t size)
{
    __atomic_add_fetch (&allocations, 1, __ATOMIC_RELAXED);
    return __libc_calloc (nmemb, size);
}

void *realloc (void *ptr, size_t size)
{
    __atomic_add_fetch (&allocations, 1, __ATOMIC_RELAXED);
    return __libc_realloc (ptr, size);
}

#endif
