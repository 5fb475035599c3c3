/*  folder.c - the folder that a run leaves behind
 *
 *  recipe               all that the run depended on; can be trained again
 *  history.tsv          a line an epoch, written anew after each
 *  weights.safetensors  the trained net
 *  result.json          what it reached
 *  curve.svg            loss and accuracy over the epochs
 *  checkpoint           the state after the last epoch; .previous: before it
 *
 *  While a run writes into its folder it holds a lock on it: two cannot mix.
 */
#include "cmd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const files[] = {
    "recipe",          "history.tsv",         "weights.safetensors",
    "result.json",     "curve.svg",           "checkpoint",
    "checkpoint.next", "checkpoint.previous", "checkpoint.damaged"
};

const char *cmd_folder_file (const cmd_folder *self, const char *name,
                             char path[4096])
{
    snprintf (path, 4096, "%s/%s", self->path, name);
    return path;
}

/*  Makes the folder and those above it. */
static int make (const char *path)
{
    char part[sizeof ((cmd_folder *) 0)->path];
    snprintf (part, sizeof part, "%s", path);
    for (char *slash = part + 1; (slash = strchr (slash, '/')); *slash++ = '/') {
        *slash = 0;
        mkdir (part, 0777); // if it fails, so will the last one
    }
    if (mkdir (part, 0777) == 0 || errno == EEXIST)
        return NN_OK;
    return nn_fail (NN_EFILE, "the run folder %s cannot be made: %s", path,
                    strerror (errno));
}

static bool is_empty (DIR *folder)
{
    for (const struct dirent *entry; (entry = readdir (folder));)
        if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
            return false;
    return true;
}

/*  Is this what was left of a run's file when the run was killed while it wrote? */
static bool is_part (const char *name)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const size_t letters = strlen (files[i]);
        if (strncmp (name, files[i], letters) == 0 &&
            strncmp (name + letters, ".part-", 6) == 0)
            return true;
    }
    return false;
}

static bool is_ours (const char *name)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (strcmp (name, files[i]) == 0)
            return true;
    return is_part (name);
}

/*  Removes the files of the last run, or only what it had begun to write. */
static int sweep (const cmd_folder *self, DIR *folder, bool (*goes) (const char *))
{
    char path[4096];
    rewinddir (folder);
    for (const struct dirent *entry; (entry = readdir (folder));)
        if (goes (entry->d_name) &&
            unlink (cmd_folder_file (self, entry->d_name, path)) != 0)
            return nn_fail (NN_EFILE, "%s cannot be replaced: %s", path,
                            strerror (errno));
    return NN_OK;
}

/*  Is there nothing in the folder but what nn kfold leaves there, if anything? */
static bool holds_folds (DIR *folder)
{
    static const char *const names[] = { ".", "..", "recipe", "folds.", "fold-" };
    bool foreign = false;
    rewinddir (folder);
    for (const struct dirent *entry; (entry = readdir (folder));) {
        bool known = false;
        for (int i = 0; i < 5; i++)
            known |=
                i < 2 ? strcmp (entry->d_name, names[i]) == 0
                      : strncmp (entry->d_name, names[i], strlen (names[i])) == 0;
        foreign |= !known;
    }
    return !foreign;
}

/*  Does the folder hold a run that can go on, or one that was killed before it had
 *  anything to keep? */
static bool goes_on (DIR *folder)
{
    bool state = false, weights = false, foreign = false;
    rewinddir (folder);
    for (const struct dirent *entry; (entry = readdir (folder));) {
        const char *name = entry->d_name;
        state |= strcmp (name, "checkpoint") == 0 ||
                 strcmp (name, "checkpoint.previous") == 0;
        weights |= strcmp (name, "weights.safetensors") == 0;
        foreign |=
            strcmp (name, ".") != 0 && strcmp (name, "..") != 0 && !is_ours (name);
    }
    return state || (!weights && !foreign);
}

/*  Makes and locks a run's folder. One that holds anything is refused, unless the
 *  run in it is to go on, or by force: then the files of the last run go. */
int cmd_folder_begin (cmd_folder *self, const char *path, cmd_start how)
{
    self->lock = -1;
    if (snprintf (self->path, sizeof self->path, "%s", path) >=
        (int) sizeof self->path)
        return nn_fail (NN_EVALUE, "the run folder's name is too long");
    int status = make (path);
    if (status != NN_OK)
        return status;
    DIR *folder = opendir (path);
    self->lock = folder ? open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (self->lock < 0)
        status = nn_fail (NN_EFILE, "the run folder %s cannot be used: %s", path,
                          strerror (errno));
    else if (flock (self->lock, LOCK_EX | LOCK_NB) != 0)
        status = nn_fail (NN_EFILE,
                          "the run folder %s is in use by another run; wait, or "
                          "give another --run",
                          path);
    else if (how == CMD_FOLDS)
        status = holds_folds (folder)
                     ? NN_OK
                     : nn_fail (NN_EVALUE,
                                "the folder %s holds something else than folds; "
                                "give another --run",
                                path);
    else if (how == CMD_REPLACE)
        status = sweep (self, folder, is_ours);
    else if (how == CMD_GO_ON && goes_on (folder))
        status = sweep (self, folder, is_part);
    else if (how == CMD_GO_ON)
        status = nn_fail (NN_EVALUE,
                          "the run folder %s holds no run that can go on; give "
                          "another --run, or --force to begin anew",
                          path);
    else if (!is_empty (folder) && how == CMD_FRESH)
        status = nn_fail (NN_EVALUE,
                          "the run folder %s is not empty; give another --run, "
                          "--resume to go on, or --force to replace what the last "
                          "run left",
                          path);
    if (folder)
        closedir (folder);
    if (status != NN_OK)
        cmd_folder_end (self);
    return status;
}

void cmd_folder_end (cmd_folder *self)
{
    if (self->lock >= 0)
        close (self->lock);
    self->lock = -1;
}

/*  The history so far, whole, after each epoch. */
static int write_history (void *with, nn_training *t)
{
    const cmd_folder *self = with;
    char path[4096], *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream (&text, &size);
    if (!out)
        return nn_fail (NN_EMEMORY, "no memory to write the history");
    fprintf (out, "epoch\tloss\taccuracy\tval_loss\tval_accuracy\trate\tseconds\t"
                  "images_per_second\n");
    for (int i = 0; i < t->history->epochs; i++) {
        const nn_epoch *e = &t->history->epoch[i];
        fprintf (out, "%d\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g\t%.6g\t%.6g\n", i + 1,
                 e->loss, e->accuracy, e->val_loss, e->val_accuracy, e->rate,
                 e->seconds, e->images_per_second);
    }
    fclose (out);
    const int status =
        text ? nn_file_write (cmd_folder_file (self, "history.tsv", path), text,
                              size)
             : nn_fail (NN_EMEMORY, "no memory to write the history");
    free (text);
    return status;
}

nn_callback cmd_history (cmd_folder *folder)
{
    return (
        nn_callback){ .name = "history", .epoch = write_history, .self = folder };
}
