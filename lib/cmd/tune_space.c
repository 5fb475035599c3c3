/*  tune_space.c - a search space beside the recipe whose keys it searches */
#include "cmd.h"

#include <string.h>

/*  Is this a key whose values may differ from trial to trial? */
static int check_key (const nn_hyper *h)
{
    static const char *const fixed[] = { "name",       "data", "epochs",
                                         "validation", "seed", "published",
                                         "search" };
    for (size_t k = 0; k < sizeof fixed / sizeof *fixed; k++)
        if (strcmp (fixed[k], h->name) == 0)
            return nn_fail (NN_EVALUE,
                            "%s is the same for all trials and cannot be tuned",
                            h->name);
    return NN_OK;
}

/*  Does every value that may be tried fit its key? */
int cmd_space_check (const nn_space *space, const nn_recipe *recipe)
{
    nn_recipe copy = *recipe;
    char text[32];
    for (int i = 0; i < space->count; i++) {
        const nn_hyper *h = &space->hyper[i];
        const bool choice = h->type == NN_CHOICE;
        if (check_key (h) != NN_OK)
            return NN_EVALUE;
        for (int k = 0; k < (choice ? h->choices : 2); k++) {
            nn_hyper_show (h, choice ? k : k ? h->high : h->low, text);
            if (nn_recipe_set (&copy, h->name, text) != NN_OK)
                return NN_EVALUE;
        }
    }
    for (int i = 0; i < space->count; i++) {
        const nn_hyper *h = &space->hyper[i];
        for (const nn_recipe_key *k = nn_recipe_keys; k->name; k++)
            if (strcmp (k->name, h->name) == 0 && k->type == NN_INTEGER &&
                h->type == NN_REAL)
                return nn_fail (NN_EVALUE,
                                "%s takes whole numbers; write %s %g..%g whole",
                                h->name, h->name, h->low, h->high);
    }
    return NN_OK;
}

/*  The recipe with the values of a trial in it. */
int cmd_space_apply (nn_recipe *recipe, const nn_space *space, const double *value)
{
    char text[32];
    int status = NN_OK;
    for (int i = 0; status == NN_OK && i < space->count; i++) {
        nn_hyper_show (&space->hyper[i], value[i], text);
        if (nn_hyper_there (space, i, value))
            status = nn_recipe_set (recipe, space->hyper[i].name, text);
    }
    return status;
}
