/* loop COUNT PROGRAM ARGUMENT...: starts a program again and again, and waits for each. */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    for (long left = atol(argv[1]); left > 0; left--) {
        pid_t child;
        int status;
        if (posix_spawn(&child, argv[2], NULL, NULL, argv + 2, environ)
            || waitpid(child, &status, 0) != child || status) {
            fprintf(stderr, "loop: %s failed\n", argv[2]);
            return 1;
        }
    }
    return 0;
}
