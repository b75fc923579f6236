"""The half of larch's helper protocol that all helpers have in common.

A helper is a class with some of these methods, and a call of `main`:

    class Shelf(Helper):
        def __init__(self, address): ...
        def list(self, parts, position): ...    # a Listing of what is in a subject
        def describe(self, revisions): ...      # a dict for each revision, or None if it is gone
        def tell(self, revisions, files, diff): ...   # a Details for each, or None if it is gone
        def log(self, parts): ...               # the bytes of a revision's log

    if __name__ == "__main__":
        main(Shelf, __doc__)

`parts` are the parts of a name from the category down: none of them for the archive itself. They are
text, with a surrogate for each byte that is not UTF-8, as `decode` and `encode` have them.
docs/helpers.md has the protocol.
"""

import base64
import json
import os
import sys

PROTOCOL = 1
REQUESTS = ("list", "describe", "tell", "log")

# How much of a text goes into one line of an answer.
PIECE = 1 << 19


class Gone(Exception):
    """The archive was reached, and does not hold the subject."""


class Unreachable(Exception):
    """The archive cannot be reached, or does not let us in."""


class Failed(Exception):
    """This request cannot be answered; others may."""


class Listing:
    """The items of a subject: text, or (text, location) where the item is read elsewhere."""

    def __init__(self, items, position=None, since=False, held_back=False):
        self.items = items
        self.position = position
        self.since = since
        self.held_back = held_back


class Details:
    """All that is known of a revision: what `describe` says, text, dicts, bytes."""

    def __init__(self, description, body="", files=None, diff=None, is_cut=False):
        self.description = description
        self.body = body
        self.files = files
        self.diff = diff
        self.is_cut = is_cut


class Helper:
    """What helpers may have; `cache` is a directory for what is worth keeping, or None."""

    cache = None
    capabilities = ()


def decode(raw):
    return raw.decode("utf-8", "surrogateescape")


def encode(text):
    return text.encode("utf-8", "surrogateescape")


def main(helper_class, doc):
    """Speaks with larch, or, with arguments, with a person."""
    arguments = sys.argv[1:]
    if not arguments:
        serve(helper_class)
    elif arguments[0] in ("-h", "--help"):
        print(doc.strip())
    elif hasattr(helper_class, arguments[0]) and arguments[0] in REQUESTS and len(arguments) > 1:
        sys.exit(by_hand(helper_class, *arguments))
    else:
        print(doc.strip(), file=sys.stderr)
        sys.exit(2)


def by_hand(helper_class, request, address, *parts):
    """Answers one request, and prints the answer for a person; returns the exit code."""
    parts = [decode(os.fsencode(part)) for part in parts]
    try:
        helper = helper_class(address)
        if request == "list":
            for item in helper.list(parts, None).items:
                write(encode(item if isinstance(item, str) else " ".join(item)) + b"\n")
        elif request == "describe":
            for found in helper.describe([parts]):
                write(json.dumps(found, ensure_ascii=False).encode() + b"\n")
        elif request == "tell":
            for found in helper.tell([parts], True, 1 << 20):
                show(found)
        else:
            write(helper.log(parts))
    except (Gone, Unreachable, Failed) as error:
        print(f"{os.path.basename(sys.argv[0])}: {error}", file=sys.stderr)
        return 1
    return 0


def show(details):
    """Prints details for a person."""
    if details is None:
        raise Gone("there is no such revision")
    write(json.dumps(details.description, ensure_ascii=False).encode() + b"\n")
    write(encode(details.body) + b"\n" if details.body else b"")
    for file in details.files or ():
        write(json.dumps(file, ensure_ascii=False).encode() + b"\n")
    write(details.diff or b"")


def serve(helper_class):
    """Answers requests until there are none."""
    helper = None
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        try:
            if asked["request"] == "hello":
                helper = helper_class(asked["address"])
                helper.cache = asked.get("cache")
                say(asked, protocol=PROTOCOL, capabilities=capabilities(helper), end=True)
            else:
                answer(helper, asked)
        except Gone as error:
            say(asked, error={"kind": "gone", "message": str(error)})
        except Unreachable as error:
            say(asked, error={"kind": "unreachable", "message": str(error)})
        except Failed as error:
            say(asked, error={"kind": "failed", "message": str(error)})
        sys.stdout.flush()


def capabilities(helper):
    found = [name for name in ("describe", "tell", "log") if hasattr(helper, name)]
    return found + list(helper.capabilities)


def answer(helper, asked):
    if asked["request"] == "list":
        listing = helper.list(parts_of(asked["subject"]), asked.get("position"))
        for item in listing.items:
            text, location = (item, None) if isinstance(item, str) else item
            say(asked, **text_or_bytes("item", text), **given(location=location))
        flags = given(since=listing.since or None, held_back=listing.held_back or None)
        say(asked, end=True, **given(position=listing.position), **flags)
    elif asked["request"] == "describe":
        for found in helper.describe([parts_of(each) for each in asked["subjects"]]):
            say(asked, **({"gone": True} if found is None else {"description": found}))
        say(asked, end=True)
    elif asked["request"] == "tell":
        revisions = [parts_of(each) for each in asked["subjects"]]
        for found in helper.tell(revisions, asked["files"], asked["diff"]):
            tell(asked, found)
        say(asked, end=True)
    elif asked["request"] == "log":
        say_pieces(asked, "text", helper.log(parts_of(asked["subject"])))
        say(asked, end=True)
    else:
        raise Failed(f"there is no request {asked['request']}")


def tell(asked, details):
    if details is None:
        say(asked, gone=True)
        return
    say_pieces(asked, "body", encode(details.body))
    if details.files is not None:
        say(asked, files=[])
        for file in details.files:
            say(asked, files=[{name: printable(value) for name, value in file.items()}])
    if details.diff is not None:
        say(asked, diff="")
        say_pieces(asked, "diff", details.diff)
    say(asked, description=details.description, **given(is_cut=details.is_cut or None))


def printable(value):
    return encode(value).decode(errors="replace") if isinstance(value, str) else value


def say_pieces(asked, field, raw):
    for start in range(0, len(raw), PIECE):
        encoded = base64.b64encode(raw[start : start + PIECE])
        say(asked, **{field + "_base64": encoded.decode()})


def parts_of(subject):
    if "parts_base64" in subject:
        return [decode(base64.b64decode(part)) for part in subject["parts_base64"]]
    return subject["parts"]


def text_or_bytes(field, text):
    """A field for text, or its twin for what is not UTF-8."""
    try:
        text.encode()
        return {field: text}
    except UnicodeEncodeError:
        return {field + "_base64": base64.b64encode(encode(text)).decode()}


def given(**fields):
    return {name: value for name, value in fields.items() if value is not None}


def say(asked, **fields):
    fields = {"id": asked["id"], **fields}
    write(json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")


def write(line):
    sys.stdout.buffer.write(line)
