/*  data.c - data sets by name: cifar10, shapes10, shapes10:COUNT, or a folder */
#include "cmd.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHAPES = 10000, SHAPES_SEED = 1, SHAPES_TEST_SEED = 2 };

static const char cifar_folder[] =
    "cifar-10-batches-bin"; // as the archive calls it

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

/*  Where CIFAR-10 lies if only its name is given: in $NN_DATA, or in the tree's
 *  data/. */
static int find_cifar (char path[PATH_MAX])
{
    const char *folder = getenv ("NN_DATA");
    char beside[sizeof cifar_folder + 8];
    snprintf (beside, sizeof beside, "data/%s", cifar_folder);
    if (folder && *folder) {
        snprintf (path, PATH_MAX, "%s/%s", folder, cifar_folder);
        return NN_OK;
    }
    if (nn_file_beside (path, PATH_MAX, beside) == NN_OK)
        return NN_OK;
    return nn_fail (
        NN_EFILE,
        "data cifar10: there is no folder data/%s; unpack "
        "cifar-10-binary.tar.gz (www.cs.toronto.edu/~kriz/cifar.html) into data/, "
        "or say where it is: --data FOLDER",
        cifar_folder);
}

/*  The training or the test images of a data set; NULL with a sentence. */
nn_data *cmd_data (const char *name, bool test)
{
    static const char *const known[] = { "cifar10", "shapes10" };
    char path[PATH_MAX], inside[PATH_MAX];
    struct stat about;
    if (strcmp (name, "shapes10") == 0 || strncmp (name, "shapes10:", 9) == 0)
        return shapes (name[8] ? name + 9 : NULL, test);
    if (strcmp (name, "cifar10") == 0) {
        if (find_cifar (path) != NN_OK)
            return NULL;
        return nn_cifar10 (path, test);
    }
    if (stat (name, &about) != 0) {
        const char *near = nn_nearest (name, known, 2);
        if (near)
            nn_fail (NN_EVALUE,
                     "data '%.80s': neither a folder nor a data set that has a "
                     "name; did you mean %s?",
                     name, near);
        else
            nn_fail (NN_EFILE,
                     "data '%.80s': %s; give a folder, cifar10, shapes10 or "
                     "shapes10:COUNT",
                     name, strerror (errno));
        return NULL;
    }
    if (snprintf (inside, sizeof inside, "%s/%s", name, cifar_folder) < PATH_MAX &&
        stat (inside, &about) == 0)
        return nn_cifar10 (inside, test);
    return nn_cifar10 (name, test);
}

/*  A recipe that is kept must mean the same folder from everywhere. */
int cmd_data_settle (nn_recipe *recipe)
{
    char path[PATH_MAX];
    struct stat about;
    if (strcmp (recipe->data, "cifar10") == 0 ||
        strncmp (recipe->data, "shapes10", 8) == 0 ||
        stat (recipe->data, &about) != 0 || !realpath (recipe->data, path))
        return NN_OK;
    return nn_recipe_set (recipe, "data", path);
}
