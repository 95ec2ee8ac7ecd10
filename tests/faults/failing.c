// Makes the n-th call that writes below a folder fail, or kills the process before it.
//
// FAULT_FOLDER  only files below this folder count
// FAULT_LOG     gets a byte for each counted call, so that its size is the number of calls
// FAULT_AT      the number of the call, from 1; 0 for none
// FAULT_KIND    "full" (this call and all later ones: no space), "error" (this call: I/O error), "kill"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_counted(int handle) {
    const char *folder = getenv("FAULT_FOLDER");
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t size = folder ? readlink(link, path, sizeof path - 1) : -1;
    if (size < 0) return 0;
    path[size] = 0;
    return strncmp(path, folder, strlen(folder)) == 0;
}

// Whether this call must fail; sets errno.
static int fails(int handle, int takes_space) {
    if (!is_counted(handle)) return 0;
    int log = syscall(SYS_openat, AT_FDCWD, getenv("FAULT_LOG"), O_WRONLY | O_CREAT | O_APPEND, 0644);
    struct stat now = {0};
    syscall(SYS_write, log, ".", 1);
    syscall(SYS_fstat, log, &now);
    syscall(SYS_close, log);
    long at = atol(getenv("FAULT_AT"));
    const char *kind = getenv("FAULT_KIND");
    if (at == 0 || now.st_size < at) return 0;
    if (strcmp(kind, "full") == 0) {
        errno = ENOSPC;
        return takes_space;
    }
    if (now.st_size > at) return 0;
    if (strcmp(kind, "kill") == 0) syscall(SYS_kill, getpid(), SIGKILL);
    errno = EIO;
    return 1;
}

#define REPLACE(result, name, parameters, arguments, takes_space)                        \
    result name parameters {                                                             \
        static result(*real) parameters;                                                 \
        if (!real) real = (result(*) parameters)dlsym(RTLD_NEXT, #name);                 \
        return fails(handle, takes_space) ? -1 : real arguments;                         \
    }

REPLACE(ssize_t, write, (int handle, const void *data, size_t size), (handle, data, size), 1)
REPLACE(ssize_t, writev, (int handle, const struct iovec *data, int count), (handle, data, count), 1)
REPLACE(ssize_t, pwrite, (int handle, const void *data, size_t size, off_t place), (handle, data, size, place), 1)
REPLACE(ssize_t, pwrite64, (int handle, const void *data, size_t size, off64_t place), (handle, data, size, place), 1)
REPLACE(int, ftruncate, (int handle, off_t size), (handle, size), 0)
REPLACE(int, ftruncate64, (int handle, off64_t size), (handle, size), 0)
REPLACE(int, fsync, (int handle), (handle), 0)
REPLACE(int, fdatasync, (int handle), (handle), 0)
