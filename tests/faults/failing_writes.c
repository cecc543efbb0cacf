/* Refuses writes below a folder: the k-th one, and as many after it as wanted.

   Loaded with LD_PRELOAD; the variable FAULT_FOLDER is the folder's absolute path. The process
   calls fault_arm(k, count, errno) to begin counting anew; an errno of 0 refuses nothing. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long seen, first, count;
static int error;

void fault_arm(long k, long times, int number) {
    pthread_mutex_lock(&lock);
    seen = 0;
    first = k;
    count = times;
    error = number;
    pthread_mutex_unlock(&lock);
}

long fault_seen(void) { return seen; }

static int refuses(void) {
    pthread_mutex_lock(&lock);
    seen++;
    int refused = error != 0 && seen >= first && seen < first + count;
    pthread_mutex_unlock(&lock);
    if (refused) errno = error;
    return refused;
}

static int is_below(const char *path) {
    const char *folder = getenv("FAULT_FOLDER");
    return folder != NULL && path != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

static int is_ours(int descriptor) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    /* SQLite's index of the log is memory that the processes share. */
    return is_below(path) && (length < 4 || strcmp(path + length - 4, "-shm") != 0);
}

#define REAL(name) ((__typeof__(&name)) dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t size) {
    if (is_ours(fd) && refuses()) return -1;
    return REAL(write)(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    if (is_ours(fd) && refuses()) return -1;
    return REAL(pwrite)(fd, data, size, at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    if (is_ours(fd) && refuses()) return -1;
    return REAL(pwrite64)(fd, data, size, at);
}

int fsync(int fd) {
    if (is_ours(fd) && refuses()) return -1;
    return REAL(fsync)(fd);
}

int fdatasync(int fd) {
    if (is_ours(fd) && refuses()) return -1;
    return REAL(fdatasync)(fd);
}

int ftruncate(int fd, off_t size) {
    if (is_ours(fd) && refuses()) return -1;
    return REAL(ftruncate)(fd, size);
}

int ftruncate64(int fd, off64_t size) {
    if (is_ours(fd) && refuses()) return -1;
    return REAL(ftruncate64)(fd, size);
}

int unlink(const char *path) {
    if (is_below(path) && refuses()) return -1;
    return REAL(unlink)(path);
}

int rename(const char *from, const char *to) {
    if (is_below(to) && refuses()) return -1;
    return REAL(rename)(from, to);
}

int mkdir(const char *path, mode_t mode) {
    if (is_below(path) && refuses()) return -1;
    return REAL(mkdir)(path, mode);
}

static int open_any(const char *name, const char *path, int flags, mode_t mode) {
    int creates = (flags & O_CREAT) && access(path, F_OK) != 0;
    size_t length = strlen(path);
    int is_shared = length > 4 && strcmp(path + length - 4, "-shm") == 0;
    if (creates && is_below(path) && !is_shared && refuses()) return -1;
    int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...)) dlsym(RTLD_NEXT, name);
    return real(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_any("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_any("open64", path, flags, mode);
}
