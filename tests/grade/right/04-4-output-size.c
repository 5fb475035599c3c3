// Right in another way: lays the kernel down again and again.
#include "exercise.h"

int ex_conv_out (int in, int kernel, int stride, int dilation, int before,
                 int after)
{
    int count = 0;
    for (int last = dilation * (kernel - 1); last < before + in + after;
         last += stride)
        count++;
    return count;
}
