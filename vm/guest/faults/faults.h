/* The guest's part of the faults that tests make, one program: /bin/faults. The host's part is vm/faults/. */
#ifndef DIRSYNC_FAULTS_H
#define DIRSYNC_FAULTS_H

/* Says what failed, with errno's reason, and ends the program. */
__attribute__((format(printf, 1, 2), noreturn)) void die(const char *format, ...);

/* Each takes the arguments behind its name, NULL at the end, and gives the exit status. */
int await_file(char **args);
int fill(char **args);
int mark(char **args);
int fail_nth(char **args);

#endif
