/*  record.h - what the programs behind a chapter's recorded runs share */
#ifndef NN_RECORD_H
#define NN_RECORD_H

#include "nn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/*  A failure of the library ends the program; its sentence is the last line. */
static inline void must (int status)
{
    if (status >= 0)
        return;
    fprintf (stderr, "%s: %s\n", program_invocation_short_name, nn_error ());
    exit (1);
}

#endif
