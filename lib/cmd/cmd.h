/*  cmd.h - what the verbs of the `nn` command share */
#ifndef NN_CMD_H
#define NN_CMD_H

#include "nn.h"

#define CMD_VERSION "0.1"

enum { CMD_OK = 0, CMD_FAILED = 1, CMD_USAGE = 2 }; // exit statuses
enum { CMD_OPTIONS = 80 };                          // at most, of a verb

/* --- Verbs and their options ------------------------------------------------- */
typedef struct {
    const char *name;     // without its dashes
    const char *argument; // what it takes, for the help; NULL: nothing
    const char *about;
    const char *value; // as given, "" if it takes nothing; NULL: not given
} cmd_option;

typedef struct cmd_verb {
    const char *name, *operands, *about; // "train", "RECIPE", one line
    const char *manual;                  // more lines
    const char
        *example; // what follows the program's name in a line that works; or lines
    int (*run) (const struct cmd_verb *self, char **args); // an exit status
} cmd_verb;

extern const cmd_verb cmd_train, cmd_eval, cmd_inspect, cmd_kfold, cmd_tune,
    cmd_profile, cmd_describe, cmd_ensemble, cmd_predict;
extern const char *cmd_program; // as it was called

// Reads options (up to one whose name is NULL) and at most one operand. False when
// there is nothing left to do: help was asked for and given, or something is wrong and
// was said; *status is then the exit status.
bool cmd_read (const cmd_verb *verb, char **args, cmd_option *options,
               const char **operand, int *status);
// the same with up to `most` operands, in a list that ends with NULL
bool cmd_read_all (const cmd_verb *verb, char **args, cmd_option *options,
                   const char **operands, int most, int *status);
const char *cmd_value (const cmd_option *options,
                       const char *name); // NULL: not given
int cmd_fail (const cmd_verb *verb,
              int status);   // says nn_error (), returns the status
#define cmd_usage(verb, ...) /* says that a word is not understood */             \
    (nn_fail (NN_EVALUE, __VA_ARGS__), cmd_fail (verb, CMD_USAGE))

/* --- Recipes, changed by options ---------------------------------------------- */
void cmd_list_options (cmd_option options[CMD_OPTIONS], const cmd_option *own,
                       int count);
int cmd_read_recipe (const cmd_verb *verb, nn_recipe *recipe, const char *name,
                     const cmd_option *keys);
// may a run of the recipe `kept`, in this folder, go on as one of `asked`?
int cmd_check_recipe (const nn_recipe *kept, const nn_recipe *asked,
                      const char *folder);

/* --- Data sets by name ------------------------------------------------------- */
typedef enum { CMD_NO_DATA, CMD_SHAPES10, CMD_CIFAR10, CMD_PHOTOS } cmd_source;
cmd_source cmd_data_kind (const char *name,
                          char *folder); // which gets PATH_MAX bytes
nn_data *cmd_data (const nn_recipe *recipe, bool test);
int cmd_data_settle (nn_recipe *recipe); // a folder's name becomes absolute

/* --- Nets by name ------------------------------------------------------------ */
typedef struct {
    const nn_model *model; // or NULL, and then it is a recipe
    nn_recipe recipe;
} cmd_named;
int cmd_named_find (cmd_named *self, const char *name,
                    const char *others); // "recipe": what else there could be
// size and classes above 0 are others than those of the model or of the data
nn_net *cmd_named_net (const cmd_named *self, int size, int classes);

/* --- Files from the net -------------------------------------------------------- */
#define CMD_LABELS "labels1000" // what ImageNet's classes are called: its .txt
int cmd_weights (const cmd_verb *verb, char **args); // nn data weights NAME
const char *cmd_weights_model (const char *name);    // or NULL
const char *cmd_weights_here (void); // NULL, and what to do, if there are none
#define CMD_CIFAR10_FOLDER "cifar-10-batches-bin" // as its archive calls it
int cmd_cifar10 (void);                           // fetches it, if it is not there
// the folder for what is fetched: $VARIABLE, or `name` in the tree
int cmd_place (char folder[4096], const char *variable, const char *name);
int cmd_sha256 (const char *path, char sum[65]); // in hexadecimal
// resumes; sha256 and check may be NULL
int cmd_download (const char *url, const char *path, const char *sha256,
                  int (*check) (const char *path));

/* --- Run folders ------------------------------------------------------------- */
typedef struct {
    char path[2048];
    int lock;
} cmd_folder;
typedef enum { CMD_FRESH, CMD_REPLACE, CMD_GO_ON, CMD_FOLDS } cmd_start;
int cmd_folder_begin (cmd_folder *self, const char *path, cmd_start how);
void cmd_folder_end (cmd_folder *self);
const char *cmd_folder_file (const cmd_folder *self, const char *name,
                             char path[4096]);
nn_callback cmd_history (
    cmd_folder *folder); // writes history.tsv after each epoch

/* --- A training -------------------------------------------------------------- */
enum { CMD_FIT_CALLBACKS = 6 };
typedef struct { // a recipe, and what it makes of some images
    nn_recipe recipe;
    const nn_data *data, *validation; // learnt from; or NULL
    nn_data *drawn; // what is learnt from, if not each image just once
    nn_net *net;
    nn_optimiser optimiser;
    const nn_schedule *schedule;
    nn_transform transforms[NN_TRANSFORMS];
    int transform_count;
    nn_class_weights weights; // for 0 classes: none
    float weight[NN_MOST_CLASSES];
    nn_stopping stopping;
    nn_plateau plateau;
    nn_unfreezing unfreezing;
    nn_slow_weights slow;
    nn_history history;
    // -- where a frozen base is computed once: net is what lies above `cut`
    nn_net *whole; // NULL: net is all there is
    const nn_layer *cut;
    nn_data *kept, *kept_training, *kept_validation; // features, views of them
    FILE *say;                                       // hears of it; or NULL
} cmd_fit;
nn_net *cmd_fit_whole (const cmd_fit *f); // with what is frozen
// of pictures in several views; the predictions as well, if not NULL
int cmd_in_views (nn_scores *scores, nn_predictions *said, nn_net *net,
                  const nn_data *test, const nn_transform *transforms, int count,
                  const char *views);
int cmd_fit_evaluate (cmd_fit *f, const nn_data *test, nn_scores *scores);
int cmd_fit_prepare (cmd_fit *f, const nn_data *data, const nn_data *validation);
int cmd_fit_callbacks (cmd_fit *f, nn_callback list[CMD_FIT_CALLBACKS]);
int cmd_fit_train (cmd_fit *f, const nn_callback *callbacks, int count, int epoch,
                   int batch);
void cmd_fit_free (cmd_fit *f);

typedef struct { // a run: a training that is kept, and what became of it
    cmd_fit fit;
    nn_data *all, *training, *validation, *test;
    nn_data *pool;  // of which only some are used
    nn_data *whole; // of which `all` and `test` are parts, if there are folds
    nn_checkpoint checkpoint;
    bool resume;
    cmd_folder folder;
    char state[4096]; // the path of the checkpoint
    nn_scores scores; // of the test
    double seconds;   // of the training, with its validation
    FILE *say;        // where people look
} cmd_session;
const nn_data *cmd_learnt_from (const cmd_session *s);
bool cmd_stops (const cmd_session *s);      // may it stop before its last epoch?
bool cmd_comparable (const cmd_session *s); // with what its source says?
int cmd_go_on (cmd_session *s);             // from the checkpoint, if it may
int cmd_write_result (const cmd_session *s, bool json);
int cmd_list_recipes (void);

/* --- Nets that can be asked ----------------------------------------------------- */
typedef struct { // one that a run has kept, or one that was borrowed
    nn_recipe recipe;
    nn_data *test;            // of a run; else NULL
    int h, w, classes;        // of its pictures
    const char *const *names; // of the classes, or NULL; the labels', if there are
    char *label_text;
    const char **labels;
    nn_net *net;
    nn_transform transforms[NN_TRANSFORMS];
    int transform_count;
} cmd_kept;
int cmd_kept_open (cmd_kept *self, const char *run, const char *data); // or NULL
// a model with weights that were found or named; NULL: those that are there
int cmd_kept_borrow (cmd_kept *self, const char *model, const char *weights,
                     const char *labels);
void cmd_kept_close (cmd_kept *self);

/* --- Reports ------------------------------------------------------------------ */
int cmd_report_check (const char *file); // does its name end in .txt or .html?
int cmd_report_write (const char *file, const nn_report *report,
                      const nn_predictions *predictions, const char *name,
                      const char *data, const nn_data *pictures);
void cmd_confused (const nn_confusion *c, FILE *out, bool html);
int cmd_sheet (const nn_data *data, const nn_predictions *p, const char *file);

/* --- Studies ----------------------------------------------------------------- */
int cmd_space_check (const nn_space *space, const nn_recipe *recipe);
int cmd_space_apply (nn_recipe *recipe, const nn_space *space,
                     const double *value);
int cmd_tune_report (nn_study *study, const char *folder, const char *metric);

#endif
