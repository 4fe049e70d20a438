/* Cells to libxlsxwriter, in constant memory: a row is out as soon as the next begins. Only this and book_spool.c know
 * that library. */
#include "handover/book.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/bytes.h"
#include "base/safe_name.h"
#include "base/text.h"
#include "handover/book_spool.h"

enum {
    CELL_TEXT_MAX = 32767, /* UTF-16 units */
    HEADER_MAX = 200,
    HEADING_HEIGHT = 32,
    A4 = 9,
    DESCRIPTORS_MOST = 65536,
    LOCAL_AHEAD_S = 8 * 3600,
    SECONDS_A_DAY = 86400,
    DAYS_BEFORE_1970 = 25569,
};
/* Every Windows and every Office for Mac has it; LibreOffice and WPS on Linux know what stands in for it. */
static const char font[] = "宋体";
enum { FONT_SIZE = 11, SHADE = 0xFFF2CC, HEADING_SHADE = 0xD9E2F3 };

struct book {
    lxw_workbook *workbook;
    lxw_worksheet *sheet;
    struct spools spools;
    char *path, *folder;
    int target;                          /* the file, kept open so that it is known again */
    lxw_format *formats[2][4], *heading; /* [shaded][kind] */
    struct book_sheet now;               /* its columns are ours */
    struct book_column *columns;
    char *name, *title;
    struct name_set names;
    lxw_row_t row;
    lxw_col_t column;
    bool is_shaded;
    int fault;
    struct buffer scratch;
};

static void book_fail(struct book *book, int error)
{
    if (book->fault == 0)
        book->fault = error;
}

/* ---- words of the library for ours */
static int error_of(lxw_error error, int system)
{
    static const int known[] = {ENOSPC, EDQUOT, EFBIG, EROFS,  EACCES, EPERM,
                                ENOENT, ENODEV, ENXIO, ESTALE, EMFILE, ENFILE};
    if (error == LXW_NO_ERROR)
        return 0;
    if (error == LXW_ERROR_MEMORY_MALLOC_FAILED)
        return -ENOMEM;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (system == known[i])
            return -system;
    return -EIO;
}

static void look(struct book *book, lxw_error error)
{
    if (error != LXW_NO_ERROR)
        book_fail(book, error_of(error, errno));
    if (book->spools.fault != 0)
        book_fail(book, book->spools.fault);
}

/* ---- formats */
static lxw_format *format_of(struct book *book, bool is_shaded, enum book_kind kind)
{
    static const char *const numbers[] = {
        [BOOK_TEXT] = "@", [BOOK_NUMBER] = "0", [BOOK_TIME] = "yyyy-mm-dd hh:mm:ss", [BOOK_MONEY] = "0.00"};
    lxw_format *format = workbook_add_format(book->workbook);
    format_set_font_name(format, font);
    format_set_font_size(format, FONT_SIZE);
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    format_set_border(format, LXW_BORDER_THIN);
    format_set_num_format(format, numbers[kind]);
    if (is_shaded)
        format_set_bg_color(format, SHADE);
    return format;
}

static void add_formats(struct book *book)
{
    for (int shaded = 0; shaded < 2; shaded++)
        for (enum book_kind kind = BOOK_TEXT; kind <= BOOK_MONEY; kind++)
            book->formats[shaded][kind] = format_of(book, shaded, kind);
    book->heading = format_of(book, false, BOOK_TEXT);
    format_set_bold(book->heading);
    format_set_text_wrap(book->heading);
    format_set_align(book->heading, LXW_ALIGN_CENTER);
    format_set_bg_color(book->heading, HEADING_SHADE);
}

/* ---- the book */
int book_new(struct book **ret, const struct book_options *options)
{
    int target = open(options->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (target < 0)
        return -errno;
    struct book *book = bytes_alloc(sizeof *book);
    book->target = target;
    book->path = bytes_text(options->path);
    book->folder = bytes_text(options->temp_folder);
    book->spools.folder = book->folder;
    lxw_workbook_options how = {.constant_memory = LXW_TRUE, .tmpdir = book->folder, .use_zip64 = LXW_FALSE};
    struct spools *before = spools_use(&book->spools);
    book->workbook = workbook_new_opt(book->path, &how);
    spools_use(before);
    if (!book->workbook) {
        book_abandon(book);
        return -ENOMEM;
    }
    int64_t at_s = options->at_us / 1000000;
    lxw_doc_properties properties = {.title = (char *)(options->title ? options->title : ""),
                                     .author = (char *)"Paihao",
                                     .created = (time_t)(at_s > 0 ? at_s : 1)}; /* 0 would be now */
    look(book, workbook_set_properties(book->workbook, &properties));
    add_formats(book);
    *ret = book;
    return 0;
}

/* ---- sheets */
void book_sheet_name(const char *name, char ret_name[static BOOK_SHEET_NAME_SIZE])
{
    struct buffer out = {0};
    uint32_t code;
    for (size_t left = strlen(name), step; left > 0; name += step, left -= step) {
        char bytes[4];
        if ((step = utf8_read(name, left, &code)) == 0) {
            step = 1;
            code = '_';
        } else if (utf8_is_invisible(code) || (code & 0xfffe) == 0xfffe) {
            code = ' ';
        } else if (code < 0x80 && strchr("[]:*?/\\", (int)code)) {
            code += 0xfee0;
        } else if (code == '\'') {
            code = 0x2019;
        }
        if (out.size > 0 || code != ' ')
            buffer_add(&out, bytes, utf8_write(code, bytes));
    }
    size_t size = out.data ? utf16_cut(out.data, LXW_SHEETNAME_MAX) : 0;
    while (size > 0 && out.data[size - 1] == ' ')
        size--;
    const char *text = size > 0 ? out.data : "Sheet";
    memcpy(ret_name, text, size > 0 ? size : strlen(text));
    ret_name[size > 0 ? size : strlen(text)] = '\0';
    if (strcasecmp(ret_name, "history") == 0) /* Excel keeps that one for itself */
        strcat(ret_name, "_");
    buffer_done(&out);
}

static unsigned width_of(const struct book_column *column)
{
    static const unsigned usual[] = {
        [BOOK_TEXT] = 14, [BOOK_NUMBER] = 8, [BOOK_TIME] = 20, [BOOK_MONEY] = 10};
    return column->width ? column->width : usual[column->kind];
}

/* '&' begins a code in headers. */
static void set_header(struct book *book)
{
    struct buffer text = {0};
    buffer_format(&text, "&C&\"%s,Bold\"&14", font);
    /* a digit would belong to the size before it */
    if (book->title[0] >= '0' && book->title[0] <= '9')
        buffer_add_text(&text, " ");
    size_t size = utf8_cut(book->title, HEADER_MAX - text.size);
    for (size_t i = 0; i < size; i++)
        buffer_add(&text, book->title[i] == '&' ? "&&" : book->title + i, book->title[i] == '&' ? 2 : 1);
    if (size > 0 && utf16_length(text.data) < 255)
        look(book, worksheet_set_header(book->sheet, text.data));
    buffer_done(&text);
}

static void set_page(struct book *book)
{
    lxw_worksheet *sheet = book->sheet;
    worksheet_set_paper(sheet, A4);
    if (book->now.is_landscape)
        worksheet_set_landscape(sheet);
    worksheet_set_margins(sheet, 0.5, 0.5, 0.8, 0.7);
    worksheet_center_horizontally(sheet);
    worksheet_fit_to_pages(sheet, 1, 0);
    worksheet_repeat_rows(sheet, 0, 0);
    worksheet_freeze_panes(sheet, 1, 0);
    set_header(book);
    look(book, worksheet_set_footer(sheet, "&C第 &P 页，共 &N 页 · page &P of &N"));
    if (book->now.row_height)
        worksheet_set_default_row(sheet, book->now.row_height, LXW_FALSE);
}

static void add_headings(struct book *book)
{
    worksheet_set_row(book->sheet, 0, HEADING_HEIGHT, NULL);
    for (size_t i = 0; i < book->now.n_columns; i++) {
        const struct book_column *column = &book->now.columns[i];
        const char *zh = column->zh ? column->zh : "", *en = column->en ? column->en : "";
        char *heading = bytes_format("%s%s%s", zh, *zh && *en ? " " : "", en);
        worksheet_set_column(book->sheet, (lxw_col_t)i, (lxw_col_t)i, width_of(column),
                             book->formats[0][column->kind]);
        look(book, worksheet_write_string(book->sheet, 0, (lxw_col_t)i, heading, book->heading));
        free(heading);
    }
}

/* Called with the book's spools in use. */
static void end_sheet(struct book *book)
{
    if (!book->sheet || book->now.n_columns == 0)
        return;
    const lxw_row_t last = book->row - 1;
    const lxw_col_t right = (lxw_col_t)(book->now.n_columns - 1);
    char range[64];
    look(book, worksheet_autofilter(book->sheet, 0, 0, last, right));
    look(book, worksheet_print_area(book->sheet, 0, 0, last, right));
    /* no green corners on student numbers */
    lxw_rowcol_to_range(range, 0, 0, last, right);
    look(book, worksheet_ignore_errors(book->sheet, LXW_IGNORE_NUMBER_STORED_AS_TEXT, range));
    book->sheet = NULL;
}

static void begin_sheet(struct book *book)
{
    struct spools *before = spools_use(&book->spools);
    end_sheet(book);
    char safe[BOOK_SHEET_NAME_SIZE];
    book_sheet_name(book->name, safe);
    char *name = name_set_take(&book->names, safe, "", LXW_SHEETNAME_MAX, NAME_IN_UTF16);
    errno = 0;
    book->sheet = workbook_add_worksheet(book->workbook, name);
    free(name);
    if (!book->sheet) {
        look(book, LXW_ERROR_PARAMETER_VALIDATION);
    } else {
        book->row = 1;
        book->column = 0;
        set_page(book);
        add_headings(book);
    }
    spools_use(before);
}

void book_sheet(struct book *book, const struct book_sheet *sheet)
{
    if (book->fault != 0)
        return;
    if (book->column > 0 || sheet->n_columns == 0 || sheet->n_columns > LXW_COL_MAX) {
        book_fail(book, -EINVAL);
        return;
    }
    struct spools *before = spools_use(&book->spools);
    end_sheet(book);
    spools_use(before);
    free(book->columns);
    book->columns = bytes_alloc(sheet->n_columns * sizeof *book->columns);
    memcpy(book->columns, sheet->columns, sheet->n_columns * sizeof *book->columns);
    book->now = *sheet;
    book->now.columns = book->columns;
    free(book->name);
    free(book->title);
    book->name = bytes_text(sheet->name);
    book->title = bytes_text(sheet->title ? sheet->title : "");
    begin_sheet(book);
}

/* ---- cells */
/* The format of the next cell; NULL when there is none, which is a fault of the caller's. */
static lxw_format *next_cell(struct book *book, enum book_kind kind)
{
    if (book->fault != 0)
        return NULL;
    if (!book->sheet || book->column >= book->now.n_columns) {
        book_fail(book, -EINVAL);
        return NULL;
    }
    if (book->column == 0 && book->row == LXW_ROW_MAX)
        begin_sheet(book);
    return book->fault == 0 ? book->formats[book->is_shaded][kind] : NULL;
}

static bool is_escape(const char *at)
{
    return at[0] == '_' && at[1] == 'x' && strspn(at + 2, "0123456789abcdefABCDEF") >= 4 && at[6] == '_';
}

static bool is_simple(const char *text, size_t size)
{
    if (size > CELL_TEXT_MAX)
        return false;
    for (const char *at = text; *at; at++)
        if (((unsigned char)*at < ' ' && *at != '\n' && *at != '\t') || is_escape(at) ||
            ((unsigned char)*at == 0xef && (unsigned char)at[1] == 0xbf && (unsigned char)at[2] >= 0xbe))
            return false;
    return true;
}

/* What XML 1.0 cannot hold becomes U+FFFD, a lone carriage return a line end; "_x0041_", which readers would take for a
 * letter (ECMA-376 part 1, 22.4.2.4), is escaped itself; what is too long ends with "…". */
static const char *as_cell(struct book *book, const char *text)
{
    struct buffer *out = &book->scratch;
    size_t size = utf16_cut(text, CELL_TEXT_MAX);
    bool is_cut = text[size] != '\0';
    size = is_cut ? utf16_cut(text, CELL_TEXT_MAX - 1) : size;
    out->size = 0;
    for (const char *at = text; at < text + size; at += utf8_first(at)) {
        uint32_t code = 0;
        utf8_read(at, size - (size_t)(at - text), &code);
        if (code == '\r')
            buffer_add_text(out, at[1] == '\n' ? "" : "\n");
        else if ((code < ' ' && code != '\n' && code != '\t') || code == 0xfffe || code == 0xffff)
            buffer_add_text(out, "\ufffd");
        else if (is_escape(at))
            buffer_add_text(out, "_x005F_");
        else
            buffer_add(out, at, utf8_first(at));
    }
    if (is_cut)
        buffer_add_text(out, "…");
    /* escapes made it longer than the library takes; without them it is a text still */
    if (out->data && utf16_length(out->data) > CELL_TEXT_MAX)
        out->data[utf16_cut(out->data, CELL_TEXT_MAX)] = '\0';
    return out->data ? out->data : "";
}

void book_text(struct book *book, const char *text)
{
    lxw_format *format = next_cell(book, BOOK_TEXT);
    text = text ? text : "";
    if (!format)
        return;
    size_t size = strlen(text);
    if (!utf8_is_valid(text, size)) {
        book_fail(book, -EILSEQ);
        return;
    }
    if (!is_simple(text, size))
        text = as_cell(book, text);
    look(book, worksheet_write_string(book->sheet, book->row, book->column++, text, format));
}

static void put_number(struct book *book, double value, enum book_kind kind)
{
    lxw_format *format = next_cell(book, kind);
    if (format)
        look(book, worksheet_write_number(book->sheet, book->row, book->column++, value, format));
}

void book_number(struct book *book, int64_t value)
{
    put_number(book, (double)value, BOOK_NUMBER);
}

/* Whole seconds, as the format shows them. */
void book_time(struct book *book, int64_t utc_us)
{
    int64_t seconds = utc_us / 1000000 + LOCAL_AHEAD_S;
    if (utc_us <= 0)
        book_blank(book);
    else
        put_number(book, DAYS_BEFORE_1970 + (double)seconds / SECONDS_A_DAY, BOOK_TIME);
}

void book_money(struct book *book, int64_t fen)
{
    put_number(book, (double)fen / 100, BOOK_MONEY);
}

void book_blank(struct book *book)
{
    enum book_kind kind =
        book->sheet && book->column < book->now.n_columns ? book->now.columns[book->column].kind : BOOK_TEXT;
    lxw_format *format = next_cell(book, kind);
    if (format)
        look(book, worksheet_write_blank(book->sheet, book->row, book->column++, format));
}

void book_shade(struct book *book)
{
    book->is_shaded = true;
}

/* Empty cells have borders, too: somebody may sign there. */
void book_end_row(struct book *book)
{
    if (book->fault == 0 && !book->sheet)
        book_fail(book, -EINVAL);
    while (book->fault == 0 && book->column < book->now.n_columns)
        book_blank(book);
    book->row++;
    book->column = 0;
    book->is_shaded = false;
}

/* ---- the end */
/* After a failure the library leaves its own descriptor of the file open for ever, with bytes that it would write at
 * exit; it must hold no stick back, so it gets another file. */
static void detach_target(const struct book *book)
{
    struct stat ours, other;
    struct rlimit limit = {0};
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    getrlimit(RLIMIT_NOFILE, &limit);
    int most = limit.rlim_cur < DESCRIPTORS_MOST ? (int)limit.rlim_cur : DESCRIPTORS_MOST;
    if (nothing >= 0 && fstat(book->target, &ours) == 0)
        for (int other_fd = 0; other_fd < most; other_fd++)
            if (other_fd != book->target && fstat(other_fd, &other) == 0 && other.st_dev == ours.st_dev &&
                other.st_ino == ours.st_ino)
                dup3(nothing, other_fd, O_CLOEXEC);
    if (nothing >= 0)
        close(nothing);
}

static void free_book(struct book *book)
{
    struct spools *before = spools_use(&book->spools);
    if (book->workbook)
        lxw_workbook_free(book->workbook);
    spools_use(before);
    spools_done(&book->spools);
    if (book->scratch.data)
        wipe_bytes(book->scratch.data, book->scratch.size);
    buffer_done(&book->scratch);
    name_set_done(&book->names);
    if (book->target >= 0)
        close(book->target);
    free(book->columns);
    free(book->name);
    free(book->title);
    free(book->path);
    free(book->folder);
    free(book);
}

int book_close(struct book *book)
{
    if (book->fault == 0 && book->column > 0)
        book_fail(book, -EINVAL);
    struct spools *before = spools_use(&book->spools);
    end_sheet(book);
    spools_use(&book->spools);
    if (book->fault == 0 && book->spools.made > 0) {
        errno = 0;
        lxw_error error = workbook_close(book->workbook); /* frees it */
        int system = errno;
        book->workbook = NULL;
        /* a spool that broke may have left a sheet short, unseen by the library */
        book_fail(book, book->spools.fault ? book->spools.fault : error_of(error, system));
    } else if (book->fault == 0) {
        book_fail(book, -EINVAL); /* no sheet at all */
    }
    spools_use(before);
    int fault = book->fault;
    if (fault != 0) {
        detach_target(book);
        unlink(book->path);
    }
    free_book(book);
    return fault;
}

void book_abandon(struct book *book)
{
    if (!book)
        return;
    unlink(book->path);
    free_book(book);
}
