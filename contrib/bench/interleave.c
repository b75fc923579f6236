/* interleave ROUNDS -- COMMAND... [-- COMMAND...]...: times whole processes, in turn.

   Runs each command once, then each once more, and so on: what disturbs the machine disturbs all of
   them. Prints a line for each: its shortest and its median time in nanoseconds, the most memory it
   held, in KiB, and the least processor time that it and its children took, in microseconds. Standard output of the commands is dropped; one that fails ends everything. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

enum { MOST_COMMANDS = 16 };

extern char **environ;

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long microseconds(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

static long long run(char **command, posix_spawn_file_actions_t *actions, long *memory,
                     long long *work)
{
    pid_t child;
    int status;
    struct rusage usage;
    long long begun = now();
    if (posix_spawnp(&child, command[0], actions, NULL, command, environ)
        || wait4(child, &status, 0, &usage) != child || status) {
        fprintf(stderr, "interleave: %s failed\n", command[0]);
        exit(1);
    }
    long long ended = now();
    if (usage.ru_maxrss > *memory)
        *memory = usage.ru_maxrss;
    long long used = microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
    if (*work == 0 || used < *work)
        *work = used;
    return ended - begun;
}

static int compare(const void *a, const void *b)
{
    long long first = *(const long long *)a, second = *(const long long *)b;
    return (first > second) - (first < second);
}

int main(int argc, char **argv)
{
    char **commands[MOST_COMMANDS];
    long long *times[MOST_COMMANDS];
    long memory[MOST_COMMANDS] = {0};
    long long work[MOST_COMMANDS] = {0};
    int count = 0;
    long rounds = argc > 2 ? atol(argv[1]) : 0;

    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--"))
            continue;
        argv[i] = NULL;
        if (count == MOST_COMMANDS || !argv[i + 1])
            return 2;
        commands[count++] = argv + i + 1;
    }
    if (rounds < 1 || count == 0)
        return 2;

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    for (int i = 0; i < count; i++)
        times[i] = calloc(rounds, sizeof *times[i]);
    for (long round = 0; round < rounds; round++)
        for (int i = 0; i < count; i++)
            times[i][round] = run(commands[i], &actions, &memory[i], &work[i]);
    for (int i = 0; i < count; i++) {
        qsort(times[i], rounds, sizeof *times[i], compare);
        printf("%lld %lld %ld %lld\n", times[i][0], times[i][rounds / 2], memory[i], work[i]);
    }
    return 0;
}
