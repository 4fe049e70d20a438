/* The inside of a workbook (XLSX, ECMA-376): parts of an archive, each XML. For the table_xlsx*.c files alone.
 *
 * What a hostile file may try, and what stands against it: a bomb (bytes unpacked are counted over all parts), entities
 * (a document type is refused altogether), depth, two parts of one name, paths (they are looked up in the archive and
 * nowhere else). */
#ifndef ROSTER_TABLE_XLSX_PARTS_H
#define ROSTER_TABLE_XLSX_PARTS_H
#include "roster/table_rows.h"
#include <zip.h>

enum {
    XLSX_ENTRIES_MAX = 4096,
    XLSX_UNPACKED_MAX = 256 << 20,
    XLSX_DEPTH_MAX = 64,
    XLSX_SHEETS_MAX = 256,
    XLSX_STRINGS_MAX = 4 << 20,
    XLSX_STRING_BYTES_MAX = 128 << 20,
    XLSX_STYLES_MAX = 65536,
    XLSX_PATH_MAX = 512,
};

struct xlsx_sheet {
    char *name, *relation;
    bool is_hidden;
};
struct xlsx_relation {
    char *id, *target, *type; /* target: the part's name in the archive */
};

struct xlsx {
    zip_t *zip;
    struct table_rows *rows;
    uint64_t unpacked;
    bool is_1904;
    struct xlsx_sheet *sheets;
    size_t n_sheets;
    struct xlsx_relation *relations; /* of the workbook */
    size_t n_relations;
    struct buffer strings; /* one after the other, each with a NUL */
    uint32_t *string_starts;
    size_t n_strings, string_room;
    bool *style_is_date;
    size_t n_styles;
};

/* One walk through a part. Names come without their namespace's prefix. A handler that finds something wrong sets
 * `fault`: nothing further is called. */
struct xlsx_walk {
    struct xlsx *xlsx;
    void (*start)(struct xlsx_walk *, const char *name, const char **attributes);
    void (*end)(struct xlsx_walk *, const char *name);
    void (*text)(struct xlsx_walk *, const char *text, size_t length); /* NULL: not wanted */
    void *state;
    enum table_fault fault;
    unsigned depth;
    void *parser;
};
/* TABLE_BROKEN when there is no such part. */
enum table_fault xlsx_walk_part(struct xlsx_walk *, const char *part);
bool xlsx_has_part(const struct xlsx *, const char *part);
/* The value of an attribute, prefix or not; NULL when it is not there. */
const char *xlsx_attribute(const char **attributes, const char *name);
bool xlsx_is_true(const char *value); /* "1", "true", "on" */
/* Undoes _x000D_ in place: characters that XML cannot hold. Returns the new length. */
size_t xlsx_unescape(char *text, size_t length);

/* Each reads its part into `xlsx`. */
enum table_fault xlsx_read_relations(struct xlsx *, const char *part, const char *folder);
enum table_fault xlsx_read_workbook(struct xlsx *, const char *part);
enum table_fault xlsx_read_strings(struct xlsx *, const char *part);
enum table_fault xlsx_read_styles(struct xlsx *, const char *part);
enum table_fault xlsx_read_sheet(struct xlsx *, const char *part, const struct xlsx_sheet *);
/* The first relation whose type ends so ("/styles"), or whose id is that; NULL. */
const char *xlsx_target_of_type(const struct xlsx *, const char *type_end);
const char *xlsx_target_of_id(const struct xlsx *, const char *id);
void xlsx_forget_relations(struct xlsx *);

#endif
