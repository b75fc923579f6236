/* sweep ROOT LIST: looks once at each directory that LIST names, one to a line, below ROOT.
   What a poll of an unchanged archive cannot do without. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static char buffer[1 << 16];
    static char line[4096];
    struct stat look;

    if (argc != 3)
        return 2;
    FILE *list = fopen(argv[2], "r");
    if (!list || chdir(argv[1])) {
        perror("sweep");
        return 1;
    }
    setvbuf(list, buffer, _IOFBF, sizeof buffer);
    while (fgets(line, sizeof line, list)) {
        line[strcspn(line, "\n")] = '\0';
        if (lstat(line, &look)) {
            perror(line);
            return 1;
        }
    }
    return 0;
}
