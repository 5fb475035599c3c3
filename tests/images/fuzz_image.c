/*  fuzz_image.c - for libFuzzer: any bytes as a picture, whole and made smaller */
#include "nn.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

/*  Reads it as one who looks at it does, and as a training does. It may be refused,
 *  with a sentence; or it is a picture, and all its values are from 0 to 1. */
int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
    static nn_image image;
    char path[50];
    const int fd = memfd_create ("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write (fd, bytes, size) != (ssize_t) size)
        abort ();
    snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
    for (int about = 0; about <= 16; about += 16) {
        const int status = nn_image_load_about (&image, path, about, about);
        const size_t values = (size_t) image.h * image.w * image.c;
        if (status < 0 && !*nn_error ())
            abort ();
        for (size_t k = 0; status == NN_OK && k < values; k++)
            if (!(image.x[k] >= 0 && image.x[k] <= 1))
                abort ();
    }
    close (fd);
    if (image.room > 1 << 24) // let no large one weigh on all that follow
        nn_image_free (&image);
    return 0;
}
