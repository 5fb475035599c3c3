/*  inner_plain.c - the inner loops for all: as few registers, of as few floats, as
 *  any processor has */
#define VECTOR 16
#define TILE 6
#define TALL 6
#define NAME "plain"
#define TABLE nn_inner_plain
#include "inner.h"
