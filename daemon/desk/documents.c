/* A short list, searched from the front. The desk guards it. */
#include "desk/documents.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

const struct stored_document *documents_find(const struct stored_document *list, const char *kind)
{
    while (list && strcmp(list->kind, kind) != 0)
        list = list->next;
    return list;
}

void documents_put(struct stored_document **list, const char *kind, const char *text, uint64_t seq)
{
    while (*list && strcmp((*list)->kind, kind) != 0)
        list = &(*list)->next;
    if (!*list) {
        *list = bytes_alloc(sizeof **list);
        strncpy((*list)->kind, kind, DOCUMENT_KIND_MAX);
    }
    free((*list)->text);
    (*list)->text = bytes_text(text);
    (*list)->seq = seq;
}

void documents_take(struct stored_document **into, struct stored_document **from)
{
    for (const struct stored_document *document = *from; document; document = document->next)
        documents_put(into, document->kind, document->text, document->seq);
    documents_free(*from);
    *from = NULL;
}

void documents_free(struct stored_document *list)
{
    for (struct stored_document *next; list; list = next) {
        next = list->next;
        free(list->text);
        free(list);
    }
}
