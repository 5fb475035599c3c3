/*  folder.c - your own photographs: a folder with a folder in it for each class
 *
 *  Nobody who collects pictures writes an index of them. They make folders: cats
 *  in one, dogs in the other. So the name of a folder is the name of a class, and
 *  whatever lies in it belongs to it.
 *
 *  Nothing is unpacked here. This is the list alone: which files there are, in
 *  the order of their names, whichever order the disk has them in, or a split of
 *  them would be another one on another machine.
 */
#include "nn.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    char *name;     // of the whole
    char **classes; // their names, of data->classes
    char **path;    // of each picture
    int *label;
    int count;
} source;

/*  The folders of Animals-10 (Corrado Alessio 2019), and what they are called in
 *  English. */
static const char *const animals[][2] = {
    { "cane", "dog" },          { "cavallo", "horse" },
    { "elefante", "elephant" }, { "farfalla", "butterfly" },
    { "gallina", "chicken" },   { "gatto", "cat" },
    { "mucca", "cow" },         { "pecora", "sheep" },
    { "ragno", "spider" },      { "scoiattolo", "squirrel" },
};
enum { ANIMALS = sizeof animals / sizeof *animals };

static int visible (const struct dirent *entry)
{
    return entry->d_name[0] != '.' && entry->d_name[0] != '_';
}

/*  Bytes have the same order everywhere; letters have not. */
static int by_bytes (const struct dirent **a, const struct dirent **b)
{
    return strcmp ((*a)->d_name, (*b)->d_name);
}

/*  The paths of all that is of one kind, S_IFDIR or S_IFREG, in a folder,
 *  followed by the number of what is not. Links are followed, folders in folders
 *  are not: so links in circles lead nowhere. A negative status, or how many
 *  paths there are; free each and all. */
static int list (const char *folder, mode_t kind, char ***paths, int *others)
{
    struct dirent **entry;
    *paths = NULL;
    const int entries = scandir (folder, &entry, visible, by_bytes);
    if (entries < 0)
        return nn_fail (NN_EFILE, "%s: %s", folder, strerror (errno));
    int count = 0, status = NN_OK;
    *paths = calloc (entries + 1, sizeof **paths);
    for (int i = 0; i < entries; i++) {
        char *path = NULL;
        struct stat about;
        if (!*paths || asprintf (&path, "%s/%s", folder, entry[i]->d_name) < 0)
            status = nn_fail (NN_EMEMORY, "no memory for the list of %s", folder);
        else if (stat (path, &about) == 0 && (about.st_mode & S_IFMT) == kind)
            (*paths)[count++] = path;
        else {
            ++*others;
            free (path);
        }
        free (entry[i]);
    }
    free (entry);
    return status < 0 ? status : count;
}

/*  Does the folder hold other folders, as one with pictures does? */
bool nn_has_folders (const char *path)
{
    char **folders;
    int others = 0;
    const int count = list (path, S_IFDIR, &folders, &others);
    for (int k = 0; folders && k < count; k++)
        free (folders[k]);
    free (folders);
    return count > 0;
}

static const char *last_part (const char *path)
{
    nn_require (path, "a folder without a name");
    const char *slash = strrchr (path, '/');
    return slash ? slash + 1 : path;
}

/*  A name that can be printed anywhere: what is no UTF-8 becomes a question
 *  mark. */
static char *readable (const char *name)
{
    char *text = strdup (name);
    for (unsigned char *t = (unsigned char *) text; t && *t;) {
        const int length = nn_letter_bytes ((const char *) t);
        if (length == 0 || *t < ' ' || *t == 127)
            *t = '?';
        t += length ? length : 1;
    }
    return text;
}

/*  What a class is called in English, if all of them are of Animals-10. */
static const char *english (char *const *folders, int classes, int which)
{
    const char *found = NULL;
    for (int k = 0; k < classes; k++) {
        int a = 0;
        while (a < ANIMALS && strcmp (animals[a][0], last_part (folders[k])) != 0)
            a++;
        if (a == ANIMALS)
            return NULL;
        if (k == which)
            found = animals[a][1];
    }
    return found;
}

static int label (const nn_data *self, int i)
{
    nn_require (i >= 0 && i < self->count, "there is no image %d in %s: it has %d",
                i, self->name, self->count);
    return ((const source *) self->source)->label[i];
}

/*  Unpacks a photograph, upright, and brings it to h x w dots; 0 x 0: as large as
 *  it is. */
int nn_photo_load (nn_image *image, const char *path, int h, int w)
{
    const int status = nn_image_load_about (image, path, h, w);
    return status == NN_OK && h > 0 && w > 0
               ? nn_resize_image (image, h, w, NN_BILINEAR)
               : status;
}

static int read_photo (const nn_data *self, int i, nn_image *image)
{
    const source *s = self->source;
    (void) label (self, i); // is there such an image?
    return nn_photo_load (image, s->path[i], self->h, self->w);
}

static void close_list (nn_data *self)
{
    source *s = self->source;
    for (int k = 0; s->classes && k < self->classes; k++)
        free (s->classes[k]);
    for (int i = 0; i < s->count; i++)
        free (s->path[i]);
    free (s->classes);
    free (s->path);
    free (s->label);
    free (s->name);
}

/*  Makes room for so many more pictures. */
static int make_room (source *s, int more)
{
    char **path = realloc (s->path, (s->count + more) * sizeof *path);
    if (path)
        s->path = path;
    int *labels = realloc (s->label, (s->count + more) * sizeof *labels);
    if (labels)
        s->label = labels;
    return path && labels ? NN_OK : nn_fail (NN_EMEMORY, "no memory for a list");
}

/*  Adds the files of a class to the list, which from then on owns their paths. */
static int add_class (source *s, const char *folder, int k, int *others)
{
    char **paths;
    const int count = list (folder, S_IFREG, &paths, others);
    int status = count < 0 || !paths ? NN_EFILE : NN_OK, taken = 0;
    if (count == 0)
        status = nn_fail (NN_EVALUE,
                          "%s has no pictures in it; put some there, or take the "
                          "folder away: each folder is a class",
                          folder);
    if (status == NN_OK)
        status = make_room (s, count);
    for (; status == NN_OK && taken < count; taken++) {
        s->label[s->count] = k;
        s->path[s->count++] = paths[taken];
    }
    for (int i = taken; paths && i < count; i++)
        free (paths[i]);
    free (paths);
    return status;
}

/*  All classes of the folder, each with its files. */
static int add_classes (nn_data *self, char *const *folders, int *others)
{
    source *s = self->source;
    s->classes = calloc (self->classes, sizeof *s->classes);
    int status = s->classes ? NN_OK : NN_EMEMORY;
    for (int k = 0; k < self->classes && status == NN_OK; k++) {
        const char *name = english (folders, self->classes, k);
        s->classes[k] = readable (name ? name : last_part (folders[k]));
        status = s->classes[k] ? add_class (s, folders[k], k, others) : NN_EMEMORY;
    }
    self->names = (const char *const *) s->classes;
    self->count = s->count;
    self->name = s->name;
    return status;
}

/*  The photographs below a folder as a data set: each folder in it is a class,
 *  and each file in that a picture, to be brought to side x side dots whenever it
 *  is read; 0: as large as it is. What is left out is said to `say`, or NULL.
 *  NULL, with a sentence, where there are not two classes, or one has no file. */
nn_data *nn_image_folder (const char *path, int side, FILE *say)
{
    char **folders;
    int beside = 0, within = 0;
    const int classes = list (path, S_IFDIR, &folders, &beside);
    nn_data *self = NULL;
    if (folders && classes >= 0 && classes < 2)
        nn_fail (NN_EVALUE,
                 "%s has %d folders in it; pictures of a class lie in a folder "
                 "of their own, and it takes two classes or more",
                 path, classes);
    else if (classes > NN_MOST_CLASSES)
        nn_fail (NN_EVALUE, "%s has %d folders, and %d classes are the most", path,
                 classes, NN_MOST_CLASSES);
    else if (folders && classes > 0)
        self = nn_data_new (&(nn_data){ .name = path,
                                        .classes = classes,
                                        .h = side,
                                        .w = side,
                                        .c = 3,
                                        .label = label,
                                        .read = read_photo,
                                        .close = close_list },
                            sizeof (source));
    if (self && folders) {
        ((source *) self->source)->name = readable (path);
        if (add_classes (self, folders, &within) != NN_OK)
            nn_data_free (&self);
    }
    for (int k = 0; folders && k < classes; k++)
        free (folders[k]);
    free (folders);
    if (self && say && beside + within > 0)
        fprintf (say,
                 "%s: left out is what is no folder beside those of the classes "
                 "(%d) and what is no file in them (%d)\n",
                 self->name, beside, within);
    return self;
}

/*  A line a class: how many pictures it has, and a bar; below, how uneven they
 *  are. */
int nn_class_table (const nn_data *data, FILE *out)
{
    enum { LONGEST_BAR = 40 };
    int counts[NN_MOST_CLASSES], most = 0, least = 0;
    char name[32];
    nn_require (data->classes >= 1 && data->classes <= NN_MOST_CLASSES,
                "a table of %d classes", data->classes);
    const int status = nn_class_counts (data, counts);
    if (status != NN_OK)
        return status;
    for (int k = 0; k < data->classes; k++) {
        most = counts[k] > counts[most] ? k : most;
        least = counts[k] < counts[least] ? k : least;
    }
    for (int k = 0; k < data->classes; k++) {
        fprintf (out, "%-16s %7d  ", nn_class_name (name, data->names, k),
                 counts[k]);
        for (int i = 0;
             i < counts[k] * LONGEST_BAR / (counts[most] + !counts[most]); i++)
            fputc ('#', out);
        fputc ('\n', out);
    }
    char other[32];
    fprintf (out, "%-16s %7d\n", "together", data->count);
    if (counts[most] > counts[least])
        fprintf (out, "'%s' has %.1f times as many pictures as '%s'\n",
                 nn_class_name (name, data->names, most),
                 (double) counts[most] / (counts[least] + !counts[least]),
                 nn_class_name (other, data->names, least));
    return NN_OK;
}
