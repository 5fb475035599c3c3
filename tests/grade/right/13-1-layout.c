/*  13-1-layout.c - a right answer to exercise 13.1 that walks through the result  */
#include "exercise.h"

void ex_to_hwio (float *ours, const float *theirs, int out, int in, int h, int w)
{
    const int area = h * w;
    for (int place = 0; place < area; place++)
        for (int k = 0; k < in * out; k++)
            *ours++ = theirs[(k % out * in + k / out) * area + place];
}
