/*  double.h - the library once more, with every float a double
 *
 *  A gradient measured in floats is right to three digits, and a wrong term may hide behind
 *  the noise. So the tests compile the same sources a second time with this header in front:
 *  the system's headers first, as they are, then `float` becomes `double`.
 */
#ifndef NN_DOUBLE_H
#define NN_DOUBLE_H

#include <cblas.h>
#include <cjson/cJSON.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <inttypes.h>
#include <jpeglib.h>
#include <limits.h>
#include <math.h>
#include <omp.h>
#include <png.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __clang__
#pragma clang diagnostic ignored "-Wkeyword-macro"
#endif
#define NN_DOUBLE 1
#define float double
#define cblas_sgemm cblas_dgemm
#define sqrtf sqrt
#define expf exp
#define logf log
#define fabsf fabs
#define fmaxf fmax
#define fminf fmin
#define cosf cos
#define sinf sin
#define powf pow
#define tanhf tanh

#endif
