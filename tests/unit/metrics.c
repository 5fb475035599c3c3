/*  metrics.c - the figures of chapter 10 are scikit-learn's
 *
 *  tests/data/sklearn/record.py has written down what scikit-learn computes, with all
 *  digits: cases with ties, with classes that have no image or are never named, with one
 *  class only. Our results may differ by 1e-12.
 */
#include "nn.h"
#include "test.h"

static const double CLOSE = 1e-12;
static const char recorded[] = "tests/data/sklearn/recorded.txt";

static struct {
    char name[32];
    nn_predictions p;
    nn_confusion confusion;
} now;

static int results; // lines that were compared
static double worst;

/*  The numbers of a line, behind its first word. */
static double *numbers_of (const char *line, int *count)
{
    double *x = calloc (strlen (line) + 1, sizeof *x);
    char *end;
    *count = 0;
    for (const char *at = line; x; at = end) {
        x[*count] = strtod (at, &end);
        if (end == at)
            break;
        ++*count;
    }
    return x;
}

/*  Is this the name, with a number behind it? */
static bool numbered (const char *name, const char *start, int *number)
{
    const size_t length = strlen (start);
    *number = 0;
    if (strncmp (name, start, length) != 0 || !name[length])
        return false;
    char *end;
    *number = (int) strtol (name + length, &end, 10);
    return *end == 0;
}

/*  Compares what we have computed with a line; says it only when they differ. */
static void same (const char *name, const double *ours, int count,
                  const double *theirs, int wanted)
{
    double most = 0;
    for (int i = 0; i < count && i < wanted; i++) {
        const bool both = isnan (ours[i]) && isnan (theirs[i]);
        const double d = both ? 0 : fabs (ours[i] - theirs[i]);
        most = !(d <= most) ? d : most;
    }
    results++;
    worst = most > worst ? most : worst;
    if (count != wanted || !(most <= CLOSE)) {
        char label[80];
        snprintf (label, sizeof label, "%s: %s", now.name, name);
        check (false, label, "%d numbers for %d, and they differ by %g", count,
               wanted, most);
    }
}

static int prf (const nn_prf *of, int count, double *x)
{
    for (int k = 0; k < count; k++) {
        x[k] = of[k].precision;
        x[count + k] = of[k].recall;
        x[2 * count + k] = of[k].f1;
    }
    return 3 * count;
}

static int counts (const char *name, double *x)
{
    const int classes = now.p.classes;
    nn_prf of[16];
    int k;
    if (strcmp (name, "accuracy") == 0)
        x[0] = nn_micro (&now.confusion).f1;
    else if (numbered (name, "top", &k))
        x[0] = nn_top_k (&now.p, k);
    else if (strcmp (name, "confusion") == 0) {
        for (int i = 0; i < classes * classes; i++)
            x[i] = now.confusion.count[i];
        return classes * classes;
    } else if (strcmp (name, "classes") == 0) {
        for (int i = 0; i < classes; i++)
            of[i] = nn_class_prf (&now.confusion, i);
        return prf (of, classes, x);
    } else if (strcmp (name, "macro") == 0 || strcmp (name, "micro") == 0 ||
               strcmp (name, "weighted") == 0) {
        of[0] = name[1] == 'a'   ? nn_macro (&now.confusion)
                : name[1] == 'i' ? nn_micro (&now.confusion)
                                 : nn_weighted (&now.confusion);
        return prf (of, 1, x);
    } else
        return 0;
    return 1;
}

static int curves (const char *name, double *x)
{
    int k = 0;
    nn_roc_curve curve;
    if (strcmp (name, "auc") == 0) {
        for (; k < now.p.classes; k++) {
            x[k] = nn_roc (&curve, &now.p, k) == NN_OK ? curve.auc : NAN;
            nn_roc_free (&curve);
        }
        return k;
    }
    if (strncmp (name, "auc_", 4) == 0) {
        if (nn_roc_auc (&now.p, name[4] == 'w', x) != NN_OK)
            x[0] = NAN;
        return 1;
    }
    const bool threshold = numbered (name, "threshold", &k);
    if (!threshold && !numbered (name, "fpr", &k) && !numbered (name, "tpr", &k))
        return 0;
    if (nn_roc (&curve, &now.p, k) != NN_OK)
        return 0;
    const int count = curve.count - threshold;
    memcpy (x,
            threshold        ? curve.threshold + 1
            : name[0] == 'f' ? curve.fpr
                             : curve.tpr,
            count * sizeof *x);
    nn_roc_free (&curve);
    return count;
}

static int calibration (const char *name, double *x)
{
    static const char *const whats[] = { "images_of_", "accuracy_of_",
                                         "confidence_of_", "ece_of_" };
    int bins, count = 0, what = 0;
    nn_calibration c;
    while (what < 4 && !numbered (name, whats[what], &bins))
        what++;
    if (what == 4 || nn_calibration_of (&c, &now.p, bins) != NN_OK)
        return 0;
    if (what == 3) {
        x[0] = c.expected;
        return 1;
    }
    for (int b = 0; b < bins; b++) {
        if (what == 0)
            x[count++] = c.bin[b].images;
        else if (c.bin[b].images)
            x[count++] = what == 1 ? c.bin[b].accuracy : c.bin[b].confidence;
    }
    return count;
}

/* --- The images of a case as a data set, for what is asked of one ----------------------- */
static int label_of (const nn_data *self, int i)
{
    const nn_predictions *p = self->source;
    return p->label[i];
}

static nn_data as_data (void)
{
    return (nn_data){ .name = "case",
                      .count = now.p.n,
                      .classes = now.p.classes,
                      .label = label_of,
                      .source = &now.p };
}

static int balanced (const char *name, double *x)
{
    float weight[16];
    const nn_data data = as_data ();
    if (strcmp (name, "balanced") != 0)
        return 0;
    if (nn_balanced_weights (&data, weight) != NN_OK) {
        x[0] = NAN;
        return 1;
    }
    for (int k = 0; k < data.classes; k++)
        x[k] = weight[k];
    return data.classes;
}

/* --- The file -------------------------------------------------------------------------- */
static void begin_case (const char *line)
{
    char *end;
    nn_confusion_free (&now.confusion);
    nn_predictions_free (&now.p);
    snprintf (now.name, sizeof now.name, "%.*s", (int) strcspn (line, " "), line);
    now.p.n = (int) strtol (line + strlen (now.name), &end, 10);
    now.p.classes = (int) strtol (end, &end, 10);
    check (*end == '\n', now.name, "%s", line);
    now.p.label = calloc (now.p.n + 1, sizeof *now.p.label);
    now.p.p = calloc ((size_t) now.p.n * now.p.classes + 1, sizeof *now.p.p);
}

static void scores (const double *points)
{
    for (int i = 0; i < now.p.n; i++) {
        double sum = 0;
        for (int k = 0; k < now.p.classes; k++)
            sum += points[i * now.p.classes + k];
        for (int k = 0; k < now.p.classes; k++)
            now.p.p[i * now.p.classes + k] =
                (float) points[i * now.p.classes + k] / (float) sum;
    }
    check (nn_confusion_of (&now.confusion, &now.p) == NN_OK, now.name, "%s",
           nn_error ());
}

static void line_of (const char *line)
{
    char name[32];
    int wanted, count = 0;
    if (line[0] == '#')
        return;
    snprintf (name, sizeof name, "%.*s", (int) strcspn (line, " "), line);
    line += strlen (name);
    if (strcmp (name, "case") == 0) {
        begin_case (line + 1);
        return;
    }
    double *theirs = numbers_of (line, &wanted);
    double *ours = calloc (now.p.n + 400, sizeof *ours);
    if (strcmp (name, "label") == 0)
        for (int i = 0; i < now.p.n && i < wanted; i++)
            now.p.label[i] = (int) theirs[i];
    else if (strcmp (name, "points") == 0)
        scores (theirs);
    else {
        if (!(count = counts (name, ours)) && !(count = curves (name, ours)) &&
            !(count = calibration (name, ours)))
            count = balanced (name, ours);
        // -- weights are floats
        for (int k = 0; strcmp (name, "balanced") == 0 && k < wanted; k++)
            theirs[k] = (float) theirs[k];
        same (name, ours, count, theirs, wanted);
    }
    free (ours);
    free (theirs);
}

int main (void)
{
    FILE *file = fopen (recorded, "r");
    char *line = NULL;
    size_t room = 0;
    check (file != NULL, "what scikit-learn computed is there", "%s", recorded);
    if (!file)
        return nn_test_done ();
    while (getline (&line, &room, file) > 0)
        line_of (line);
    free (line);
    fclose (file);
    nn_confusion_free (&now.confusion);
    nn_predictions_free (&now.p);
    check (results > 200, "all results were compared", "%d", results);
    check (worst <= CLOSE, "and differ by 1e-12 at most", "%g", worst);
    printf ("%d results, worst difference %.2g\n", results, worst);
    return nn_test_done ();
}
