/*  recipe.c - a recipe as a verb gets it: by its name, and changed by options */
#include "cmd.h"

/*  A verb's options: its own, then every key of the recipe. */
void cmd_list_options (cmd_option options[CMD_OPTIONS], const cmd_option *own,
                       int count)
{
    for (int i = 0; i < count; i++)
        options[i] = own[i];
    for (const nn_recipe_key *k = nn_recipe_keys;
         k->name && count < CMD_OPTIONS - 1; k++)
        options[count++] = (cmd_option){ k->name, "VALUE", k->about, NULL };
    options[count] = (cmd_option){ 0 };
}

/*  The recipe, with what the options from `keys` on change in it. */
int cmd_read_recipe (const cmd_verb *verb, nn_recipe *recipe, const char *name,
                     const cmd_option *keys)
{
    if (nn_recipe_load (recipe, name) != NN_OK)
        return cmd_fail (verb, CMD_USAGE);
    for (const cmd_option *o = keys; o->name; o++)
        if (o->value && nn_recipe_set (recipe, o->name, o->value) != NN_OK)
            return cmd_usage (verb, "--%s: %s", o->name, nn_error ());
    if (!*recipe->data)
        return cmd_usage (
            verb, "the recipe names no data; say --data cifar10, shapes10 or "
                  "a folder");
    cmd_data_settle (recipe);
    return CMD_OK;
}
