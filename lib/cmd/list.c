/*  list.c - the recipes that there are, and what each is */
#include "cmd.h"

#include <string.h>

/*  A recipe's name and the first line of its comment, behind the name in it. */
static int tell (void *self, const char *name, const char *path)
{
    (void) self;
    char line[256] = "";
    FILE *file = fopen (path, "r");
    if (file && !fgets (line, sizeof line, file))
        *line = 0;
    if (file)
        fclose (file);
    line[strcspn (line, "\n")] = 0;
    const char *about = strstr (line, ": ");
    printf ("  %-20s %s\n", name, *line == '#' && about ? about + 2 : "");
    return NN_OK;
}

int cmd_list_recipes (void)
{
    return nn_recipe_each (tell, NULL);
}
