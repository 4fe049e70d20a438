/* Letters between the supervisor's thread and the desk's. The writer's thread only ever takes the lock for a
 * moment. */
#include "readers/supervisor_mail.h"
#include "base/bytes.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

void letter_free(struct letter *letter)
{
    presentation_wipe(&letter->presentation);
    free(letter);
}

int mail_init(struct mail *mail)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
        return -errno;
    *mail = (struct mail){.wake_fd = fd};
    mail->last = &mail->first;
    pthread_mutex_init(&mail->lock, NULL);
    pthread_cond_init(&mail->all_back, NULL);
    return 0;
}

void mail_done(struct mail *mail)
{
    pthread_mutex_lock(&mail->lock);
    while (mail->under_way > 0)
        pthread_cond_wait(&mail->all_back, &mail->lock);
    pthread_mutex_unlock(&mail->lock);
    for (struct letter *letter = mail_take(mail), *next; letter; letter = next) {
        next = letter->next;
        letter_free(letter);
    }
    pthread_cond_destroy(&mail->all_back);
    pthread_mutex_destroy(&mail->lock);
    close(mail->wake_fd);
}

void mail_wake(struct mail *mail)
{
    const uint64_t one = 1;
    ssize_t written = write(mail->wake_fd, &one, sizeof one); /* fails only when it is awake already */
    (void)written;
}

/* On the writer's thread. */
static void bring_back(void *arg, const struct desk_answer *answer)
{
    struct letter *letter = arg;
    struct mail *mail = letter->mail;
    letter->answer = *answer;
    pthread_mutex_lock(&mail->lock);
    *mail->last = letter;
    mail->last = &letter->next;
    mail_wake(mail);
    if (--mail->under_way == 0)
        pthread_cond_signal(&mail->all_back);
    pthread_mutex_unlock(&mail->lock);
}

int mail_submit(struct mail *mail, struct desk *desk, const struct desk_command *command, size_t reader,
                unsigned starts)
{
    struct letter *letter = bytes_alloc(sizeof *letter);
    letter->mail = mail;
    letter->reader = reader;
    letter->starts = starts;
    letter->presentation = *command->presentation;
    pthread_mutex_lock(&mail->lock);
    mail->under_way++;
    pthread_mutex_unlock(&mail->lock);
    int result = desk_submit(desk, command, bring_back, letter);
    if (result == 0)
        return 0;
    pthread_mutex_lock(&mail->lock);
    mail->under_way--;
    pthread_mutex_unlock(&mail->lock);
    letter_free(letter);
    return result;
}

struct letter *mail_take(struct mail *mail)
{
    uint64_t count;
    ssize_t got = read(mail->wake_fd, &count, sizeof count);
    (void)got;
    pthread_mutex_lock(&mail->lock);
    struct letter *first = mail->first;
    mail->first = NULL;
    mail->last = &mail->first;
    pthread_mutex_unlock(&mail->lock);
    return first;
}
