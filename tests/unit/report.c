/*  report.c - the report as text and as HTML, and the pictures of chapter 10 */
#include "nn.h"
#include "test.h"

static char *svg; // the last picture shown

static void keep (const char *mime, const void *data, size_t size)
{
    (void) mime;
    free (svg);
    svg = strndup (data, size);
}

/*  What there is of a text. */
static const char *all (const char *text)
{
    return text ? text : "nothing";
}

static bool holds (const char *text, const char *word)
{
    return text && strstr (text, word);
}

/*  Six images of four classes, of which the last has a strange name and no image. */
static const char *const names[] = { "cat", "dog", "cow", "<b>\"&`date`" };
static int is[6] = { 0, 0, 1, 1, 2, 2 };
static float p[24] = {
    .7f, .1f, .1f, .1f, .2f, .6f, .1f, .1f, .1f, .8f, .1f, 0,
    .2f, .5f, .2f, .1f, 0,   0,   .9f, .1f, .3f, .3f, .2f, .2f
};
static const nn_predictions six = {
    .names = names, .n = 6, .classes = 4, .label = is, .p = p
};

/*  What `write` writes, as a string. */
static char *text_of (void (*write) (const nn_report *, FILE *),
                      const nn_report *report)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream (&text, &size);
    if (out) {
        write (report, out);
        fclose (out);
    }
    return text;
}

static void texts (void)
{
    nn_report report;
    check (nn_report_of (&report, &six) == NN_OK, "a report", "%s", nn_error ());
    char *text = text_of (nn_report_text, &report);
    check (holds (text, "cat                 0.5000    0.5000    0.5000    "),
           "a line a class", "%s", all (text));
    check (
        holds (
            text,
            "dog                 0.6667    1.0000    0.8000    0.8750        2\n"),
        "with all its figures", "%s", all (text));
    check (holds (text, "accuracy (micro)    0.6667"), "the means", "%s",
           all (text));
    check (holds (text, "        -        0\n") &&
               holds (text, "has no image here: it counts as 0 in the mean"),
           "a class without images: no area, and a sentence", "%s", all (text));
    check (isnan (report.macro_auc) && isnan (report.auc[3]) &&
               !holds (text, "nan"),
           "and no number that is none", "%s", all (text));
    free (text);
    text = text_of (nn_report_html, &report);
    check (holds (text, "&lt;b>&quot;&amp;`date`") && !holds (text, "<b>\""),
           "a name is text in HTML, whatever is in it", "%s", all (text));
    check (holds (text, "<td>0.6667</td><td>1.0000</td><td>0.8000</td>") &&
               holds (text, "Accuracy 0.6667") &&
               holds (text, "<td><b>2</b></td>"),
           "the same figures stand in HTML", "%s", all (text));
    free (text);
    nn_report_free (&report);
    // -- scores of any size
    p[0] = 7;
    check (nn_report_of (&report, &six) == NN_OK, "scores that are none", "%s",
           nn_error ());
    text = text_of (nn_report_text, &report);
    check (holds (text, "no probabilities: there is no calibration error"),
           "have no calibration, and it is said", "%s", all (text));
    free (text);
    nn_report_free (&report);
    p[0] = NAN;
    check (nn_report_of (&report, &six) == NN_EVALUE &&
               holds (nn_error (), "image 0 has the score nan for 'cat'"),
           "a score that is no number: no report", "%s", nn_error ());
    p[0] = .7f;
}

static void pictures (void)
{
    nn_report report;
    nn_report_of (&report, &six);
    check (nn_plot_confusion (&report.confusion, NULL, NULL) == NN_OK &&
               holds (svg, ">100 %<") && holds (svg, ">50 %<") &&
               holds (svg, ">2<") && !holds (svg, ">0 %<"),
           "a confusion matrix bears counts and rates, and empty cells nothing",
           "%s", nn_error ());
    check (holds (svg, ">named<") && holds (svg, ">what it is<") &&
               holds (svg, "`date`"),
           "its sides have names", "%s", all (svg));
    check (nn_plot_classes (&report.confusion, "t", NULL) == NN_OK &&
               holds (svg, ">precision<") && holds (svg, ">recall<") &&
               holds (svg, ">mean F1<"),
           "bars of the classes", "%s", nn_error ());
    check (nn_plot_roc (&six, NULL, NULL) == NN_OK && holds (svg, ">dog 0.875<") &&
               holds (svg, ">a coin<") && !holds (svg, "date"),
           "ROC curves, none for a class without images", "%s", nn_error ());
    check (nn_plot_reliability (&report.calibration, "net", NULL) == NN_OK &&
               holds (svg, ">net: expected calibration error") &&
               holds (svg, ">share of images<"),
           "a reliability diagram with its histogram", "%s", nn_error ());
    check (nn_plot_reliability (&report.calibration, NULL, "x.gif") == NN_EVALUE,
           "no other kind of file", "%s", nn_error ());
    nn_report_free (&report);
    static int same[6] = { 1, 1, 1, 1, 1, 1 };
    nn_predictions one = six;
    one.label = same;
    check (nn_plot_roc (&one, NULL, NULL) == NN_EVALUE &&
               holds (nn_error (), "belong to one class"),
           "one class only has no ROC curves", "%s", nn_error ());
    one.names = NULL;
    check (nn_report_of (&report, &one) == NN_OK &&
               nn_plot_confusion (&report.confusion, NULL, NULL) == NN_OK &&
               nn_plot_classes (&report.confusion, NULL, NULL) == NN_OK,
           "classes without names are drawn", "%s", nn_error ());
    nn_report_free (&report);
}

/*  A hundred classes: cells too small for words, and twelve curves. */
static void many_classes (void)
{
    enum { CLASSES = 100, N = 300 };
    static int label[N];
    static float score[N * CLASSES];
    nn_random random = nn_random_from (1, NN_FOR_TEST, 0, 0);
    for (int i = 0; i < N; i++) {
        label[i] = i % CLASSES;
        for (int k = 0; k < CLASSES; k++)
            score[i * CLASSES + k] = nn_random_uniform (&random);
    }
    const nn_predictions many = {
        .n = N, .classes = CLASSES, .label = label, .p = score
    };
    nn_report report;
    check (nn_report_of (&report, &many) == NN_OK &&
               nn_plot_confusion (&report.confusion, NULL, NULL) == NN_OK &&
               !holds (svg, " %<"),
           "a hundred classes are drawn without words", "%s", nn_error ());
    check (nn_plot_roc (&many, NULL, NULL) == NN_OK && holds (svg, ">class 11 ") &&
               !holds (svg, ">class 12 "),
           "and twelve of their curves", "%s", nn_error ());
    nn_report_free (&report);
}

/*  A history of six epochs, of which the third was the best and the fifth the last. */
static void stopped (void)
{
    nn_epoch epoch[6];
    for (int i = 0; i < 6; i++)
        epoch[i] = (nn_epoch){ .loss = 3.0f - 0.4f * (float) i,
                               .val_loss = 2 + 0.2f * (float) abs (i - 2),
                               .val_accuracy = 0.25f };
    nn_history history = { .epochs = 6, .epoch = epoch };
    nn_stopping s = { .restore_best = true,
                      .watch = { .best_epoch = 2, .looked = 5 },
                      .reason = "it got no better" };
    check (nn_plot_stopped (&history, &s, "t", NULL) == NN_OK &&
               holds (svg, ">the best, restored<") && holds (svg, ">stopped<") &&
               holds (svg, ">loss<"),
           "the best epoch and the stop are marked", "%s", nn_error ());
    s.watch.metric = "val_accuracy";
    s.restore_best = false;
    s.reason[0] = 0;
    check (nn_plot_stopped (&history, &s, "t", NULL) == NN_OK &&
               holds (svg, ">the best<") && holds (svg, ">the last<") &&
               holds (svg, ">accuracy<"),
           "on the curve that was watched", "%s", nn_error ());
    s.watch.best_epoch = -1;
    check (nn_plot_stopped (&history, &s, "t", NULL) == NN_OK &&
               holds (svg, ">loss, training<"),
           "without a best epoch it is the history", "%s", nn_error ());
    history.epochs = 0;
    check (nn_plot_stopped (&history, &s, "t", NULL) == NN_EVALUE,
           "and without any a sentence", "%s", nn_error ());
}

int main (void)
{
    nn_on_show = keep;
    texts ();
    if (system ("command -v gnuplot >/dev/null") != 0)
        skip ("pictures", "gnuplot is not installed");
    else {
        pictures ();
        stopped ();
        many_classes ();
    }
    free (svg);
    return nn_test_done ();
}
