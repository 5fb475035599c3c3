#include "kernel.h"
int nnk_batch (const char *in, const char *out, double limit, const nnk_options *options)
{ (void) in, (void) out, (void) limit, (void) options; return 1; }
