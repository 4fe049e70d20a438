/* The pages and their parts, as the program carries them (base/assets.h). */
#ifndef HTTP_PAGES_H
#define HTTP_PAGES_H
#include <stdbool.h>

/* Ready answers, one or two for each file, shared by all requests. */
struct pages;
struct pages *pages_new(void);
void pages_free(struct pages *);
/* There is a page at this path, or one with a slash behind it. Any path is safe: nothing is looked for on
 * disk. */
bool page_exists(const char *path);

#endif
