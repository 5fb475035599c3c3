/*  eval.c - nn eval: a kept net, measured again */
#include "cmd.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

typedef struct {
    cmd_kept run;
    nn_scores scores;
    nn_predictions predictions;
    nn_report report;
} session;

/*  Loss and accuracy, and everything that follows from the predictions. */
static int measure (session *s)
{
    if (strcmp (s->run.recipe.views, "none") != 0) {
        const int seen = cmd_in_views (
            &s->scores, &s->predictions, s->run.net, s->run.test,
            s->run.transforms, s->run.transform_count, s->run.recipe.views);
        return seen == NN_OK ? nn_report_of (&s->report, &s->predictions) : seen;
    }
    int status = nn_evaluate (s->run.net, s->run.test, s->run.transforms,
                              s->run.transform_count, &s->scores);
    if (status == NN_OK)
        status = nn_predictions_of (&s->predictions, s->run.net, s->run.test,
                                    s->run.transforms, s->run.transform_count);
    return status == NN_OK ? nn_report_of (&s->report, &s->predictions) : status;
}

/*  Are the names of all files that are asked for such as can be written? It is
 *  asked before the work is done. */
static int check_files (const cmd_option *options)
{
    static const char *const pictures[] = { "plot", "classes", "roc",
                                            "reliability", "sheet" };
    for (int i = 0; i < 5; i++)
        if (cmd_value (options, pictures[i]) &&
            nn_plot_is_png (cmd_value (options, pictures[i])) < 0)
            return NN_EVALUE;
    const char *report = cmd_value (options, "report");
    return report ? cmd_report_check (report) : NN_OK;
}

/*  The files that are asked for. */
static int write_files (const session *s, const cmd_option *options)
{
    const char *plot = cmd_value (options, "plot");
    const char *classes = cmd_value (options, "classes");
    const char *roc = cmd_value (options, "roc");
    const char *reliability = cmd_value (options, "reliability");
    const char *report = cmd_value (options, "report");
    const char *sheet = cmd_value (options, "sheet");
    int status = NN_OK;
    if (plot)
        status = nn_plot_confusion (&s->report.confusion, NULL, plot);
    if (status == NN_OK && classes)
        status = nn_plot_classes (&s->report.confusion, NULL, classes);
    if (status == NN_OK && roc)
        status = nn_plot_roc (&s->predictions, NULL, roc);
    if (status == NN_OK && reliability)
        status = nn_plot_reliability (&s->report.calibration, NULL, reliability);
    if (status == NN_OK && sheet)
        status = cmd_sheet (s->run.test, &s->predictions, sheet);
    if (status == NN_OK && report)
        status =
            cmd_report_write (report, &s->report, &s->predictions,
                              s->run.recipe.name, s->run.test->name, s->run.test);
    return status;
}

/*  A figure that may not exist. */
static void add_figure (cJSON *json, const char *name, double x)
{
    if (x == x)
        cJSON_AddNumberToObject (json, name, x);
    else
        cJSON_AddNullToObject (json, name);
}

static void add_prf (cJSON *json, const nn_prf *of, double auc)
{
    cJSON_AddNumberToObject (json, "precision", of->precision);
    cJSON_AddNumberToObject (json, "recall", of->recall);
    cJSON_AddNumberToObject (json, "f1", of->f1);
    add_figure (json, "roc_auc", auc);
    cJSON_AddNumberToObject (json, "images", of->images);
}

/*  The figures of the classes and their means. */
static void add_classes (cJSON *json, const nn_report *report)
{
    const nn_confusion *c = &report->confusion;
    char name[32];
    const nn_prf macro = nn_macro (c), weighted = nn_weighted (c);
    add_prf (cJSON_AddObjectToObject (json, "macro"), &macro, report->macro_auc);
    add_prf (cJSON_AddObjectToObject (json, "weighted"), &weighted,
             report->weighted_auc);
    add_figure (json, "calibration_error",
                report->calibration.images ? report->calibration.expected : NAN);
    cJSON *classes = cJSON_AddArrayToObject (json, "classes");
    for (int k = 0; k < c->classes; k++) {
        cJSON *one = cJSON_CreateObject ();
        const nn_prf of = nn_class_prf (c, k);
        cJSON_AddStringToObject (one, "name", nn_class_name (name, c->names, k));
        add_prf (one, &of, report->auc[k]);
        cJSON_AddItemToArray (classes, one);
    }
    cJSON *rows = cJSON_AddArrayToObject (json, "confusion");
    for (int i = 0; i < c->classes; i++)
        cJSON_AddItemToArray (
            rows, cJSON_CreateIntArray (c->count + i * c->classes, c->classes));
}

static void print_json (const session *s)
{
    cJSON *json = cJSON_CreateObject ();
    cJSON_AddStringToObject (json, "recipe", s->run.recipe.name);
    cJSON_AddStringToObject (json, "data", s->run.recipe.data);
    cJSON_AddNumberToObject (json, "test_accuracy", s->scores.accuracy);
    cJSON_AddNumberToObject (json, "test_loss", s->scores.loss);
    cJSON_AddNumberToObject (json, "test_images", s->scores.images);
    cJSON_AddNumberToObject (json, "seconds", s->scores.seconds);
    cJSON_AddNumberToObject (json, "images_per_second",
                             s->scores.images / s->scores.seconds);
    add_classes (json, &s->report);
    char *line = cJSON_PrintUnformatted (json);
    printf ("%s\n", line ? line : "");
    cJSON_free (line);
    cJSON_Delete (json);
}

static int run (const cmd_verb *self, char **args)
{
    cmd_option options[] = {
        { "data", "DATA", "another data set than the run's own", NULL },
        { "json", NULL, "one line of JSON", NULL },
        { "report", "FILE", "all figures: .txt, or .html with the pictures",
          NULL },
        { "plot", "FILE", "draw who was taken for whom: .svg or .png", NULL },
        { "classes", "FILE", "draw precision, recall and F1 of each class", NULL },
        { "roc", "FILE", "draw the ROC curves of all classes", NULL },
        { "reliability", "FILE", "draw how often it was right where it was sure",
          NULL },
        { "sheet", "FILE", "draw some that it named rightly, and some wrongly",
          NULL },
        { 0 },
    };
    const char *folder;
    int status;
    if (!cmd_read (self, args, options, &folder, &status))
        return status;
    session s = { 0 };
    status = check_files (options);
    if (status == NN_OK)
        status = cmd_kept_open (&s.run, folder, cmd_value (options, "data"));
    if (status == NN_OK)
        status = measure (&s);
    if (status == NN_OK)
        status = write_files (&s, options);
    if (status != NN_OK)
        cmd_fail (self, CMD_FAILED);
    else if (cmd_value (options, "json"))
        print_json (&s);
    else {
        printf ("%s: test accuracy %.2f %%, loss %.4f, on %d images of %s\n\n",
                s.run.recipe.name, 100 * s.scores.accuracy, s.scores.loss,
                s.scores.images, s.run.test->name);
        nn_report_text (&s.report, stdout);
        printf ("\n");
        nn_confusion_print (&s.report.confusion, stdout);
        printf ("\n");
        cmd_confused (&s.report.confusion, stdout, false);
    }
    nn_report_free (&s.report);
    nn_predictions_free (&s.predictions);
    cmd_kept_close (&s.run);
    return status == NN_OK ? CMD_OK : CMD_FAILED;
}

const cmd_verb cmd_eval = {
    .name = "eval",
    .operands = "RUN",
    .about = "measure a kept network",
    .manual =
        "RUN is a folder that nn train has made. Its net is read back and "
        "measured on\n"
        "the test images of the run's own data, or of others; the figures "
        "on its own\n"
        "are the same as at the end of the training, to the last bit. Below "
        "them stand\n"
        "precision, recall, F1 and ROC-AUC of each class, their means, and how "
        "often its\n"
        "images were named what, and which two classes are confused most. A class "
        "without images\n"
        "has no ROC-AUC.\n",
    .example = "train C.baseline --data shapes10:1000 --epochs 3 --run "
               "runs/second --force\n"
               "eval runs/second --report runs/second/report.html",
    .run = run,
};
