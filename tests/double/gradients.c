/*  gradients.c - every layer's gradient in double precision, to one in a
 *  million */
#include "gradients.h"

int main (void)
{
    check (sizeof (float) == sizeof (double), "floats are doubles here",
           "%zu bytes", sizeof (float));
    check_gradients (1e-5, 1e-6, true);
    return nn_test_done ();
}
