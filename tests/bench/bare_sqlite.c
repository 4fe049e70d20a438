/* The disk's own pace: one row a commit, WAL and synchronous=FULL, nothing else.
 *   bare_sqlite FOLDER SECONDS   prints {"per_second":...,"p50_us":...,"p99_us":...} */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/clock.h"

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void must(sqlite3 *db, int result)
{
    if (result != SQLITE_OK && result != SQLITE_DONE) {
        fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
        exit(3);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    char path[4096];
    snprintf(path, sizeof path, "%s/bare.db", argv[1]);
    sqlite3 *db;
    sqlite3_stmt *insert;
    must(NULL, sqlite3_open(path, &db));
    must(db, sqlite3_exec(db,
                          "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS t "
                          "(id INTEGER PRIMARY KEY, body BLOB)",
                          NULL, NULL, NULL));
    must(db, sqlite3_prepare_v2(db, "INSERT INTO t (body) VALUES (randomblob(200))", -1, &insert, NULL));
    size_t capacity = 2000000, count = 0;
    int64_t *took_us = bytes_alloc(capacity * sizeof *took_us);
    int64_t start_us = clock_mono_us(), end_us = start_us + (int64_t)(atof(argv[2]) * 1e6), now_us = start_us;
    while (now_us < end_us && count < capacity) {
        must(db, sqlite3_step(insert));
        must(db, sqlite3_reset(insert));
        int64_t after_us = clock_mono_us();
        took_us[count++] = after_us - now_us;
        now_us = after_us;
    }
    qsort(took_us, count, sizeof *took_us, by_size);
    printf("{\"per_second\":%.1f,\"p50_us\":%lld,\"p99_us\":%lld}\n",
           (double)count * 1e6 / (double)(now_us - start_us), (long long)took_us[count / 2],
           (long long)took_us[count * 99 / 100]);
    sqlite3_finalize(insert);
    sqlite3_close(db);
    free(took_us);
    return 0;
}
