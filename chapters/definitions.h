/*  definitions.h - what a cell defines, and what it only does  */
#ifndef DEFINITIONS_H
#define DEFINITIONS_H

#include <stdbool.h>
#include <stdio.h>

/*  Copies what a cell defines to `out`, each item at its line of `label`. With out NULL, says
 *  only whether it defines the function `name`. */
bool copy_definitions (const char *text, const char *label, const char *name,
                       FILE *out);

#endif
