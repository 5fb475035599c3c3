/*  split.c - views of a data set and stratified splits */
#include "nn.h"
#include "test.h"

/*  A data set of bare labels: image i is one value, i. */
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

static nn_data *labels (int classes, const int *counts)
{
    int total = 0, i = 0;
    for (int k = 0; k < classes; k++)
        total += counts[k];
    nn_data *self =
        nn_data_new (&(nn_data){ "labels", total, classes, 1, 1, 1, NULL, label,
                                 read_number, NULL, NULL },
                     total * sizeof (int));
    int *all = self->source;
    for (int k = 0; k < classes; k++)
        for (int j = 0; j < counts[k]; j++)
            all[i++] = k;
    nn_random random = nn_random_from (1, NN_FOR_TEST, 0, 0);
    nn_shuffle (all, total, &random);
    return self;
}

static int number (const nn_data *view, int i)
{
    nn_image image = { 0 };
    view->read (view, i, &image);
    const int value = image.x[0];
    nn_image_free (&image);
    return value;
}

static void shares (void)
{
    const int counts[5] = { 1000, 500, 0, 37, 5 };
    nn_data *data = labels (5, counts), *first, *second;
    if (!check (nn_split (data, 0.1, 7, &first, &second) == NN_OK, "a split", "%s",
                nn_error ()))
        return;
    check (first->count + second->count == 1542 && second->count == 154,
           "the parts are as large as asked for", "%d and %d", first->count,
           second->count);
    int one[5], two[5];
    nn_class_counts (first, one);
    nn_class_counts (second, two);
    bool fair = true;
    for (int k = 0; k < 5; k++)
        fair = fair && one[k] + two[k] == counts[k] &&
               fabs (two[k] - 0.1 * counts[k]) <= 1;
    check (fair && two[0] == 100 && two[1] == 50, "of each class its share",
           "%d %d %d %d %d", two[0], two[1], two[2], two[3], two[4]);
    // -- every image is in exactly one part, and in its old order
    char seen[1542] = { 0 };
    bool ordered = true;
    for (int i = 0; i < first->count; i++) {
        seen[number (first, i)]++;
        ordered = ordered && (i == 0 || number (first, i) > number (first, i - 1));
    }
    for (int i = 0; i < second->count; i++)
        seen[number (second, i)]++;
    check (ordered && !memchr (seen, 0, 1542) && !memchr (seen, 2, 1542),
           "each image is in one part", "not so");
    nn_data *first2, *second2, *first3, *second3;
    nn_split (data, 0.1, 7, &first2, &second2);
    nn_split (data, 0.1, 8, &first3, &second3);
    int same = 0, other = 0;
    for (int i = 0; i < second->count; i++) {
        same += number (second, i) == number (second2, i);
        other += number (second, i) == number (second3, i);
    }
    check (same == second->count && other < second->count / 2,
           "the same seed splits the same, another does not", "%d, %d", same,
           other);
    nn_data *views[] = { first, second, first2, second2, first3, second3, data };
    for (int k = 0; k < 7; k++)
        nn_data_free (&views[k]);
}

static void edges (void)
{
    const int counts[3] = { 3, 0, 2 };
    nn_data *data = labels (3, counts), *first, *second;
    const double wrong[] = { -0.1, 1.1, NAN, INFINITY };
    for (int k = 0; k < 4; k++)
        check (nn_split (data, wrong[k], 1, &first, &second) == NN_EVALUE &&
                   !first && !second && strstr (nn_error (), "between 0 and 1"),
               "a share that is none is refused", "%g: %s", wrong[k], nn_error ());
    check (nn_split (data, 0, 1, &first, &second) == NN_OK && first->count == 5 &&
               second->count == 0,
           "a share of 0 leaves all", "%s", nn_error ());
    nn_data_free (&first);
    nn_data_free (&second);
    check (nn_split (data, 1, 1, &first, &second) == NN_OK && first->count == 0 &&
               second->count == 5,
           "a share of 1 takes all", "%s", nn_error ());
    // -- a view of a view
    const int pick[2] = { 4, 0 };
    nn_data *part = nn_subset (second, pick, 2);
    check (part && part->count == 2 && number (part, 0) == 4 &&
               part->label (part, 1) == data->label (data, 0),
           "a view of a view", "wrong");
    nn_data_free (&part);
    nn_data_free (&first);
    nn_data_free (&second);
    ((int *) data->source)[2] = 3;
    int seen[3];
    check (nn_class_counts (data, seen) == NN_EFORMAT &&
               strstr (nn_error (), "image 2") && strstr (nn_error (), "label 3"),
           "a label out of range is named", "%s", nn_error ());
    nn_data_free (&data);
}

int main (void)
{
    shares ();
    edges ();
    return nn_test_done ();
}
