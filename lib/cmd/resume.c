/*  resume.c - a run that goes on where it was broken off
 *
 *  A run keeps its state in the file `checkpoint` of its folder, after each epoch
 *  and as often as was asked for. Whoever goes on must go on with the same recipe,
 *  or the net would be neither the one nor the other. Only its end may be put off,
 *  and that only if no schedule has counted on it.
 */
#include "cmd.h"

#include <string.h>
#include <unistd.h>

bool cmd_stops (const cmd_session *s)
{
    return strcmp (s->fit.recipe.stop, "never") != 0;
}

/*  Does a key of both recipes have the same value? */
static bool same_value (const nn_recipe *a, const nn_recipe *b,
                        const nn_recipe_key *key)
{
    const char *x = (const char *) a + key->place,
               *y = (const char *) b + key->place;
    return key->type == NN_TEXT || key->type == NN_WORDS
               ? strcmp (x, y) == 0
               : memcmp (x, y, key->room) == 0;
}

/*  May a run of the recipe `kept` go on as one of `asked`? */
int cmd_check_recipe (const nn_recipe *kept, const nn_recipe *asked,
                      const char *folder)
{
    for (const nn_recipe_key *key = nn_recipe_keys; key->name; key++) {
        const bool epochs = strcmp (key->name, "epochs") == 0;
        if (same_value (kept, asked, key) ||
            strcmp (key->name, "published") == 0 ||
            (epochs && strcmp (asked->schedule, "constant") == 0))
            continue;
        return nn_fail (NN_EVALUE,
                        "the run in %s was begun with another value of %s%s; give "
                        "it the same, or another --run",
                        folder, key->name,
                        epochs ? ", on which its schedule depends" : "");
    }
    return NN_OK;
}

/*  What the epochs so far have taken. */
static double seconds_of (const nn_history *history)
{
    double seconds = 0;
    for (int i = 0; i < history->epochs; i++)
        seconds += history->epoch[i].seconds;
    return seconds;
}

/*  Begins the run's files, or goes on with those that are there. */
int cmd_go_on (cmd_session *s)
{
    char path[4096];
    nn_recipe kept;
    int status = NN_OK;
    s->checkpoint.path = cmd_folder_file (&s->folder, "checkpoint", s->state);
    s->checkpoint.stopping = cmd_stops (s) ? &s->fit.stopping : NULL;
    cmd_folder_file (&s->folder, "recipe", path);
    if (s->resume && access (path, F_OK) == 0) {
        status = nn_recipe_load (&kept, path);
        if (status == NN_OK)
            status = cmd_check_recipe (&kept, &s->fit.recipe, s->folder.path);
    }
    if (status == NN_OK)
        status = nn_recipe_save (&s->fit.recipe, path);
    if (status != NN_OK || !s->resume)
        return status;
    status =
        nn_resume (&s->checkpoint, s->fit.net, &s->fit.optimiser, &s->fit.history);
    if (status < 0)
        return status;
    fprintf (s->say, "%s\n", s->checkpoint.said);
    fflush (s->say);
    s->seconds = seconds_of (&s->fit.history);
    return NN_OK;
}
