/*  import.c - weights of other libraries: names, orders, what is refused */
#include "hub.h"
#include "test.h"

#include <unistd.h>

static char path[4096];

static nn_net *built (nn_net *net, bool inference)
{
    return nn_net_build (net, .batch = 1, .inference = inference) == NN_OK ? net
                                                                           : NULL;
}

/*  A net that keeps what every layer gives: no layer writes over an output that
 *  seems to have a second reader. */
static nn_net *fresh (uint64_t seed)
{
    nn_net *net = hub_net (10, seed);
    for (int i = 0; i < net->layers; i++)
        net->layer[i]->users++;
    return built (net, true);
}

/* --- Names -------------------------------------------------------------------- */
static void test_names (void)
{
    static const char *const rules[][2] = {
        { "^conv_stem.", "features.0.0." },
        { "^blocks.1.#.", "features.#+2." },
        { ".conv_pw.", ".conv.0.0." },
        { "^conv#_block#_", "stage#-1.part#." },
        { "#x#", "#+10y#" },
        { NULL, NULL },
    };
    static const char *const cases[][2] = {
        { "features.0.0.weight", "features.0.0.weight" },
        { "conv_stem.weight", "features.0.0.weight" },
        { "my.conv_stem.weight", "my.conv_stem.weight" },
        { "blocks.1.0.conv_pw.weight", "features.2.conv.0.0.weight" },
        { "blocks.1.12.conv_pw.bias", "features.14.conv.0.0.bias" },
        { "blocks.10.1.conv_pw.bias", "blocks.10.1.conv.0.0.bias" },
        { "conv2_block3_0_bn/gamma:0", "stage1.part3.0_bn.weight" },
        { "a/beta", "a.bias" },
        { "a/moving_mean", "a.running_mean" },
        { "a/moving_variance", "a.running_var" },
        { "a/depthwise_kernel", "a.weight" },
        { "p/kernel:0", "p.weight" },
        { "p/p/kernel:0", "p.weight" }, // as Keras's HDF5 files say it
        { "pp/p/kernel:0", "pp/p.weight" },
        { "p/pp/kernel:0", "p/pp.weight" },
        { "3x4", "13y4" },
        { "3x", "3x" },
        { "1234567x8", "1234567x8" }, // a number of seven digits is none
        { "", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char ours[NN_LONG_NAME];
        const int status = nn_rename (ours, cases[i][0], rules);
        check (status == NN_OK && strcmp (ours, cases[i][1]) == 0,
               "a name by rules", "'%s' became '%s', not '%s'", cases[i][0], ours,
               cases[i][1]);
    }
    char longest[600], ours[NN_LONG_NAME];
    memset (longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    check (nn_rename (ours, longest, NULL) == NN_EFORMAT,
           "a name that is too long is refused", "it became %s", ours);
    static const char *const grow[][2] = { { "^a", "aaaaaaaaaa" },
                                           { NULL, NULL } };
    longest[250] = 0;
    check (nn_rename (ours, longest, grow) == NN_EFORMAT,
           "and one that becomes too long", "it became %s", ours);
}

/*  One name of timm's or Keras's and what it has to become. */
static int wrong_name (const char *const (*rules)[2], const char *theirs,
                       const char *ours)
{
    char name[NN_LONG_NAME];
    const bool same =
        nn_rename (name, theirs, rules) == NN_OK && strcmp (name, ours) == 0 &&
        nn_rename (name, ours, rules) == NN_OK && strcmp (name, ours) == 0;
    if (!same)
        printf ("# %s became %s, not %s\n", theirs, name, ours);
    return !same;
}

/*  All blocks of MobileNetV2 as timm counts them, and as Keras does. */
static void test_mobilenetv2_names (void)
{
    static const int blocks[] = { 1, 2, 3, 4, 3, 3, 1 };
    static const char *const parts[][3] = {
        { "conv_pw", "expand/kernel", "0.0" },
        { "bn1", "expand_BN/gamma", "0.1" },
        { "conv_dw", "depthwise/depthwise_kernel", "1.0" },
        { "bn2", "depthwise_BN/gamma", "1.1" },
        { "conv_pwl", "project/kernel", "2" },
        { "bn3", "project_BN/gamma", "3" },
    };
    int wrong = 0, number = 2, tried = 0;
    for (int s = 1; s < 7; s++)
        for (int i = 0; i < blocks[s]; i++, number++)
            for (int k = 0; k < 6; k++, tried++) {
                char timm[80], keras[80], ours[80];
                snprintf (timm, sizeof timm, "blocks.%d.%d.%s.weight", s, i,
                          parts[k][0]);
                snprintf (keras, sizeof keras, "block_%d_%s", number - 1,
                          parts[k][1]);
                snprintf (ours, sizeof ours, "features.%d.conv.%s.weight", number,
                          parts[k][2]);
                wrong += wrong_name (nn_names_mobilenetv2, timm, ours);
                wrong += wrong_name (nn_names_mobilenetv2, keras, ours);
            }
    wrong += wrong_name (nn_names_mobilenetv2, "blocks.0.0.conv_pw.weight",
                         "features.1.conv.1.weight");
    wrong += wrong_name (nn_names_mobilenetv2, "bn2.running_var",
                         "features.18.1.running_var");
    wrong += wrong_name (nn_names_mobilenetv2, "Conv_1_bn/moving_variance:0",
                         "features.18.1.running_var");
    wrong += wrong_name (nn_names_mobilenetv2, "classifier.weight",
                         "classifier.1.weight");
    wrong += wrong_name (nn_names_mobilenetv3_small, "block10.se.fc1.bias",
                         "features.11.block.2.fc1.bias");
    wrong += wrong_name (nn_names_mobilenetv3_small, "block1.project.weight",
                         "features.2.block.2.0.weight");
    wrong += wrong_name (nn_names_mobilenetv3_large, "blocks.5.2.conv_pwl.weight",
                         "features.15.block.3.0.weight");
    wrong += wrong_name (nn_names_mobilenetv3_large, "blocks.3.1.bn3.bias",
                         "features.8.block.2.1.bias");
    wrong += wrong_name (nn_names_vgg16, "block4_conv2/block4_conv2/kernel:0",
                         "features.19.weight");
    wrong +=
        wrong_name (nn_names_vgg16, "pre_logits.fc2.bias", "classifier.3.bias");
    wrong += wrong_name (nn_names_vgg16, "head.fc.weight", "classifier.6.weight");
    wrong += wrong_name (nn_names_vgg16, "fc1/fc1/bias:0", "classifier.0.bias");
    check (wrong == 0 && tried == 96,
           "timm's and Keras's names for MobileNets and VGG", "%d of %d are wrong",
           wrong, tried);
}

/*  Keras's of ResNet and DenseNet, in files as HDF5 has them and without. */
static void test_keras_names (void)
{
    static const char *const cases[][3] = {
        { "r", "conv1_conv/kernel", "conv1.weight" },
        { "r", "conv1_conv/conv1_conv/bias:0", "conv1.bias" },
        { "r", "conv1_bn/moving_mean", "bn1.running_mean" },
        { "r", "conv2_block1_0_conv/kernel", "layer1.0.downsample.0.weight" },
        { "r", "conv2_block1_0_bn/gamma", "layer1.0.downsample.1.weight" },
        { "r", "conv5_block3_3_conv/bias", "layer4.2.conv3.bias" },
        { "r", "conv4_block6_2_bn/beta:0", "layer3.5.bn2.bias" },
        { "r", "predictions/kernel", "fc.weight" },
        { "r", "probs/bias", "fc.bias" },
        { "v", "conv1_conv/conv1_conv/kernel:0", "conv0.weight" },
        { "v", "conv2_block1_preact_bn/gamma", "stage1.0.bn1.weight" },
        { "v", "conv2_block1_0_conv/bias:0", "stage1.0.downsample.bias" },
        { "v", "conv4_block6_1_conv/kernel", "stage3.5.conv1.weight" },
        { "v", "conv4_block6_1_bn/moving_mean", "stage3.5.bn2.running_mean" },
        { "v", "conv5_block3_2_bn/beta", "stage4.2.bn3.bias" },
        { "v", "conv3_block4_3_conv/bias", "stage2.3.conv3.bias" },
        { "v", "post_bn/moving_variance:0", "bn_out.running_var" },
        { "v", "probs/kernel", "fc.weight" },
        { "i", "predictions/predictions/bias:0", "fc.bias" },
        { "d", "conv1/conv/conv1/conv/kernel:0", "features.conv0.weight" },
        { "d", "conv1/bn/gamma", "features.norm0.weight" },
        { "d", "conv2_block1_0_bn/gamma",
          "features.denseblock1.denselayer1.norm1.weight" },
        { "d", "conv4_block24_1_conv/kernel",
          "features.denseblock3.denselayer24.conv1.weight" },
        { "d", "conv5_block16_1_bn/conv5_block16_1_bn/moving_variance:0",
          "features.denseblock4.denselayer16.norm2.running_var" },
        { "d", "conv3_block12_2_conv/kernel",
          "features.denseblock2.denselayer12.conv2.weight" },
        { "d", "pool4_bn/beta", "features.transition3.norm.bias" },
        { "d", "pool2_conv/kernel", "features.transition1.conv.weight" },
        { "d", "bn/moving_mean", "features.norm5.running_mean" },
        { "d", "fc1000/kernel", "classifier.weight" },
        { "d", "predictions/bias", "classifier.bias" },
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        wrong += wrong_name (*cases[i][0] == 'r'   ? nn_names_resnet50
                             : *cases[i][0] == 'v' ? nn_names_resnet50v2
                             : *cases[i][0] == 'i' ? nn_names_inception_v3
                                                   : nn_names_densenet121,
                             cases[i][1], cases[i][2]);
    check (wrong == 0, "Keras's names for ResNets, Inception and DenseNet",
           "%d are wrong", wrong);
}

/*  Keras counts the convolutions of Inception V3 in the order in which they are
 *  made; so ours must come in that order. Filters, rows and columns of the first
 *  twelve and of the first block with kernels of seven. */
static void test_inception_order (void)
{
    static const struct {
        int number, filters, rows, cols;
    } known[] = {
        { 0, 32, 3, 3 },   { 1, 32, 3, 3 },   { 2, 64, 3, 3 },   { 3, 80, 1, 1 },
        { 4, 192, 3, 3 },  { 5, 64, 1, 1 },   { 6, 48, 1, 1 },   { 7, 64, 5, 5 },
        { 8, 64, 1, 1 },   { 9, 96, 3, 3 },   { 10, 96, 3, 3 },  { 11, 32, 1, 1 },
        { 26, 384, 3, 3 }, { 29, 96, 3, 3 },  { 30, 192, 1, 1 }, { 31, 128, 1, 1 },
        { 32, 128, 1, 7 }, { 33, 192, 7, 1 }, { 34, 128, 1, 1 }, { 35, 128, 7, 1 },
        { 36, 128, 1, 7 }, { 37, 128, 7, 1 }, { 38, 192, 1, 7 }, { 39, 192, 1, 1 },
        { 70, 192, 1, 1 }, { 71, 320, 3, 3 }, { 73, 192, 1, 7 }, { 77, 384, 1, 1 },
        { 78, 384, 1, 3 }, { 79, 384, 3, 1 }, { 80, 448, 1, 1 }, { 82, 384, 1, 3 },
        { 83, 384, 3, 1 }, { 93, 192, 1, 1 },
    };
    const int rows = sizeof known / sizeof *known;
    nn_net *net = nn_model_net (nn_model_find ("inception_v3_keras"), 75, 75, 3,
                                1000, NULL, 1);
    int number = 0, found = 0;
    for (int i = 0; net && i < net->layers; i++)
        if (net->layer[i]->kind == &nn_conv2d_kind) {
            const int *dim = net->layer[i]->param[0].dim;
            for (int k = 0; k < rows; k++)
                found += known[k].number == number && dim[0] == known[k].rows &&
                         dim[1] == known[k].cols && dim[3] == known[k].filters;
            number++;
        }
    check (number == 94 && found == rows,
           "Inception's convolutions in Keras's order",
           "%d convolutions; %d of %d as there", number, found, rows);
    nn_net_free (&net);
}

static void test_named (void)
{
    nn_net *net = nn_net_new (.seed = 1);
    nn_layer *x = nn_input (net, 4, 4, 2);
    x = nn_named (nn_conv2d (net, x, .filters = 3), "features.%d.0", 7);
    check (x && strcmp (x->name, "features.7.0") == 0 &&
               strcmp (x->param[0].name, "features.7.0.weight") == 0 &&
               strcmp (x->param[1].name, "features.7.0.bias") == 0 &&
               nn_net_layer (net, "features.7.0") == x,
           "a layer and its parameters get a name", "%s",
           x ? x->param[0].name : nn_error ());
    check (!nn_named (nn_relu (net, x), "features.7.0") &&
               strstr (net->failure, "'features.7.0'") &&
               nn_net_build (net, .batch = 1) == NN_EVALUE,
           "two layers cannot have one name", "%s", net->failure);
    check (!nn_named (NULL, "x"), "NULL stays NULL", "it does not");
    nn_net_free (&net);
    net = nn_net_new (.seed = 1);
    x = nn_input (net, 4, 4, 2);
    check (!nn_named (x, "%050d", 1) && strstr (net->failure, "44"),
           "nor a name of 50 letters", "%s", net->failure);
    nn_net_free (&net);
}

/* --- PyTorch's numbers ---------------------------------------------------------- */
/*  Runs one picture of side x side x 3 through a net of ten classes. */
static void forward (nn_net *net, int side, float *x)
{
    float target[10] = { 1 }, weight = 1;
    const nn_batch batch = { .n = 1,
                             .classes = 10,
                             .h = side,
                             .w = side,
                             .c = 3,
                             .x = x,
                             .target = target,
                             .weight = &weight };
    if (nn_net_forward (net, &batch, false) != NN_OK)
        printf ("not ok forward: %s\n", nn_error ());
}

/*  Runs the dumped picture through the net. */
static void run (nn_net *net, const nn_arrays *dumped)
{
    const nn_array *picture = nn_arrays_find (dumped, "picture");
    float theirs[768], x[768];
    nn_array_read (picture, theirs);
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 256; i++)
            x[i * 3 + k] = theirs[k * 256 + i];
    forward (net, 16, x);
}

/*  The largest difference of a layer's output to what PyTorch dumped, over the
 *  largest value there. */
static double apart (const nn_layer *layer, const nn_array *theirs)
{
    const nn_tensor *y = &layer->out;
    float *dumped = malloc (theirs->size * sizeof *dumped);
    nn_array_read (theirs, dumped);
    double worst = 0, largest = 0;
    for (int k = 0; k < y->c; k++)
        for (int r = 0; r < y->h; r++)
            for (int q = 0; q < y->w; q++) {
                const double t = dumped[(k * y->h + r) * y->w + q];
                worst = fmax (worst, fabs (y->x[nn_at (y, 0, r, q) + k] - t));
                largest = fmax (largest, fabs (t));
            }
    free (dumped);
    return worst / largest;
}

/*  The worst of all layers that were dumped, or of one of them. */
static double farthest (nn_net *net, const char *only, int *layers)
{
    nn_arrays dumped;
    double worst = nn_arrays_open (&dumped, DUMPED) == NN_OK ? 0 : 1e9;
    if (worst == 0)
        run (net, &dumped);
    *layers = 0;
    for (int i = 0; i < net->layers; i++) {
        const nn_array *a = nn_arrays_find (&dumped, net->layer[i]->name);
        if (!a || (only && strcmp (only, net->layer[i]->name) != 0))
            continue;
        worst = fmax (worst, apart (net->layer[i], a));
        ++*layers;
    }
    nn_arrays_close (&dumped);
    return worst;
}

static bool same_weights (const nn_net *a, const nn_net *b)
{
    bool same = true;
    for (int i = 0; i < a->layers; i++)
        for (int k = 0; k < a->layer[i]->params; k++)
            same &= memcmp (a->layer[i]->param[k].w, b->layer[i]->param[k].w,
                            a->layer[i]->param[k].size * sizeof (float)) == 0;
    return same;
}

static void test_torch (void)
{
    nn_net *net = fresh (1);
    nn_import_report report = { 0 };
    const int status = nn_import (net, HUB, .report = &report);
    check (status == NN_OK && report.count[NN_LOADED] == 27 && report.lines == 27,
           "a file of PyTorch's, counters and all, is loaded", "%s (%d)",
           nn_error (), report.count[NN_LOADED]);
    nn_import_free (&report);
    int layers;
    const double worst = farthest (net, NULL, &layers);
    check (layers == 11 && worst < 2e-6,
           "all layers give PyTorch's numbers to 2e-6 of the largest",
           "%g in %d layers", worst, layers);
    // -- and back
    nn_net *other = fresh (2);
    check (nn_export (net, path, "from here") == NN_OK &&
               nn_import (other, path) == NN_OK && same_weights (net, other),
           "exported and imported, to the last bit", "%s", nn_error ());
    nn_net_free (&net);
    nn_net_free (&other);
}

/*  The arrays of a built net under changed names, in our order, which is Keras's. */
static void save_as_keras (const nn_net *net)
{
    static const char *const parts[][3] = {
        { ".weight", "/kernel:0", "/gamma" },
        { ".bias", "/bias:0", "/beta" },
        { ".running_mean", NULL, "/moving_mean" },
        { ".running_var", NULL, "/moving_variance" },
    };
    nn_array arrays[64];
    char names[64][80];
    int count = 0;
    for (int i = 0; i < net->layers; i++)
        for (int k = 0; k < net->layer[i]->params; k++, count++) {
            const nn_layer *l = net->layer[i];
            const nn_param *p = &l->param[k];
            const bool depthwise = p->dims == 4 && p->dim[2] == 1;
            snprintf (names[count], sizeof *names, "%s%s", l->name,
                      depthwise ? "/depthwise_kernel"
                                : parts[k][1 + (l->kind == &nn_batchnorm_kind)]);
            arrays[count] = (nn_array){
                .name = names[count], .dims = p->dims, .size = p->size, .at = p->w
            };
            memcpy (arrays[count].dim, p->dim, sizeof p->dim);
            if (depthwise) { // rows x columns x channels x 1
                arrays[count].dim[2] = p->dim[3];
                arrays[count].dim[3] = 1;
            }
        }
    nn_arrays_save (arrays, count, NULL, path);
}

static void test_keras (void)
{
    nn_net *net = fresh (1), *other = fresh (2);
    check (nn_import (net, HUB) == NN_OK, "the hub's file", "%s", nn_error ());
    save_as_keras (net);
    check (nn_import (other, path) == NN_OK && same_weights (net, other),
           "Keras's names and order, found by its names", "%s", nn_error ());
    nn_net_free (&other);
    other = fresh (2);
    check (nn_import (other, path, .layout = "OIHW") == NN_ESHAPE,
           "read as PyTorch's, shapes differ", "%s", nn_error ());
    check (nn_weights_save (net, path, NULL) == NN_OK &&
               nn_import (other, path) == NN_OK && same_weights (net, other),
           "and a file of our own", "%s", nn_error ());
    nn_net_free (&net);
    nn_net_free (&other);
}

static void test_folded (void)
{
    nn_net *net = built (hub_net (10, 1), true), *other = fresh (2);
    nn_import (net, HUB);
    check (nn_net_fold (net) == 5 && built (net, true), "five norms are folded",
           "%s", nn_error ());
    check (nn_export (net, path, NULL) == NN_OK, "a folded net is exported", "%s",
           nn_error ());
    nn_import_report report = { 0 };
    const int status = nn_import (other, path, .report = &report);
    int layers;
    const double worst = farthest (other, "classifier.1", &layers);
    check (status == NN_OK && report.count[NN_FOLDED] == 20 && worst < 2e-6,
           "a folded file goes into a net with batch norms",
           "%s; %d from biases, off by %g", nn_error (), report.count[NN_FOLDED],
           worst);
    nn_import_free (&report);
    const double own = farthest (net, "classifier.1", &layers);
    check (own < 2e-6 && layers == 1, "and the folded net is PyTorch's, too", "%g",
           own);
    nn_net_free (&net);
    nn_net_free (&other);
}

/* --- Refusals ------------------------------------------------------------------- */
typedef struct { // a file that is made by hand: entries with a type, zeros or ones
    char header[8192];
    unsigned char data[65536];
    size_t at, letters;
} forged;

static void begin (forged *f)
{
    f->at = 0;
    f->letters = snprintf (f->header, sizeof f->header, "{");
}

/*  An array whose numbers are all these bytes over and over. */
static void add (forged *f, const char *name, const char *type, const char *shape,
                 size_t count, const void *number, size_t bytes)
{
    const size_t end = f->at + count * bytes;
    f->letters +=
        snprintf (f->header + f->letters, sizeof f->header - f->letters,
                  "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],"
                  "\"data_offsets\":[%zu,%zu]}",
                  f->letters > 1 ? "," : "", name, type, shape, f->at, end);
    for (; f->at < end; f->at += bytes)
        memcpy (f->data + f->at, number, bytes);
}

static void end (forged *f)
{
    f->letters +=
        snprintf (f->header + f->letters, sizeof f->header - f->letters, "}");
    const uint64_t length = f->letters;
    FILE *out = fopen (path, "wb");
    fwrite (&length, sizeof length, 1, out);
    fwrite (f->header, 1, f->letters, out);
    fwrite (f->data, 1, f->at, out);
    fclose (out);
}

/*  Two convolutions with norms and a dense layer, none of which is called as in a
 *  file where Keras has counted them. */
static nn_net *two_of_each (void)
{
    nn_net *net = nn_net_new (.seed = 4);
    nn_layer *x = nn_input (net, 4, 4, 3);
    for (int k = 0; k < 2; k++) {
        x = nn_named (
            nn_conv2d (net, x, .filters = 2, .kernel = 1, .no_bias = true),
            "conv.%d", k);
        x = nn_named (nn_batchnorm (net, x), "norm.%d", k);
    }
    nn_cross_entropy (net, nn_named (nn_dense (net, x, .units = 3), "fc"));
    return built (net, true);
}

/*  As Keras writes it that has made eight convolutions before: 9 and 10. Norms have
 *  no scale, but for the second if `scale`. */
static void forge_counted (bool scale)
{
    static const float number[] = { 0.5f, 0.25f };
    forged f;
    begin (&f);
    for (int k = 1; k >= 0; k--) { // the order in the file is nobody's
        char name[80];
        snprintf (name, sizeof name, "conv2d_%d/conv2d_%d/kernel:0", 9 + k, 9 + k);
        add (&f, name, "F32", k ? "1,1,2,2" : "1,1,3,2", k ? 4 : 6, &number[k],
             sizeof *number);
        static const char *const part[] = { "beta", "moving_mean",
                                            "moving_variance" };
        for (int j = 0; j < 3; j++) {
            snprintf (name, sizeof name, "batch_normalization%s/%s", k ? "_1" : "",
                      part[j]);
            add (&f, name, "F32", "2", 2, &number[k], sizeof *number);
        }
    }
    if (scale)
        add (&f, "batch_normalization_1/gamma", "F32", "2", 2, number,
             sizeof *number);
    add (&f, "predictions/kernel", "F32", "32,3", 96, number, sizeof *number);
    add (&f, "predictions/bias", "F32", "3", 3, number, sizeof *number);
    end (&f);
}

static void test_counted (void)
{
    nn_net *net = two_of_each ();
    nn_layer *first = nn_net_layer (net, "norm.0");
    first->param[0].w[1] = 7; // a scale
    forge_counted (false);
    nn_import_report report = { 0 };
    const int status =
        nn_import (net, path, .names = nn_names_inception_v3, .report = &report);
    check (status == NN_OK &&
               nn_net_layer (net, "conv.0")->param[0].w[5] == 0.5f &&
               nn_net_layer (net, "conv.1")->param[0].w[3] == 0.25f &&
               nn_net_layer (net, "norm.1")->param[1].w[0] == 0.25f &&
               nn_net_layer (net, "fc")->param[1].w[2] == 0.5f,
           "layers that Keras has counted", "%s", nn_error ());
    check (first->param[0].w[1] == 1 && report.count[NN_FOLDED] == 2,
           "and norms without a scale get 1", "%g, %d",
           (double) first->param[0].w[1], report.count[NN_FOLDED]);
    nn_import_free (&report);
    forge_counted (true);
    check (nn_import (net, path, .names = nn_names_inception_v3) == NN_EFORMAT &&
               strstr (nn_error (), "norm.0.weight"),
           "but where others have one, it is missing", "%s", nn_error ());
    nn_net_free (&net);
}

/*  1 x 1 and a norm; the convolution with a bias or without. */
static nn_net *biased (bool bias)
{
    nn_net *net = nn_net_new (.seed = 4);
    nn_layer *x = nn_input (net, 4, 4, 3);
    x = nn_named (nn_conv2d (net, x, .filters = 5, .kernel = 1, .no_bias = !bias),
                  "c");
    x = nn_named (nn_batchnorm (net, x), "n");
    nn_cross_entropy (net, nn_named (nn_dense (net, x, .units = 10), "fc"));
    return built (net, true);
}

/*  What the net says to a picture, its colours from front or from behind. */
static void scores (nn_net *net, bool behind, float to[10])
{
    float x[48];
    for (int i = 0; i < 48; i++)
        x[i / 3 * 3 + (behind ? 2 - i % 3 : i % 3)] = sinf ((float) i * i);
    forward (net, 4, x);
    memcpy (to, net->output->in[0]->out.x, 10 * sizeof *to);
}

static double differ (nn_net *net, bool behind, const float want[10])
{
    float got[10];
    double worst = 0;
    scores (net, behind, got);
    for (int k = 0; k < 10; k++)
        worst = fmax (worst, fabs ((double) got[k] - want[k]));
    return worst;
}

static void test_keras_ways (void)
{
    nn_net *theirs = biased (true), *net = biased (false);
    for (int i = 0; i < theirs->layers; i++)
        for (int k = 0; k < theirs->layer[i]->params; k++)
            for (size_t j = 0; j < theirs->layer[i]->param[k].size; j++)
                theirs->layer[i]->param[k].w[j] =
                    0.2f + 0.1f * (float) (j * j % 7);
    float want[10];
    scores (theirs, false, want);
    nn_import_report report = { 0 };
    const bool written = nn_export (theirs, path, NULL) == NN_OK;
    const int status = nn_import (net, path, .report = &report);
    check (written && status == NN_OK && differ (net, false, want) < 1e-6 &&
               report.count[NN_EXTRA] == 0 && report.count[NN_FOLDED] == 0,
           "a bias in front of a norm is taken off its mean", "%s; off by %g",
           nn_error (), differ (net, false, want));
    nn_import_free (&report);
    check (differ (net, true, want) > 1e-3, "colours matter to this net",
           "only %g", differ (net, true, want));
    check (nn_import (net, path, .bgr = true) == NN_OK &&
               differ (net, true, want) < 1e-6,
           "filters for blue, green, red see red, green, blue", "off by %g",
           differ (net, true, want));
    static forged f;
    static const float one = 1;
    begin (&f);
    add (&f, "c.weight", "F32", "5,3,1,1", 15, &one, 4);
    add (&f, "c.bias", "F32", "4", 4, &one, 4);
    for (int k = 0; k < 4; k++)
        add (&f, net->layer[2]->param[k].name, "F32", "5", 5, &one, 4);
    add (&f, "fc.weight", "F32", "10,80", 800, &one, 4);
    add (&f, "fc.bias", "F32", "10", 10, &one, 4);
    end (&f);
    check (nn_import (net, path) == NN_ESHAPE &&
               strstr (nn_error (), "'c.bias'") &&
               strstr (nn_error (), "4 numbers"),
           "such a bias of another length is refused", "%s", nn_error ());
    nn_net_free (&theirs);
    nn_net_free (&net);
}

static nn_net *one_dense (void)
{
    nn_net *net = nn_net_new (.seed = 3);
    nn_layer *x =
        nn_named (nn_dense (net, nn_input (net, 1, 1, 2), .units = 3), "fc");
    nn_cross_entropy (net, x);
    return built (net, true);
}

/*  A file with these types of fc's six weights and three biases, into a net. */
static int try_types (const char *type, const void *number, size_t bytes,
                      float *first)
{
    static forged f;
    begin (&f);
    add (&f, "fc.weight", type, "3,2", 6, number, bytes);
    add (&f, "fc.bias", type, "3", 3, number, bytes);
    end (&f);
    nn_net *net = one_dense ();
    const int status = nn_import (net, path);
    *first = nn_net_layer (net, "fc")->param[0].w[0];
    nn_net_free (&net);
    return status;
}

static void test_types (void)
{
    static const struct {
        const char *type;
        unsigned char number[8]; // -1.5, as far as that can be
        size_t bytes;
        int status;
    } cases[] = {
        { "F32", { 0, 0, 0xc0, 0xbf }, 4, NN_OK },
        { "F16", { 0, 0xbe }, 2, NN_OK },
        { "BF16", { 0xc0, 0xbf }, 2, NN_OK },
        { "F64", { 0, 0, 0, 0, 0, 0, 0xf8, 0xbf }, 8, NN_OK },
        { "I8", { 1 }, 1, NN_EFORMAT },
        { "U8", { 1 }, 1, NN_EFORMAT },
        { "I64", { 1 }, 8, NN_EFORMAT },
        { "BOOL", { 1 }, 1, NN_EFORMAT },
        { "F8_E4M3", { 1 }, 1, NN_EFORMAT },
        { "F32", { 0, 0, 0xc0, 0x7f }, 4, NN_EFORMAT },             // NaN
        { "F64", { 0, 0, 0, 0, 0, 0, 0xf0, 0x7e }, 8, NN_EFORMAT }, // 1e303
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float first;
        const int status =
            try_types (cases[i].type, cases[i].number, cases[i].bytes, &first);
        check (status == cases[i].status && (status != NN_OK || first == -1.5f) &&
                   (status == NN_OK || first != -1.5f),
               "weights of each type are read, or refused",
               "%s: status %d, %g: %s", cases[i].type, status, first, nn_error ());
        if (status != NN_OK && strcmp (cases[i].type, "F8_E4M3") == 0)
            check (strstr (nn_error (), "F8_E4M3") != NULL,
                   "a type nobody here knows is named", "%s", nn_error ());
    }
}

/*  Loads `from` into a net for `classes`; the net must be as it was if refused. */
static bool refused (const char *from, int classes, const char *says,
                     nn_import_args args)
{
    args.path = from;
    nn_net *net = built (hub_net (classes, 5), true),
           *same = built (hub_net (classes, 5), true);
    const int status = nn_import_with (net, args);
    const bool kept = same_weights (net, same);
    nn_net_free (&net);
    nn_net_free (&same);
    return status < 0 && kept && strstr (nn_error (), says);
}

static void test_misfits (void)
{
    check (refused (HUB, 7, "'classifier.1.weight' is 10 x 384",
                    (nn_import_args){ 0 }) &&
               strstr (nn_error (), "wants 7 x 24 x 4 x 4") &&
               strstr (nn_error (), ".without"),
           "shapes that differ are both named", "%s", nn_error ());
    nn_net *net = built (hub_net (7, 5), true);
    nn_import_report report = { 0 };
    check (nn_import (net, HUB, .without = "classifier", .report = &report) ==
                   NN_OK &&
               report.count[NN_LEFT] == 4 && report.count[NN_LOADED] == 25,
           "a head of one's own", "%s", nn_error ());
    char text[4096] = "";
    FILE *out = fmemopen (text, sizeof text, "w");
    nn_import_print (&report, out);
    fclose (out);
    check (strstr (text, "25 loaded\n") && strstr (text, "4 left alone\n") &&
               strstr (text, "left alone: classifier.1.weight\n"),
           "the report says what was loaded and what not", "%s", text);
    nn_import_free (&report);
    nn_net_free (&net);
    // -- a file that lacks a thing, has another, both named
    static const char *const swapped[][2] = { { "^features.0.0.", "stem." },
                                              { NULL, NULL } };
    check (refused (HUB, 10, "1 missing (features.0.0.weight)",
                    (nn_import_args){ .names = swapped }) &&
               strstr (nn_error (), "1 arrays too many (features.0.0.weight)"),
           "what is missing and what is too much is listed", "%s", nn_error ());
    net = fresh (5);
    check (nn_import (net, HUB, .names = swapped, .lenient = true,
                      .report = &report) == NN_OK &&
               report.count[NN_MISSING] == 1 && report.count[NN_EXTRA] == 1,
           "leniently it is loaded, and the report has both", "%s", nn_error ());
    nn_import_free (&report);
    nn_net_free (&net);
    static const char *const all[][2] = { { "^", "other." }, { NULL, NULL } };
    check (refused (HUB, 10, "0 parameters found",
                    (nn_import_args){ .names = all, .lenient = true }),
           "a file of which nothing fits is never loaded", "%s", nn_error ());
    static const char *const same[][2] = { { ".running_mean", ".bias" },
                                           { NULL, NULL } };
    check (refused (HUB, 10, "would both be", (nn_import_args){ .names = same }),
           "two arrays cannot become one", "%s", nn_error ());
    check (refused (HUB, 10, "neither OIHW", (nn_import_args){ .layout = "NCHW" }),
           "a layout that does not exist", "%s", nn_error ());
    check (refused ("/nonexistent.safetensors", 10, "/nonexistent",
                    (nn_import_args){ 0 }),
           "a file that is not there", "%s", nn_error ());
}

static void test_variance (void)
{
    nn_net *net = fresh (1);
    nn_import (net, HUB);
    nn_net_layer (net, "features.1.conv.0.1")->param[3].w[2] = -1;
    nn_export (net, path, NULL);
    check (refused (path, 10,
                    "number 2 of 'features.1.conv.0.1.running_var' is -1",
                    (nn_import_args){ 0 }),
           "a variance below 0 is refused", "%s", nn_error ());
    nn_net_free (&net);
}

/*  A convolution in a file for a dense layer, and the other way round. */
static void test_dense_as_convolution (void)
{
    static forged f;
    const float one = 1.25f;
    begin (&f);
    add (&f, "fc.weight", "F32", "3,2,1,1", 6, &one, sizeof one);
    add (&f, "fc.bias", "F32", "3", 3, &one, sizeof one);
    end (&f);
    nn_net *net = one_dense ();
    check (nn_import (net, path) == NN_OK &&
               nn_net_layer (net, "fc")->param[0].w[5] == one,
           "a convolution of 1 x 1 is a dense layer", "%s", nn_error ());
    nn_net_free (&net);
    net = nn_net_new (.seed = 1);
    nn_layer *x =
        nn_conv2d (net, nn_input (net, 1, 1, 2), .filters = 3, .kernel = 1);
    nn_cross_entropy (net, nn_named (x, "fc"));
    begin (&f);
    add (&f, "fc.weight", "F32", "3,2", 6, &one, sizeof one);
    add (&f, "fc.bias", "F32", "3", 3, &one, sizeof one);
    end (&f);
    check (built (net, true) && nn_import (net, path) == NN_OK &&
               nn_net_layer (net, "fc")->param[0].w[5] == one,
           "and the other way round", "%s", nn_error ());
    nn_net_free (&net);
}

int main (int count, char **args)
{
    if (count == 3 && strcmp (args[1], "--export") == 0) { // for tests/cmd/hub.py
        nn_net *net = fresh (1);
        return nn_import (net, HUB) == NN_OK &&
                       nn_export (net, args[2], "test") == NN_OK
                   ? 0
                   : 1;
    }
    snprintf (path, sizeof path, "/tmp/nn-import-XXXXXX");
    close (mkstemp (path));
    test_names ();
    test_mobilenetv2_names ();
    test_keras_names ();
    test_inception_order ();
    test_named ();
    test_torch ();
    test_keras ();
    test_folded ();
    test_keras_ways ();
    test_counted ();
    test_types ();
    test_misfits ();
    test_variance ();
    test_dense_as_convolution ();
    unlink (path);
    return nn_test_done ();
}
