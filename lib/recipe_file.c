/*  recipe_file.c - finding, reading and writing recipes
 *
 *  A recipe is found by its path, or by its name alone: then it is looked for in
 *  the folder that $NN_RECIPES names, and in chapters/NN-name/recipes of the tree
 *  that this program belongs to. Whatever is wrong in it is said with the file and
 *  the line.
 */
#include "nn.h"

#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char ending[] = ".recipe";

/*  The name of a recipe, from its path: "chapters/…/C.baseline.recipe" gives
 *  "C.baseline". */
static void name_of (char *name, size_t size, const char *path)
{
    const char *slash = strrchr (path, '/'), *from = slash ? slash + 1 : path;
    const size_t letters = strlen (from), end = strlen (ending);
    const bool ends = letters > end && strcmp (from + letters - end, ending) == 0;
    snprintf (name, size, "%.*s", (int) (ends ? letters - end : letters), from);
}

/*  The path of `name` in the first folder that has it, from this program's own
 *  upwards. So a program finds what belongs to it, wherever the whole tree
 *  lies. */
int nn_file_beside (char *path, size_t size, const char *name)
{
    char here[PATH_MAX];
    const ssize_t length = readlink ("/proc/self/exe", here, sizeof here - 1);
    here[length > 0 ? length : 0] = 0;
    for (char *slash; (slash = strrchr (here, '/'));) {
        *slash = 0;
        if (snprintf (path, size, "%s/%s", here, name) < (int) size &&
            access (path, F_OK) == 0)
            return NN_OK;
    }
    return nn_fail (NN_EFILE, "there is no %s beside this program", name);
}

/*  All recipes that can be asked for by name: those of $NN_RECIPES, then the
 *  tree's. */
static void list_all (glob_t *list)
{
    *list = (glob_t){ 0 };
    char here[PATH_MAX], pattern[2 * PATH_MAX];
    const char *extra = getenv ("NN_RECIPES");
    if (extra && *extra) {
        snprintf (pattern, sizeof pattern, "%s/*%s", extra, ending);
        glob (pattern, 0, NULL, list);
    }
    if (nn_file_beside (here, sizeof here, "chapters") == NN_OK) {
        snprintf (pattern, sizeof pattern, "%s/*/recipes/*%s", here, ending);
        glob (pattern, list->gl_pathv ? GLOB_APPEND : 0, NULL, list);
    }
}

/*  Tells each recipe's name and path, until `tell` says something else than
 *  NN_OK. */
int nn_recipe_each (int (*tell) (void *self, const char *name, const char *path),
                    void *self)
{
    glob_t list;
    list_all (&list);
    int status = list.gl_pathc
                     ? NN_OK
                     : nn_fail (NN_EFILE, "no folder with recipes was found; name "
                                          "it in NN_RECIPES");
    for (size_t i = 0; i < list.gl_pathc && status == NN_OK; i++) {
        char name[64];
        name_of (name, sizeof name, list.gl_pathv[i]);
        status = tell (self, name, list.gl_pathv[i]);
    }
    globfree (&list);
    return status;
}

/*  The path of the recipe of this name; its sentence on failure says which names
 *  there are. */
static int find (char path[PATH_MAX], const char *wanted)
{
    glob_t list;
    list_all (&list);
    char names[64][64], all[256] = "";
    const char *known[64];
    int count = 0;
    bool found = false;
    for (size_t i = 0; i < list.gl_pathc && count < 64 && !found; i++, count++) {
        name_of (names[count], sizeof names[count], list.gl_pathv[i]);
        known[count] = names[count];
        found = strcmp (names[count], wanted) == 0;
        if (found)
            snprintf (path, PATH_MAX, "%s", list.gl_pathv[i]);
        const size_t at = strlen (all);
        snprintf (all + at, sizeof all - at, "%s%.63s", at ? ", " : "",
                  names[count]);
    }
    globfree (&list);
    if (found)
        return NN_OK;
    if (count == 0)
        return nn_fail (NN_EVALUE,
                        "no recipe '%.60s': no folder with recipes was found; "
                        "give a path, or name the folder in NN_RECIPES",
                        wanted);
    const char *near = nn_nearest (wanted, known, count);
    return nn_fail (NN_EVALUE, "there is no recipe '%.60s'%s%s%s; there is %s",
                    wanted, near ? ", did you mean '" : "", near ? near : "",
                    near ? "'?" : "", all);
}

/*  Cuts blanks off both ends. */
static char *trim (char *text)
{
    text += strspn (text, " \t\r");
    size_t letters = strlen (text);
    while (letters && strchr (" \t\r", text[letters - 1]))
        text[--letters] = 0;
    return text;
}

/*  Takes a line apart and sets what it says. `said` keeps the line in which each
 *  key was given. */
static int read_line (nn_recipe *self, char *line, int number, int *said)
{
    for (char *hash = line; (hash = strchr (hash, '#')); hash++)
        if (hash == line ||
            strchr (" \t", hash[-1])) { // a # inside of a word is no comment
            *hash = 0;
            break;
        }
    char *key = trim (line), *equals = strchr (key, '=');
    if (!*key)
        return NN_OK;
    if (!equals)
        return nn_fail (NN_EFORMAT, "'%.60s' is not of the form key = value", key);
    *equals = 0;
    key = trim (key);
    const int status = nn_recipe_set (self, key, trim (equals + 1));
    for (int k = 0; status == NN_OK && nn_recipe_keys[k].name; k++)
        if (strcmp (nn_recipe_keys[k].name, key) == 0) {
            if (said[k])
                return nn_fail (NN_EFORMAT, "%s was already given in line %d", key,
                                said[k]);
            said[k] = number;
        }
    return status;
}

static int read_text (nn_recipe *self, char *text, const char *path)
{
    int said[64] = { 0 }, number = 0;
    for (const nn_recipe_key *k = nn_recipe_keys; k->name; k++)
        if (k->fallback)
            nn_recipe_set (self, k->name, k->fallback);
    for (char *line; (line = strsep (&text, "\n"));) {
        const int status = read_line (self, line, ++number, said);
        if (status != NN_OK)
            return nn_fail (status, "%s:%d: %s", path, number, nn_error ());
    }
    for (int k = 0; nn_recipe_keys[k].name; k++)
        if (!said[k] && !nn_recipe_keys[k].fallback)
            return nn_fail (NN_EFORMAT, "%s: the line `%s = …` is missing", path,
                            nn_recipe_keys[k].name);
    return NN_OK;
}

/*  Reads a recipe, given by its name or its path. After a failure *self is as it
 *  was. */
int nn_recipe_load (nn_recipe *self, const char *name)
{
    char path[PATH_MAX];
    const size_t letters = strlen (name), end = strlen (ending);
    const bool is_path =
        strchr (name, '/') ||
        (letters > end && strcmp (name + letters - end, ending) == 0);
    int status = NN_OK;
    if (!is_path)
        status = find (path, name);
    else if (snprintf (path, sizeof path, "%s", name) >= (int) sizeof path)
        status = nn_fail (NN_EFILE, "%.60s…: the name is too long", name);
    unsigned char *text;
    size_t size;
    if (status == NN_OK)
        status = nn_file_read (path, &text, &size);
    if (status != NN_OK)
        return status;
    nn_recipe recipe = { 0 };
    status = read_text (&recipe, (char *) text, path);
    free (text);
    if (status != NN_OK)
        return status;
    if (!*recipe.name)
        name_of (recipe.name, sizeof recipe.name, path);
    *self = recipe;
    return NN_OK;
}

/*  The shortest text that reads back as the same number. */
static void print_number (FILE *out, double value)
{
    char text[32];
    for (int digits = 6; digits <= 17; digits++) {
        snprintf (text, sizeof text, "%.*g", digits, value);
        if (strtod (text, NULL) == value)
            break;
    }
    fprintf (out, "%s", text);
}

static void print_value (FILE *out, const nn_recipe *self,
                         const nn_recipe_key *key)
{
    const void *at = (const char *) self + key->place;
    const double *numbers = at;
    switch (key->type) {
    case NN_TEXT:
    case NN_WORDS:
        fprintf (out, "%s", (const char *) at);
        break;
    case NN_INTEGER:
        fprintf (out, "%d", *(const int *) at);
        break;
    case NN_SEED:
        fprintf (out, "%llu", (unsigned long long) *(const uint64_t *) at);
        break;
    case NN_NUMBER:
        print_number (out, *numbers);
        break;
    case NN_NUMBERS:
        for (int k = 0; k < 4; k++) {
            fputs (k ? " " : "", out);
            print_number (out, numbers[k]);
        }
    }
}

/*  One value as text, as it would be written into a file. */
int nn_recipe_get (const nn_recipe *self, const char *name, char *text,
                   size_t size)
{
    const nn_recipe_key *key = nn_recipe_keys;
    while (key->name && strcmp (key->name, name) != 0)
        key++;
    FILE *out = key->name ? fmemopen (text, size, "w") : NULL;
    if (!out)
        return nn_fail (NN_EVALUE, "there is no key '%.60s'", name);
    print_value (out, self, key);
    return fclose (out) == 0 ? NN_OK
                             : nn_fail (NN_EVALUE, "%s: no room for it", name);
}

/*  Writes a recipe with every key, so that it means the same for ever. */
int nn_recipe_save (const nn_recipe *self, const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream (&text, &size);
    if (!out)
        return nn_fail (NN_EMEMORY, "%s: no memory to write a recipe", path);
    for (const nn_recipe_key *key = nn_recipe_keys; key->name; key++) {
        fprintf (out, "%-12s = ", key->name);
        print_value (out, self, key);
        fprintf (out, "  # %s\n", key->about);
    }
    const bool whole = fclose (out) == 0;
    const int status =
        whole ? nn_file_write (path, text, size)
              : nn_fail (NN_EMEMORY, "%s: no memory to write a recipe", path);
    free (text);
    return status;
}
