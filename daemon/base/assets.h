/* Files carried inside the program by packaging/embed: the pages and the schema. Nothing is looked for on disk. */
#ifndef BASE_ASSETS_H
#define BASE_ASSETS_H

struct asset {
    const char *path; /* as in the source tree: "web/shared/style.css", "schema/0001-first.sql" */
    const unsigned char *data, *end; /* a NUL byte stands at *end */
    const char *etag;                /* quoted, strong (RFC 9110 section 8.8.3) */
};

extern const struct asset assets[]; /* ends with a NULL path */
extern const unsigned assets_count;
/* 16 hexadecimal digits that change with any page. A page knows its own (@PAGES@ in its source) and hears the server's in
 * the header Paihao-Pages. */
extern const char assets_version[];

#endif
