"""What must not be found where it does not belong: everything personal of a synthetic day, in every encoding it could have
slipped out in, and a search over files and texts."""

import base64
import os
import pathlib
import sqlite3


def encodings(secret):
    """The byte strings that `secret` (text or bytes) could stand as."""
    texts = [secret]
    if isinstance(secret, str):
        texts = [secret.encode("utf-8"), secret.encode("gb18030"), secret.encode("utf-16-le"), secret.encode("utf-16-be")]
        escaped = secret.encode("unicode_escape")
        texts += [escaped] if escaped != texts[0] else []
    found = {}
    for raw in texts:
        found[raw] = "as it is"
        found[raw.hex().encode()] = "hexadecimal"
        found[raw.hex().upper().encode()] = "hexadecimal"
        for shift in range(3):  # base64 of a text that it is part of: the letters that do not depend on what stands around
            whole = base64.b64encode(b"\0" * shift + raw)
            inner = whole[-(-shift * 8 // 6) if shift else 0:len(whole) - (4 if len(raw + b"\0" * shift) % 3 else 0)]
            for text in (inner, inner.replace(b"+", b"-").replace(b"/", b"_")):
                if len(text) >= 8:
                    found[text] = "base64"
    return found


class Secrets:
    def __init__(self):
        self.patterns = {}  # bytes -> what it is

    def add(self, what, *secrets):
        for secret in secrets:
            for pattern, how in encodings(secret).items():
                if len(pattern) >= 4:  # "张" alone says nothing
                    self.patterns[pattern] = f"{what} {how}"

    def add_rows(self, database, key_file):
        """The sealed boxes and their digests, and the key in both its forms."""
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        for box, in connection.execute("SELECT sealed FROM person UNION ALL SELECT sealed FROM credential"):
            for part in (box[:24], box[24:56]):  # the nonce, and the first of what is sealed
                self.patterns[part] = "a sealed box"
        for digest, in connection.execute("SELECT digest FROM credential"):
            self.patterns[digest] = "a digest"
        connection.close()
        text = pathlib.Path(key_file).read_text().splitlines()[1]
        self.patterns[text.encode()] = self.patterns[bytes.fromhex(text)] = "the key"

    def without(self, *kinds):
        fewer = Secrets()
        fewer.patterns = {pattern: what for pattern, what in self.patterns.items() if not what.startswith(kinds)}
        return fewer

    def found_in(self, data, where=""):
        data = data.encode() if isinstance(data, str) else data
        return [(where, what, pattern) for pattern, what in self.patterns.items() if pattern in data]

    def found_under(self, folder):
        """In every file below, and in every name."""
        found = []
        for parent, folders, files in os.walk(folder):
            found += self.found_in("\n".join(folders + files), f"names in {parent}")
            for name in files:
                path = pathlib.Path(parent, name)
                if path.is_file():
                    found += self.found_in(path.read_bytes(), str(path))
        return found
