/*  kfold.c - folds: dealt fairly, each image examined once, and refused where they cannot be dealt */
#include "nn.h"
#include "test.h"

static int label (const nn_data *self, int i)
{
    return ((const int *) self->source)[i];
}

static int read_number (const nn_data *self, int i, nn_image *image)
{
    (void) self;
    const int status = nn_image_fit (image, 1, 1, 1);
    if (status == NN_OK)
        image->x[0] = i;
    return status;
}

static const char *const animals[] = { "cat", "dog", "frog", "ant", "bee" };

/*  So many bare labels of each class, shuffled; image i is one value, i. */
static nn_data *labels (int classes, const int *counts)
{
    int total = 0, i = 0;
    for (int k = 0; k < classes; k++)
        total += counts[k];
    nn_data *self =
        nn_data_new (&(nn_data){ "labels", total, classes, 1, 1, 1, animals, label,
                                 read_number, NULL, NULL },
                     (total + 1) * sizeof (int));
    int *all = self->source;
    for (int k = 0; k < classes; k++)
        for (int j = 0; j < counts[k]; j++)
            all[i++] = k;
    nn_random random = nn_random_from (1, NN_FOR_TEST, 0, 0);
    nn_shuffle (all, total, &random);
    return self;
}

/*  The smallest and the largest share that a fold has of a class; of all if kind < 0. */
static void extremes (const nn_folds *f, const nn_data *data, int kind, int *least,
                      int *most)
{
    *least = data->count;
    *most = 0;
    for (int k = 0; k < f->folds; k++) {
        int count = 0;
        for (int i = 0; i < data->count; i++)
            count += f->of[i] == k && (kind < 0 || data->label (data, i) == kind);
        *least = count < *least ? count : *least;
        *most = count > *most ? count : *most;
    }
}

static void dealing (void)
{
    const int counts[5] = { 1003, 501, 7, 37, 5 };
    nn_data *data = labels (5, counts);
    nn_folds f, again, other;
    for (int folds = 2; folds <= 5; folds++) {
        if (!check (nn_kfold (&f, data, folds, true, 7) == NN_OK,
                    "stratified folds", "%s", nn_error ()))
            return;
        bool fair = true;
        for (int kind = -1; kind < 5; kind++) {
            int least, most;
            extremes (&f, data, kind, &least, &most);
            fair = fair && most - least <= 1;
        }
        check (fair, "folds and the classes in them differ by one image at most",
               "%d folds: not so", folds);
        nn_folds_free (&f);
    }
    int same = 0, differs = 0, in_first = 0;
    nn_kfold (&f, data, 5, true, 7);
    nn_kfold (&again, data, 5, true, 7);
    nn_kfold (&other, data, 5, true, 8);
    for (int i = 0; i < data->count; i++) {
        same += f.of[i] == again.of[i];
        differs += f.of[i] != other.of[i];
        in_first += i < data->count / 2 && f.of[i] == 0;
    }
    check (same == data->count && differs > data->count / 2,
           "the same seed deals the same, another does not", "%d, %d", same,
           differs);
    check (in_first > 100 && in_first < 210, "a fold has images from everywhere",
           "%d of its 311 are of the first half", in_first);
    nn_folds_free (&f);
    nn_folds_free (&again);
    nn_folds_free (&other);
    nn_data_free (&data);
}

static void views (void)
{
    const int counts[3] = { 20, 11, 9 };
    nn_data *data = labels (3, counts), *learnt, *held;
    for (int stratified = 0; stratified < 2; stratified++) {
        nn_folds f;
        char examined[40] = { 0 };
        bool apart = true;
        check (nn_kfold (&f, data, 4, stratified, 3) == NN_OK, "four folds", "%s",
               nn_error ());
        for (int k = 0; k < 4; k++) {
            char here[40] = { 0 };
            nn_image image = { 0 };
            apart = apart &&
                    nn_fold_views (&f, data, k, &learnt, &held) == NN_OK &&
                    learnt->count + held->count == 40 && held->count == 10;
            for (int i = 0; apart && i < 40; i++) {
                const nn_data *from = i < held->count ? held : learnt;
                const int at = i < held->count ? i : i - held->count;
                from->read (from, at, &image);
                const int number = (int) image.x[0];
                examined[number] += from == held;
                apart = apart && !here[number]++ &&
                        from->label (from, at) == data->label (data, number);
            }
            nn_image_free (&image);
            nn_data_free (&learnt);
            nn_data_free (&held);
        }
        check (apart, "a fold and the rest are all images, each once", "not so");
        check (!memchr (examined, 0, 40) && !memchr (examined, 2, 40),
               "every image is examined once", "not so");
        nn_folds_free (&f);
    }
    nn_data_free (&data);
}

static void refused (const nn_data *data, int folds, bool stratified,
                     const char *words)
{
    nn_folds f;
    check (nn_kfold (&f, data, folds, stratified, 1) == NN_EVALUE && !f.of &&
               strstr (nn_error (), words) && !strchr (nn_error (), '\n'),
           words, "%s", nn_error ());
    nn_folds_free (&f);
}

static void edges (void)
{
    const int counts[3] = { 6, 3, 0 }, tiny[3] = { 6, 3, 2 }, none[3] = { 0 };
    nn_data *absent = labels (3, counts), *few = labels (3, tiny),
            *empty = labels (3, none);
    refused (few, 1, true, "1 folds; it takes at least 2");
    refused (few, 0, false, "0 folds; it takes at least 2");
    refused (few, -5, true, "-5 folds; it takes at least 2");
    refused (few, 12, true, "12 folds of 11 images");
    refused (few, 2000000000, true, "2000000000 folds of 11 images");
    refused (empty, 2, true, "2 folds of 0 images");
    refused (few, 3, true, "class 'frog' has 2 images, too few for 3 folds");
    refused (absent, 2, true, "class 'frog' has 0 images, too few for 2 folds");
    refused (absent, 2, false, "has no image of class 'frog'");
    refused (few, 3, false, "of 3 has no image of class 'frog'");
    few->names = NULL;
    refused (few, 3, true, "class '2' has 2 images");
    ((int *) few->source)[4] = 3;
    nn_folds f;
    check (nn_kfold (&f, few, 2, true, 1) == NN_EFORMAT &&
               strstr (nn_error (), "image 4 has label 3"),
           "a label out of range is named", "%s", nn_error ());
    nn_data_free (&absent);
    nn_data_free (&few);
    nn_data_free (&empty);
}

int main (void)
{
    dealing ();
    views ();
    edges ();
    return nn_test_done ();
}
