/*  data.c - data sets by name: cifar10, shapes10, shapes10:COUNT, or a folder, of
 *  CIFAR-10 or of pictures */
#include "cmd.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHAPES = 10000, SHAPES_SEED = 1, SHAPES_TEST_SEED = 2 };
enum {
    TEST_SEED = 1
}; // which photographs are put aside, whatever the recipe's seed

/*  COUNT images to train with, and a fifth of that, drawn from another seed, as a
 *  test. */
static nn_data *shapes (const char *count, bool test)
{
    char *end;
    const long n = count ? strtol (count, &end, 10) : SHAPES;
    if (count && (*end || end == count || n < 100 || n > 10000000)) {
        nn_fail (NN_EVALUE,
                 "data shapes10:%s: the count must be a whole number from 100 to "
                 "10000000",
                 count);
        return NULL;
    }
    return test ? nn_shapes10 ((int) n / 5, SHAPES_TEST_SEED)
                : nn_shapes10 ((int) n, SHAPES_SEED);
}

/*  Where a data set lies if only its name is given: in $NN_DATA, or in the tree's
 *  data/. */
static bool find (char path[PATH_MAX], const char *name)
{
    const char *folder = getenv ("NN_DATA");
    char beside[64];
    snprintf (beside, sizeof beside, "data/%s", name);
    if (folder && *folder) {
        snprintf (path, PATH_MAX, "%s/%s", folder, name);
        return true;
    }
    return nn_file_beside (path, PATH_MAX, beside) == NN_OK;
}

static int find_cifar (char path[PATH_MAX])
{
    if (find (path, CMD_CIFAR10_FOLDER))
        return NN_OK;
    return nn_fail (
        NN_EFILE,
        "data cifar10: there is no folder data/%s; '%s data cifar10' fetches it, "
        "or "
        "unpack cifar-10-binary.tar.gz (www.cs.toronto.edu/~kriz/cifar.html) into "
        "data/, or say where it is: --data FOLDER",
        CMD_CIFAR10_FOLDER, cmd_program);
}

static int find_animals (char path[PATH_MAX])
{
    if (find (path, "animals10") && access (path, X_OK) == 0)
        return NN_OK;
    return nn_fail (
        NN_EFILE, "data animals10: there is no folder data/animals10; unpack the "
                  "archive of Animals-10 (kaggle.com/datasets/alessiocorrado99/"
                  "animals10) into it, or say where it is: --data FOLDER");
}

static bool is_folder (const char *path)
{
    struct stat about;
    return stat (path, &about) == 0 && S_ISDIR (about.st_mode);
}

/*  Says why there is no such data set. */
static cmd_source no_data (const char *name)
{
    static const char *const known[] = { "cifar10", "shapes10", "animals10" };
    const int why = errno;
    const char *near = nn_nearest (name, known, 3);
    if (near)
        nn_fail (NN_EVALUE,
                 "data '%.80s': neither a folder nor a data set that has a "
                 "name; did you mean %s?",
                 name, near);
    else
        nn_fail (NN_EFILE,
                 "data '%.80s': %s; give a folder, cifar10, animals10, shapes10 "
                 "or shapes10:COUNT",
                 name, strerror (why));
    return CMD_NO_DATA;
}

/*  The data set that a name or a folder means. CMD_NO_DATA comes with a sentence; only
 *  CIFAR-10, if it is asked for by its name, says itself which of its files is not there. */
cmd_source cmd_data_kind (const char *name, char *folder)
{
    char inside[PATH_MAX];
    struct stat about;
    snprintf (folder, PATH_MAX, "%s", name);
    if (strcmp (name, "shapes10") == 0 || strncmp (name, "shapes10:", 9) == 0)
        return CMD_SHAPES10;
    if (strcmp (name, "cifar10") == 0)
        return find_cifar (folder) == NN_OK ? CMD_CIFAR10 : CMD_NO_DATA;
    if (strcmp (name, "animals10") == 0 && find_animals (folder) != NN_OK)
        return CMD_NO_DATA;
    if (stat (folder, &about) != 0)
        return no_data (name);
    if (snprintf (inside, PATH_MAX, "%s/raw-img", folder) < PATH_MAX &&
        is_folder (inside)) // Animals-10 as its archive has it
        memcpy (folder, inside, PATH_MAX);
    if (snprintf (inside, PATH_MAX, "%s/%s", name, CMD_CIFAR10_FOLDER) <
            PATH_MAX &&
        is_folder (inside)) {
        memcpy (folder, inside, PATH_MAX);
        return CMD_CIFAR10;
    }
    return nn_has_folders (folder) ? CMD_PHOTOS : CMD_CIFAR10;
}

/*  The photographs below a folder. If it has the folders train and test, the
 *  classes lie in these; else a share of each class is the test. Both parts are
 *  known before one picture is read, so a broken file changes neither. */
static nn_data *photos (const char *folder, int side, double share, bool test)
{
    char parts[2][PATH_MAX];
    bool divided = true;
    for (int k = 0; k < 2; k++)
        divided = snprintf (parts[k], PATH_MAX, "%s/%s", folder,
                            k ? "test" : "train") < PATH_MAX &&
                  is_folder (parts[k]) && divided;
    nn_data *first = NULL, *second = NULL, *kept = NULL;
    nn_data *all = nn_image_folder (divided ? parts[test] : folder, side,
                                    test && !divided ? NULL : stderr);
    if (all && divided)
        kept = nn_keep (all, stderr);
    else if (all && nn_split (all, share, TEST_SEED, &first, &second) == NN_OK)
        kept = nn_keep (test ? second : first, stderr);
    nn_data_free (&first);
    nn_data_free (&second);
    nn_data_free (&all);
    return kept;
}

/*  The training or the test images of a recipe's data set; NULL with a sentence. */
nn_data *cmd_data (const nn_recipe *recipe, bool test)
{
    const char *name = recipe->data;
    char folder[PATH_MAX];
    const cmd_source kind = cmd_data_kind (name, folder);
    if (kind == CMD_SHAPES10)
        return shapes (name[8] ? name + 9 : NULL, test);
    if (kind == CMD_NO_DATA)
        return NULL;
    return kind == CMD_CIFAR10 ? nn_cifar10 (folder, test)
                               : photos (folder, recipe->size, recipe->test, test);
}

/*  A recipe that is kept must mean the same folder from everywhere. */
int cmd_data_settle (nn_recipe *recipe)
{
    char path[PATH_MAX];
    struct stat about;
    if (strcmp (recipe->data, "cifar10") == 0 ||
        strcmp (recipe->data, "animals10") == 0 ||
        strncmp (recipe->data, "shapes10", 8) == 0 ||
        stat (recipe->data, &about) != 0 || !realpath (recipe->data, path))
        return NN_OK;
    return nn_recipe_set (recipe, "data", path);
}
