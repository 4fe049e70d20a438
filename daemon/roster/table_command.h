/* The command `paihao table FILE` (paihao(1)): what is read in a file, as lines of JSON (roster/table_lines.h). It is run
 * by hand to look, and by the daemon as the confined child (roster/table_child.h): once the bytes are in memory the process
 * gives up all that base/confine.h can take, and only then looks at them. */
#ifndef ROSTER_TABLE_COMMAND_H
#define ROSTER_TABLE_COMMAND_H

enum { TABLE_CPU_SECONDS = 30 };

/* argv[0] is "table". Returns the exit status when it could not begin; ends the process itself once it is confined:
 * 0, 1 when the file was not read to its end, 2, 3. */
int table_command(int argc, char **argv);
/* Confines this process so. 0, or -errno: it has to end. */
int table_confine(void);

#endif
