#include "kernel.h"
int nnk_install (const char *d, bool r, const nnk_options *options)
{ (void) d, (void) r, (void) options; return 1; }
