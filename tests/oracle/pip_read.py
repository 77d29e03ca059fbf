"""Reads requirements files with pip's own code and prints what pip sees, for tests/pip_differential.rs.

Input on stdin: one JSON object per line, {"id": N, "hex": "..."}; output: one JSON object per line,
{"id": N, "error": null | text, "entries": [...]} where an entry has the shape of `hook parse`'s JSON:
line, kind, name, extras, specifier, url, marker, hashes. Works with the pip of the running interpreter (pip 26.3); its internals are no API.

Every directory and archive named below `exists/` in the working directory exists for pip; nothing else does.
"""

import json
import logging
import os
import sys
import tempfile

from pip._internal.cli.cmdoptions import use_new_feature
from pip._internal.req import req_file
from pip._internal.req.constructors import install_req_from_parsed_requirement
from pip._internal.req.req_file import (
    ParsedLine,
    _decode_req_file,
    get_line_parser,
    handle_line,
    preprocess,
)
from pip._internal.utils.filetypes import is_archive_file
from pip._vendor.packaging.utils import canonicalize_name

logging.disable(logging.CRITICAL)
OPTIONS = {
    "index_url": "--index-url",
    "extra_index_urls": "--extra-index-url",
    "no_index": "--no-index",
    "find_links": "--find-links",
    "prefer_binary": "--prefer-binary",
    "require_hashes": "--require-hashes",
    "no_require_hashes": "--no-require-hashes",
    "pre": "--pre",
    "trusted_hosts": "--trusted-host",
    "features_enabled": "--use-feature",
}


def kind_of(ireq):
    link = ireq.link
    if link is None:
        return "named"
    if link.is_vcs:
        return "vcs"
    if link.scheme == "file":
        if ireq.editable or not is_archive_file(link.filename):
            return "path"
        return "archive"
    if link.scheme in ("http", "https", "ftp"):
        return "url"
    return "path"


def requirement(parsed, line):
    ireq = install_req_from_parsed_requirement(parsed)
    req = ireq.req
    local = ireq.link is not None and ireq.link.scheme == "file"
    return {
        "line": line,
        "kind": kind_of(ireq),
        "editable": ireq.editable,
        "name": canonicalize_name(req.name) if req else None,
        "extras": sorted({canonicalize_name(e) for e in ireq.extras}),
        "specifier": sorted(str(s) for s in req.specifier) if req else [],
        # pip makes file URLs absolute; only the fact is compared.
        "url": None if ireq.link is None else ("file" if local else ireq.link.url),
        "marker": str(ireq.markers) if ireq.markers else None,
        "hashes": sorted({f"{a}:{d.lower()}" for a, ds in ireq.hash_options.items() for d in ds}),
    }


def options(opts):
    out = []
    for dest, name in OPTIONS.items():
        value = getattr(opts, dest)
        if value is True:
            out.append([name, None])
        elif isinstance(value, str):
            out.append([name, value])
        elif value:
            out.extend([name, item] for item in value)
    return sorted(out, key=str)


def entry(line_parser, lineno, text):
    # pip appends to the option's default, which outlives the line.
    use_new_feature.keywords["default"].clear()
    args, opts = line_parser(text)
    line = ParsedLine("requirements.txt", lineno, args, opts, False)
    if line.requirement is not None:
        return requirement(handle_line(line), lineno)
    if opts.requirements:
        return {"line": lineno, "kind": "include", "url": opts.requirements[0]}
    if opts.constraints:
        return {"line": lineno, "kind": "constraint", "url": opts.constraints[0]}
    return {"line": lineno, "kind": "option", "options": options(opts)}


def read(data):
    """The steps of pip's `_parse_file`, but a line that pip refuses does not end the file."""
    try:
        content = _decode_req_file(data, "requirements.txt")
    except (LookupError, UnicodeError) as error:
        return [], f"{type(error).__name__}: {error}"
    entries = []
    line_parser = get_line_parser(None)
    for lineno, text in preprocess(content):
        try:
            entries.append(entry(line_parser, lineno, text))
        except Exception as error:  # pip refuses in many ways, a traceback among them
            entries.append({"line": lineno, "kind": "invalid", "error": f"{type(error).__name__}: {error}"})
    return entries, None


def main():
    os.environ.clear()
    os.environ["LC_ALL"] = "C.UTF-8"
    req_file.get_locale_encoding = lambda: "utf-8"
    # optparse prints its usage with every error.
    sys.stderr = open(os.devnull, "w")
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        for name in ("exists/dir", "exists/sub/dir"):
            os.makedirs(name)
            open(f"{name}/setup.py", "w").close()
        for line in sys.stdin:
            case = json.loads(line)
            entries, error = read(bytes.fromhex(case["hex"]))
            print(json.dumps({"id": case["id"], "error": error, "entries": entries}), flush=True)
        os.chdir("/")


main()
