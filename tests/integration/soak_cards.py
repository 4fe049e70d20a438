"""Cards before the readers of the soak, SAM and NFC, and what may go wrong with each."""

import time

import emulated
import harness
from soak import READING_S, Station, Step

# "x1": the first answer that carries a card is bad, and the card still lies there: it is read again, once.
# "x0": every such answer is bad: no reading, however long the card lies there.
SAM_STEPS = (
    Step("checksum x1", 8, 1), Step("truncate x1", 8, 1), Step("header x1", 8, 1), Step("noise x1", 8, 1),
    Step("extra-aa x1", 8, 1), Step("dup x1", 8, 1), Step("slow x1", 8, 1), Step("late x1", 4, 1),
    Step("silence x1", 4, 1), Step("status41 x1", 4, 0), Step("status31 x1", 4, 0), Step("checksum x0", 8, 0),
    Step("truncate x0", 8, 0), Step("status41 x0", 8, 0), Step("silence x0", 4, 0), Step("two-cards", 8, 0),
    Step("long-stay", 4, 1), Step("mute", 2, 0), Step("unplug", 4, 1), Step("unplug-inside", 4, 1), Step("freeze", 1, 1),
    Step("kill", 2, 1))
RESTLESS_STEPS = tuple(step._replace(readings=1) if step.legend in ("status41 x1", "status31 x1") else step
                       for step in SAM_STEPS)
NFC_STEPS = (
    Step("dcs x1", 8, 1), Step("lcs x1", 8, 1), Step("preamble x1", 8, 1), Step("tfi x1", 8, 1), Step("command x1", 8, 1),
    Step("postamble x1", 8, 1), Step("noack x1", 8, 1), Step("badack x1", 8, 1), Step("error x1", 8, 1), Step("junk x1", 8, 1),
    Step("dup x1", 8, 1), Step("truncate x1", 8, 1), Step("silence x1", 8, 1), Step("late x1", 8, 1), Step("nad x1", 4, 1),
    Step("mi x1", 4, 1), Step("dcs x0", 8, 0), Step("two-cards", 8, 0), Step("two-uids", 8, 0), Step("wallet", 8, 0),
    Step("random-uid", 8, 0), Step("ats-zero", 8, 1), Step("ats-short", 8, 1), Step("endless", 1, 0), Step("open-lost", 3, 1),
    Step("long-stay", 4, 1), Step("mute", 2, 0), Step("unplug", 4, 1), Step("unplug-inside", 4, 1),
    Step("freeze", 1, 1), Step("kill", 2, 1))


class CardStation(Station):
    """Cards lie on it until they are taken away. A kind of it has card(index)."""

    leaves_s = 0.0  # how soon the reader sees that the card has gone

    def card(self, index):
        raise NotImplementedError

    def special(self, legend, index):
        """(what is laid there, who that is), where it is not the plain card."""
        return ("two-cards", None) if legend == "two-cards" else (self.card(index),) * 2

    def lay(self, cards):
        self.say("present", cards)

    def take_away(self):
        self.say("remove")
        self.say("fault", "none")
        time.sleep(self.leaves_s)

    def present(self, step, index):
        what, _, times = step.legend.partition(" x")
        cards, who = self.special(what, index)
        if what in ("unplug", "freeze", "kill"):
            self.lose(what)
        if what == "unplug-inside":  # with a card whose answer never comes
            self.say("fault", "silence 0 reads")
            self.lay(cards)
            time.sleep(self.random.uniform(0.0, 0.6))
            self.unplug()
            self.say("fault", "none")
            self.replug()
        if times:
            self.say("fault", f"{what} {times} reads")
        if what == "mute":
            self.say("fault", "mute 1")
        self.lay(cards)
        if step.readings:
            self.expect_reading(who, step.legend)
        else:
            self.expect_complaint(step.legend, 0.8)
        if what == "long-stay":
            time.sleep(3.0)  # longer than any gate lets the same card through again
        self.take_away()
        if what == "mute":
            self.unplug()
            self.replug()


class SamStation(CardStation):
    """A SAM reader on a serial line, over TCP or on a bus (device: "usb:..."). When it is restless it is one of those that find
    a card again and again while it lies there, so that a read that failed once is made good."""

    title, steps, driver, leaves_s = "SAM", SAM_STEPS, "sam", 0.12

    def __init__(self, name, kind, *more):
        super().__init__(name, *more)
        kind, _, rest = kind.partition(" ")
        self.emulator = emulated.Bus() if kind == "usb" else emulated.Rig(**{kind: [name]}, options=["--fast"])
        device = {"usb": lambda: "usb:0400:c35a", "sam_tcp": lambda: self.emulator.address(name),
                  "sam": lambda: f"serial:{self.emulator.path(name)}"}[kind]()
        self.config = harness.Reader(name, self.driver, device)
        if rest == "restless":
            self.say("option", "rests off")
            self.steps = RESTLESS_STEPS

    def card(self, index):
        who = harness.person(self.first_person + index)
        return f'id {who.id_number} "{who.name}" 20360101'


class NfcStation(CardStation):
    """A PN532 behind libnfc, with one of the ways of finding cards. Half of its people have resident cards, the others campus
    cards with UIDs of 4, 7 and 10 bytes."""

    title, steps, driver, leaves_s = "NFC", NFC_STEPS, "nfc", 0.2

    def __init__(self, name, method, *more):
        super().__init__(name, *more)
        self.emulator = emulated.Rig(pn532=[name], options=["--fast"])
        self.config = harness.Reader(name, self.driver, f"pn532_uart:{self.emulator.path(name)}", method)

    def uid(self, index, size):
        return f"{4 if size > 4 else 0xde:02x}{self.first_person + index + 1:0{2 * size - 2}x}"

    def card(self, index):
        if index % 2 == 0:
            return f"chip {self.first_person + index + 1:016x}"
        return f"uid {self.uid(index, (4, 7, 10)[index // 2 % 3])}"

    def special(self, legend, index):
        uid = self.uid(index, 7)
        random_uid = f"08{self.random.randrange(1 << 24):06x}"
        cards = {"two-uids": f"uids {uid} {self.uid(index + 1, 7)}", "wallet": f"wallet {uid}", "random-uid": f"uid {random_uid}"}
        answers = {"ats-zero": "00", "ats-short": "0675778102"}  # libnfc 1.8 dies of the first
        if legend in cards:
            return cards[legend], None
        if legend in answers:
            return f"uid {uid} {answers[legend]}", f"uid {uid}"
        return super().special(legend, index)

    def lose_opening(self):
        """One answer of the opening is lost: which one decides whether libnfc survives it."""
        self.unplug()
        self.say("fault", f"silence {self.random.randrange(1, 8)}")
        self.replug()
        self.say("fault", "none")

    def loop_for_ever(self, index):
        before = self.restarts
        self.say("fault", "mi 0")
        self.lay(self.card(index - index % 2))
        harness.wait_until(lambda: self.restarts > before, READING_S, f"{self.reader} ended for looping")
        self.take_away()
        self.wait_ready()

    def present(self, step, index):
        if step.legend == "endless":
            self.loop_for_ever(index)
            return
        if step.legend == "open-lost":
            self.lose_opening()
        super().present(step, index)
