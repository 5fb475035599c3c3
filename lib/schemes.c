/*  schemes.c - what others call the arrays of well-known networks
 *
 *  Our layers have torchvision's names. Here are the rules that bring timm's and
 *  Keras's names to those; nn_rename () says how a rule is read. No two libraries
 *  use one name for two things, so one list serves for all of them.
 */
#include "nn.h"

const char *const nn_names_mobilenetv2[][2] = {
    // timm: stages and blocks, each counted from 0
    { "^conv_stem.", "features.0.0." },
    { "^bn1.", "features.0.1." },
    { "^blocks.0.0.conv_dw.", "features.1.conv.0.0." },
    { "^blocks.0.0.bn1.", "features.1.conv.0.1." },
    { "^blocks.0.0.conv_pw.", "features.1.conv.1." },
    { "^blocks.0.0.bn2.", "features.1.conv.2." },
    { "^blocks.1.#.", "features.#+2." },
    { "^blocks.2.#.", "features.#+4." },
    { "^blocks.3.#.", "features.#+7." },
    { "^blocks.4.#.", "features.#+11." },
    { "^blocks.5.#.", "features.#+14." },
    { "^blocks.6.#.", "features.#+17." },
    { ".conv_pw.", ".conv.0.0." },
    { ".bn1.", ".conv.0.1." },
    { ".conv_dw.", ".conv.1.0." },
    { ".bn2.", ".conv.1.1." },
    { ".conv_pwl.", ".conv.2." },
    { ".bn3.", ".conv.3." },
    { "^conv_head.", "features.18.0." },
    { "^bn2.", "features.18.1." },
    { "^classifier.weight", "classifier.1.weight" },
    { "^classifier.bias", "classifier.1.bias" },
    // Keras: one number, and the block without a number is the first
    { "^Conv1.", "features.0.0." },
    { "^bn_Conv1.", "features.0.1." },
    { "^expanded_conv_depthwise.", "features.1.conv.0.0." },
    { "^expanded_conv_depthwise_BN.", "features.1.conv.0.1." },
    { "^expanded_conv_project.", "features.1.conv.1." },
    { "^expanded_conv_project_BN.", "features.1.conv.2." },
    { "^block_#_expand.", "features.#+1.conv.0.0." },
    { "^block_#_expand_BN.", "features.#+1.conv.0.1." },
    { "^block_#_depthwise.", "features.#+1.conv.1.0." },
    { "^block_#_depthwise_BN.", "features.#+1.conv.1.1." },
    { "^block_#_project.", "features.#+1.conv.2." },
    { "^block_#_project_BN.", "features.#+1.conv.3." },
    { "^Conv_1.", "features.18.0." },
    { "^Conv_1_bn.", "features.18.1." },
    { "^predictions.", "classifier.1." },
    { NULL, NULL },
};

/*  Keras's network after a conversion: blocks whose parts have names. */
const char *const nn_names_mobilenetv3_small[][2] = {
    { "^conv.", "features.0.0." },
    { "^block0.dw.", "features.1.block.0.0." },
    { "^block0.se.", "features.1.block.1." },
    { "^block0.project.", "features.1.block.2.0." },
    { "^block1.project.", "features.2.block.2.0." },
    { "^block2.project.", "features.3.block.2.0." },
    { "^block#.expand.", "features.#+1.block.0.0." },
    { "^block#.dw.", "features.#+1.block.1.0." },
    { "^block#.se.", "features.#+1.block.2." },
    { "^block#.project.", "features.#+1.block.3.0." },
    { "^conv_1.", "features.12.0." },
    { "^conv_2.", "classifier.0." },
    { "^logits.", "classifier.3." },
    { NULL, NULL },
};

/*  timm's. Blocks of stages 1 and 3 have no squeeze, so that what narrows them is
 *  part 2 and not part 3. */
const char *const nn_names_mobilenetv3_large[][2] = {
    { "^conv_stem.", "features.0.0." },
    { "^bn1.", "features.0.1." },
    { "^blocks.0.0.conv_dw.", "features.1.block.0.0." },
    { "^blocks.0.0.bn1.", "features.1.block.0.1." },
    { "^blocks.0.0.conv_pw.", "features.1.block.1.0." },
    { "^blocks.0.0.bn2.", "features.1.block.1.1." },
    { "^blocks.6.0.conv.", "features.16.0." },
    { "^blocks.6.0.bn1.", "features.16.1." },
    { "^blocks.1.#.conv_pwl.", "features.#+2.block.2.0." },
    { "^blocks.1.#.bn3.", "features.#+2.block.2.1." },
    { "^blocks.3.#.conv_pwl.", "features.#+7.block.2.0." },
    { "^blocks.3.#.bn3.", "features.#+7.block.2.1." },
    { "^blocks.1.#.", "features.#+2." },
    { "^blocks.2.#.", "features.#+4." },
    { "^blocks.3.#.", "features.#+7." },
    { "^blocks.4.#.", "features.#+11." },
    { "^blocks.5.#.", "features.#+13." },
    { ".conv_pw.", ".block.0.0." },
    { ".bn1.", ".block.0.1." },
    { ".conv_dw.", ".block.1.0." },
    { ".bn2.", ".block.1.1." },
    { ".se.conv_reduce.", ".block.2.fc1." },
    { ".se.conv_expand.", ".block.2.fc2." },
    { ".conv_pwl.", ".block.3.0." },
    { ".bn3.", ".block.3.1." },
    { "^conv_head.", "classifier.0." },
    { "^classifier.weight", "classifier.3.weight" },
    { "^classifier.bias", "classifier.3.bias" },
    { NULL, NULL },
};

/*  timm has made convolutions of the two wide dense layers. Keras counts the
 *  layers of a block, torchvision all that there is, ReLUs and poolings as
 *  well. */
const char *const nn_names_vgg16[][2] = {
    { "^pre_logits.fc1.", "classifier.0." },
    { "^pre_logits.fc2.", "classifier.3." },
    { "^head.fc.", "classifier.6." },
    { "^block1_conv1.", "features.0." },
    { "^block1_conv2.", "features.2." },
    { "^block2_conv1.", "features.5." },
    { "^block2_conv2.", "features.7." },
    { "^block3_conv1.", "features.10." },
    { "^block3_conv2.", "features.12." },
    { "^block3_conv3.", "features.14." },
    { "^block4_conv1.", "features.17." },
    { "^block4_conv2.", "features.19." },
    { "^block4_conv3.", "features.21." },
    { "^block5_conv1.", "features.24." },
    { "^block5_conv2.", "features.26." },
    { "^block5_conv3.", "features.28." },
    { "^fc1.", "classifier.0." },
    { "^fc2.", "classifier.3." },
    { "^predictions.", "classifier.6." },
    { NULL, NULL },
};

/*  Keras's: stages from 2, blocks from 1, and the shortcut is part 0. */
const char *const nn_names_resnet50[][2] = {
    { "^conv1_conv.", "conv1." },
    { "^conv1_bn.", "bn1." },
    { "^conv#_block#_0_conv.", "layer#-1.#-1.downsample.0." },
    { "^conv#_block#_0_bn.", "layer#-1.#-1.downsample.1." },
    { "^conv#_block#_#_conv.", "layer#-1.#-1.conv#." },
    { "^conv#_block#_#_bn.", "layer#-1.#-1.bn#." },
    { "^predictions.", "fc." },
    { "^probs.", "fc." },
    { NULL, NULL },
};

/*  Keras's of the second version; ours are those of the ONNX zoo. */
const char *const nn_names_resnet50v2[][2] = {
    { "^conv1_conv.", "conv0." },
    { "^conv#_block#_preact_bn.", "stage#-1.#-1.bn1." },
    { "^conv#_block#_0_conv.", "stage#-1.#-1.downsample." },
    { "^conv#_block#_#_bn.", "stage#-1.#-1.bn#+1." },
    { "^conv#_block#_#_conv.", "stage#-1.#-1.conv#." },
    { "^post_bn.", "bn_out." },
    { "^predictions.", "fc." },
    { "^probs.", "fc." },
    { NULL, NULL },
};

/*  In Keras all but the last layer have no names and are counted (import.c). */
const char *const nn_names_inception_v3[][2] = {
    { "^predictions.", "fc." },
    { NULL, NULL },
};

const char *const nn_names_densenet121[][2] = {
    { "^conv1/conv.", "features.conv0." },
    { "^conv1/bn.", "features.norm0." },
    { "^conv#_block#_0_bn.", "features.denseblock#-1.denselayer#.norm1." },
    { "^conv#_block#_1_conv.", "features.denseblock#-1.denselayer#.conv1." },
    { "^conv#_block#_1_bn.", "features.denseblock#-1.denselayer#.norm2." },
    { "^conv#_block#_2_conv.", "features.denseblock#-1.denselayer#.conv2." },
    { "^pool#_bn.", "features.transition#-1.norm." },
    { "^pool#_conv.", "features.transition#-1.conv." },
    { "^bn.", "features.norm5." },
    { "^fc1000.", "classifier." },
    { "^predictions.", "classifier." },
    { NULL, NULL },
};
